from __future__ import annotations

import sys

import pytest

from emnist_edge.errors import EmnistEdgeError
from evaluate.other_python import run_python


def test_what_it_writes_is_returned() -> None:
    code = "import sys; print(sys.argv[1:]); print('said', file=sys.stderr)"
    done = run_python(sys.executable, "it", code, "a", "b c")
    assert (done.stdout, done.stderr) == ("['a', 'b c']\n", "said\n")


@pytest.mark.parametrize(
    ("python", "code", "says"),
    [
        (sys.executable, "raise ImportError('too old')", "ImportError: too old"),
        (sys.executable, "raise SystemExit(3)", "it wrote nothing"),
        ("/nowhere/python", "", "No such file or directory"),
    ],
)
def test_why_it_does_not_run_is_told_in_a_line(python: str, code: str, says: str) -> None:
    with pytest.raises(EmnistEdgeError) as raised:
        run_python(python, "emlearn", code)
    assert str(raised.value) == f"{python}: emlearn does not run: {says}"
