from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.lexicon import build_trie, read_lexicon
from emnist_edge.alphabet import BYCLASS
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ["an", "ant", "bee", "Bee", "be", "wasp"]


def emissions(text: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    table = np.full((len(text), len(BYCLASS)), 1e-6)
    table[range(len(text)), [BYCLASS.index(char) for char in text]] = 1
    return table


def test_a_trie_accepts_its_words_alike_and_no_others() -> None:
    trie = build_trie(WORDS)
    assert trie.end.sum() == pytest.approx(1)
    for word in WORDS:
        exact = (emissions(word) == 1).astype(float)
        assert trie.evidence(exact) == pytest.approx(np.log(1 / len(WORDS)))
    for other in ("a", "ants", "bea", "BEE"):
        assert trie.evidence((emissions(other) == 1).astype(float)) == -np.inf


def test_the_nearest_word_is_read() -> None:
    trie = build_trie(WORDS)
    assert "".join(BYCLASS[k] for k in trie.read(emissions("wosp")).best) == "wasp"
    assert "".join(BYCLASS[k] for k in trie.read(emissions("8ee")).best).lower() == "bee"
    assert trie.read(emissions("wasps")).best == ()


def test_words_come_as_they_are_and_with_capitals(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("ant\nMcKay\nNew York\ncafé\nO'Neill\n\n-\n", encoding="utf-8")
    assert set(read_lexicon(path)) == {
        *("ant", "Ant", "ANT", "McKay", "MCKAY", "New", "NEW", "York", "YORK"),
        *("cafe", "Cafe", "CAFE", "ONeill", "ONEILL"),
    }


def test_what_is_no_lexicon_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConstraintError, match="absent: cannot be read"):
        read_lexicon(tmp_path / "absent")
    for content, message in ((b"", "has no words"), (b"\xff\xfe\x00a", "is no UTF-8 text")):
        (tmp_path / "words").write_bytes(content)
        with pytest.raises(ConstraintError, match=message):
            read_lexicon(tmp_path / "words")
