"""Run the tests of device and command with the oldest versions: ``python -m tests.minimum``.

The oldest are the lower bounds of ``pyproject.toml``, on the oldest Python. The newest are those of
the environment that runs this, whose tests are all run by ``make test``; where what trains holds
some back there, they get an environment as well. Needs a package index. Exits with 1 where a bound
does not hold.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import click

from emnist_edge.errors import EmnistEdgeError
from tests.minimum.bounds import EXTRAS, ROOT, all_oldest, declared, oldest_python, project
from tests.minimum.plugin import SECOND_RUNTIME

# What tests are run with, at any version.
_TOOLS = ("pytest", "pytest-xdist[psutil]", "hypothesis", "pillow", "packaging")
# All processors at work, as in make test.
_SPREAD = ("--numprocesses", "logical", "--dist", "loadfile")
# What is run: not whole benchmarks once more.
_TESTS = (
    "tests/emnist_device",
    "tests/emnist_edge",
    "-k",
    "not test_the_same_seed_gives_the_same_figures and not test_ctrl_c_leaves_what_was_finished",
)
# What differs from one TFLite runtime to the other.
_TESTS_OF_RUNTIME = (
    "tests/emnist_device/runtime/test_engine.py",
    "tests/emnist_device/test_reader.py",
)
_PIP = ("--disable-pip-version-check", "--quiet")


def pip(python: Path, *arguments: str) -> str:
    """Run pip for the environment of ``python``; returns what it prints.

    Raises :class:`EmnistEdgeError` where it fails.
    """
    command = [sys.executable, "-m", "pip", "--python", str(python), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "ERROR" in line]
        raise EmnistEdgeError("; ".join(errors) or done.stderr.strip()[-400:])
    return done.stdout


def find_python(version: str) -> str:
    """Return the Python of ``version``; raises :class:`EmnistEdgeError` where there is none."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    found = sys.executable if own == version else shutil.which(f"python{version}")
    if found is None:
        raise EmnistEdgeError(f"python{version} is not installed")
    return found


def environment(name: str, base: str, lines: list[str]) -> Path:
    """Return the Python of the environment ``name``, with what ``lines`` say, made where it lacks.

    Args:
        name: of the folder.
        base: the Python that it is made with.
        lines: requirements, which the file ``installed`` in the folder keeps.
    """
    folder = ROOT / name
    python, done = folder / "bin/python", folder / "installed"
    if done.is_file() and done.read_text(encoding="utf-8") == "\n".join(lines):
        return python
    shutil.rmtree(folder, ignore_errors=True)
    if base == sys.executable:
        venv.create(folder)
    else:
        subprocess.run([base, "-m", "venv", "--without-pip", str(folder)], check=True)
    pip(python, "install", *_PIP, *lines, *_TOOLS)
    done.write_text("\n".join(lines), encoding="utf-8")
    return python


def run_tests(python: Path, tests: tuple[str, ...], **variables: str) -> bool:
    """Run ``tests`` with ``python`` and say whether they pass."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "device")])
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", "-p", "tests.minimum.plugin"]
    done = subprocess.run(
        [*command, *_SPREAD, *tests],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths} | variables,
        check=False,
    )
    return done.returncode == 0


def held_back(lines: list[str]) -> list[str]:
    """Return what this environment has of ``lines`` in an older version than there is."""
    options = ("install", "--dry-run", "--upgrade", "--report=-", *_PIP)
    report = json.loads(pip(Path(sys.executable), *options, *lines))
    found = [package["metadata"] for package in report["install"]]
    return sorted(f"{package['name']} {package['version']}" for package in found)


def main() -> None:
    """Make the environments and run the tests in each."""
    table = project()
    version = oldest_python(table)
    try:
        lines = all_oldest(table)
        click.echo(f"Python {version}: {', '.join(lines)}")
        python = environment(".venv-minimum", find_python(version), lines)
        well = run_tests(python, _TESTS)
        well &= run_tests(python, _TESTS_OF_RUNTIME, **{SECOND_RUNTIME: "1"})
        newest = [str(requirement) for requirement in declared(EXTRAS, {}, table)]
        older = held_back(newest)
        if older:
            click.echo(f"the newest, which {sys.prefix} has not: {', '.join(older)}")
            python = environment(".venv-newest", sys.executable, newest)
            well &= run_tests(python, _TESTS)
        else:
            click.echo(f"the newest: {sys.prefix} has them, and make test runs all tests there")
    except EmnistEdgeError as error:
        raise click.ClickException(str(error)) from error
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
