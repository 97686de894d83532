"""Programs run by a Python of another environment, for what is not installed with this package."""

from __future__ import annotations

import subprocess

from emnist_edge.errors import EmnistEdgeError


def run_python(
    python: str, what: str, code: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Return what ``code`` wrote to its outputs, run by the interpreter ``python``.

    Raises :class:`EmnistEdgeError`, which says that ``what`` does not run and why, where it fails.
    """
    command = [python, "-c", code, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        raise EmnistEdgeError(f"{python}: {what} does not run: {error.strerror}") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it wrote nothing"])[-1]
        raise EmnistEdgeError(f"{python}: {what} does not run: {last}")
    return done
