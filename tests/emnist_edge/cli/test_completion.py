from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete

from emnist_edge.cli.main import cli


def completed(*words: str) -> list[tuple[str, str]]:
    """Return kind and value of what the last of ``words`` may be."""
    complete = ShellComplete(cli, {}, "emnist-edge", "_EMNIST_EDGE_COMPLETE")
    *before, incomplete = words
    return [(item.type, item.value) for item in complete.get_completions(before, incomplete)]


@pytest.mark.parametrize("command", ["classify", "live"])
def test_models_are_completed_by_name_or_else_as_files(command: str) -> None:
    tiny = [("plain", "tiny-float32"), ("plain", "tiny-int8")]
    assert completed(command, "--model", "ti") == tiny
    assert ("plain", "page-int8") not in completed(command, "--model", "")
    assert completed(command, "--model", "runs/ti") == [("file", "runs/ti")]


def test_each_of_several_models_is_completed_once() -> None:
    assert completed("benchmark", "--models", "ti")[1] == ("plain", "tiny-int8")
    assert completed("benchmark", "--models", "tiny-int8,ti") == [
        ("plain", "tiny-int8,tiny-float32")
    ]


@pytest.mark.parametrize("words", [["classify"], ["classify", "--json", "a.png"], ["live"]])
def test_pictures_are_completed_as_files(words: list[str]) -> None:
    assert completed(*words, "sam") == [("file", "sam")]
