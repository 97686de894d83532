"""How large modules and functions may be, and how deep they may be nested."""

from __future__ import annotations

import ast
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Lines of a module, and of one that holds tests; lines of a function, without its decorators.
MODULE, TESTS, FUNCTION = 300, 400, 60
#: Blocks within blocks inside a function.
NESTING = 4

Function = ast.FunctionDef | ast.AsyncFunctionDef
_BLOCKS = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar,
    ast.Match,
)  # fmt: skip


def find_excesses(source: str, lines: int = MODULE) -> Iterator[str]:
    """Yield what is too large in the module ``source``, which may have so many ``lines``."""
    count = len(source.splitlines())
    if count > lines:
        yield f"{count} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > FUNCTION:
                yield f"{node.name}: {length} lines"
            if nesting(node) > NESTING:
                yield f"{node.name}: nested {nesting(node)} deep"


def nesting(node: ast.AST) -> int:
    """Return how many blocks stand within each other in ``node``; elif is no deeper than if."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef | ast.expr):
            continue  # functions are looked at by themselves
        chained = isinstance(node, ast.If) and isinstance(child, ast.If) and [child] == node.orelse
        deepest = max(deepest, nesting(child) + (isinstance(child, _BLOCKS) and not chained))
    return deepest


def test_no_module_and_no_function_is_too_large() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("no checkout of Git")
    names = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    assert len(names) > 300
    excesses = [
        f"{name}: {excess}"
        for name in names
        for excess in find_excesses(
            (ROOT / name).read_text(encoding="utf-8"),
            TESTS if name.startswith("tests/") else MODULE,
        )
    ]
    assert excesses == []


def test_what_is_too_large_is_found() -> None:
    deep = "def deep(x):\n" + "".join(f"{'    ' * n}if x > {n}:\n" for n in range(1, 6))
    assert list(find_excesses(f"{deep}{'    ' * 6}return 1\n")) == ["deep: nested 5 deep"]
    chain = "def chain(x):\n    if x:\n        pass\n" + 9 * "    elif x:\n        pass\n"
    assert list(find_excesses(chain)) == []
    long = "async def long():\n" + FUNCTION * "    pass\n"
    assert list(find_excesses(long)) == ["long: 61 lines"]
    assert list(find_excesses(MODULE * "x = 1\n")) == []
    assert list(find_excesses((MODULE + 1) * "x = 1\n")) == ["301 lines"]
