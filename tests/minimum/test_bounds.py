from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from emnist_edge.errors import EmnistEdgeError
from emnist_edge.packages import PACKAGES
from tests.minimum import __main__ as minimum
from tests.minimum.bounds import EXTRAS, ROOT, all_oldest, declared, oldest, oldest_python, project

if TYPE_CHECKING:
    from pathlib import Path

BINARY = {"numpy", "opencv-python-headless", "ai-edge-litert"}
# Processor as Python sees it, Python, and what pip may be asked for beside what is pure Python:
# 32 bits have no wheel of the three, armv6 none of a runtime, and tflite-runtime none for 3.12 on.
SYSTEMS = [
    ("x86_64", "3.11", BINARY | {"onnxruntime"}),
    ("aarch64", "3.11", BINARY | {"onnxruntime"}),
    ("aarch64", "3.13", BINARY | {"onnxruntime"}),
    ("armv8l", "3.11", {"tflite-runtime"}),
    ("armv7l", "3.11", {"tflite-runtime"}),
    ("armv8l", "3.13", set()),
    ("armv7l", "3.13", set()),
    ("armv6l", "3.11", set()),
    ("armv6l", "3.13", set()),
]


@pytest.mark.parametrize(("machine", "python", "wheels"), SYSTEMS)
def test_pip_is_asked_for_wheels_that_there_are(
    machine: str, python: str, wheels: set[str]
) -> None:
    system = {"platform_machine": machine, "python_version": python}
    asked = {one.name for one in declared(("forest", "serve", "mqtt"), system, project())}
    pure = {"click", "starlette", "uvicorn", "h11", "paho-mqtt"}
    assert asked == pure | wheels


def test_the_oldest_are_the_bounds_of_every_requirement_whatever_the_machine() -> None:
    table = project()
    lines = [*table["dependencies"]]
    for extra in EXTRAS:
        lines += table["optional-dependencies"][extra]
    assert {Requirement(line).name for line in all_oldest(table)} == {
        Requirement(line).name for line in lines
    }
    assert "click==8.1" in all_oldest(table)
    assert oldest_python(table) == "3.11"
    assert oldest(Requirement("fsspec[http]>=2025.3,<2027")) == "fsspec[http]==2025.3"
    with pytest.raises(ValueError, match="has no lower bound"):
        oldest(Requirement("click"))


def test_every_extra_but_those_of_a_checkout_is_run() -> None:
    assert set(project()["optional-dependencies"]) == {*EXTRAS, "train", "peers", "dev"}


def test_debians_click_is_allowed() -> None:
    """Bookworm's is kept by environments that see the system's packages, as a Pi's do."""
    (click,) = (one for one in declared((), {}, project()) if one.name == "click")
    assert SpecifierSet(str(click.specifier)).contains("8.1.3")


def test_what_is_said_of_missing_packages_names_what_is_declared() -> None:
    table = project()
    extras = {
        name: {Requirement(line).name for line in lines}
        for name, lines in table["optional-dependencies"].items()
    }
    declared_names = {Requirement(line).name for line in table["dependencies"]}
    for package in PACKAGES.values():
        extra = re.search(r"emnist-edge\[(\w+)\]", package.install)
        if extra is not None:
            assert package.title in extras[extra[1]]
        elif package.install:
            assert package.title in declared_names


def test_the_guide_installs_the_oldest_or_newer_on_32_bits() -> None:
    guide = (ROOT / "device/README.md").read_text(encoding="utf-8")
    assert "pip install --no-deps . tflite-runtime" in guide
    for package in ("starlette", "uvicorn", "paho-mqtt"):
        (one,) = (one for one in declared(("serve", "mqtt"), {}, project()) if one.name == package)
        assert f"'{one}'" in guide


def test_an_environment_is_made_once_and_again_when_a_bound_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(minimum, "ROOT", tmp_path)
    monkeypatch.setattr("venv.create", lambda folder: folder.mkdir())
    monkeypatch.setattr(minimum, "pip", lambda _python, *arguments: calls.append(arguments))
    for bound in ("click==8.1", "click==8.1", "click==8.2"):
        python = minimum.environment("environment", sys.executable, [bound])
        assert python == tmp_path / "environment/bin/python"
    assert len(calls) == 2
    assert "click==8.1" in calls[0]
    assert "click==8.2" in calls[1]


def test_a_bound_that_cannot_be_had_is_said() -> None:
    with pytest.raises(EmnistEdgeError, match=r"^python2[.]1 is not installed"):
        minimum.find_python("2.1")
    assert minimum.find_python("{}.{}".format(*sys.version_info)) == sys.executable
