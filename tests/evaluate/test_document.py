from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_edge.errors import DataError
from evaluate.document import marks, write_block

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, END = marks("some.program")


def test_a_table_takes_the_place_of_another(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    other = "\n".join(marks("another.program"))
    document.write_text(f"before\n{other}\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_block(document, "some.program", "| new |")
    assert document.read_text("utf-8") == (
        f"before\n{other}\n{BEGIN}\n\n| new |\n\n{END}\nafter\n"
    )  # fmt: skip


@pytest.mark.parametrize("content", [f"before\n{BEGIN}\n", f"{END}\n", f"{END}\n{BEGIN}\n", ""])
def test_a_document_without_a_place_is_left_as_it_was(tmp_path: Path, content: str) -> None:
    document = tmp_path / "document.md"
    document.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"document\.md: has no lines"):
        write_block(document, "some.program", "| new |")
    assert document.read_text("utf-8") == content
