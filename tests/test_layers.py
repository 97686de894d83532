"""The import contracts of pyproject.toml name every module, and each layer's is seen to break."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import grimp
import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "tool"
]["importlinter"]
PACKAGES: list[str] = OPTIONS["root_packages"]
CONTRACTS: list[dict[str, Any]] = OPTIONS["contracts"]


def folder_of(package: str) -> Path:
    """Return the folder in which a root package lies."""
    return ROOT / "device" if package == "emnist_device" else ROOT


def layers_of(contract: dict[str, Any]) -> list[tuple[list[str], bool]]:
    """Return the full names in each layer, from the highest; and whether they are independent."""
    (container,) = contract.get("containers", [""])
    before = f"{container}." if container else ""
    return [
        ([before + name for name in re.split(r"\s*[|:]\s*", layer)], "|" in layer)
        for layer in contract["layers"]
    ]


def forbidden() -> list[tuple[str, str]]:
    """Return pairs of names of which the first must not import the second, for each layer."""
    pairs = [("emnist_edge.glyph", "emnist_device.reader")]
    for contract in CONTRACTS:
        if contract["type"] == "layers":
            layers = layers_of(contract)
            for (higher, _), (lower, _) in pairwise(layers):
                pairs += [(name, higher[0]) for name in lower]
            for names, independent in layers:
                pairs += list(pairwise(names)) if independent else []
        else:
            for place in ("emnist_edge.glyph", "emnist_device.detect.contrast"):
                pairs += [(place, package) for package in contract["forbidden_modules"]]
    return pairs


def test_each_module_and_folder_that_ships_stands_in_a_layer() -> None:
    """What is in no layer may import anything."""
    named = {name for names, _ in layers_of(CONTRACTS[0]) for name in names}
    there = set()
    for package in PACKAGES:
        children = {
            f"{package}.{path.stem}"
            for path in (folder_of(package) / package).iterdir()
            if path.suffix == ".py" or any(path.glob("*.py"))
        } - {f"{package}.__init__"}
        there |= {package} if package in named else children
    assert named == there


def test_the_readme_shows_the_folders() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (tree,) = re.findall(r"```\n(emnist_edge/.*?)```", readme, re.DOTALL)
    shown: list[str] = []
    above: list[str] = []
    for indent, name in re.findall(r"(?m)^( *)(\S+)/ ", tree):
        above = [*above[: len(indent) // 2], name]
        shown.append("/".join(above))
    assert [folder for folder in shown if not (ROOT / folder).is_dir()] == []
    packages = {
        path.parent.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (folder_of(package) / package).rglob("__init__.py")
    }
    assert packages - set(shown) == set()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What lint-imports prints of a copy in which each forbidden import was made."""
    copy = tmp_path_factory.mktemp("planted")
    (copy / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for package in PACKAGES:
        for path in (folder_of(package) / package).rglob("*.py"):
            target = copy / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    for importer, imported in forbidden():
        base = copy / folder_of(importer.partition(".")[0]).relative_to(ROOT)
        base /= importer.replace(".", "/")
        file = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
        with file.open("a", encoding="utf-8") as source:
            source.write(f"\nimport {imported}\n")
    command = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(copy), str(copy / "device")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("importer", "imported"), forbidden())
def test_an_import_against_the_order_is_seen(importer: str, imported: str, printed: str) -> None:
    # By itself: a link of a longer chain may be an import that a contract makes an exception for.
    assert re.search(rf"-\s+{re.escape(importer)} -> {re.escape(imported)} \(l\..*\n\n", printed)


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    TopologicalSorter(imports).prepare()
