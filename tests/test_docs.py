"""What the documents for contributors name is there."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from typing import TYPE_CHECKING

import pytest

from emnist_device.batch.reading import Shelf, read_task
from emnist_device.batch.tasks import Task
from emnist_device.image.limits import DEFAULTS
from emnist_device.page import STAGES
from emnist_edge import Reader
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import FrameType

DOCUMENTS = ("docs/architecture.md", "CONTRIBUTING.md")
DEVICE = ROOT / "device" / "emnist_device"
# What is made by commands, or lies beside a checkout; it is not in the repository.
MADE = {"dist/", ".venv", ".venv-dev", "runs/", "runs/benchmark", "emnist", "unipen", "shared"}
# What is no name of anything here: characters, and a command of another program.
OTHERS = {"O", "0", "c", "C", "pre-commit install", "timing_ms"}


def read(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def spans(document: str) -> list[str]:
    """Return what stands between backticks in a document, but for blocks of code."""
    text = re.sub(r"```.*?```", "", read(document), flags=re.DOTALL)
    return sorted({" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)})


def module_at(base: Path) -> Path | None:
    """Return the file of the module or package at ``base``, a path without suffix."""
    candidates = (base.with_name(base.name + ".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def is_from_root(dotted: str) -> bool:
    """Say whether a dotted name begins with a package of the repository's root."""
    return module_at(ROOT / dotted.partition(".")[0]) is not None


@cache
def sources(pattern: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob(pattern))


def defines(body: Sequence[ast.stmt], names: Sequence[str]) -> bool:
    """Say whether ``body`` defines the first of ``names``, that the second within, and so on."""
    if not names:
        return True
    for statement in body:
        match statement:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                if name == names[0]:
                    return defines(statement.body, names[1:])
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if name == names[0]:
                    return len(names) == 1
    return False


def is_defined(dotted: str) -> bool:
    """Say whether a module, or what it defines, has the name, from the root or on the device."""
    names = dotted.split(".")
    for root in (ROOT, DEVICE, DEVICE.parent):
        for length in range(len(names), 0, -1):
            file = module_at(root.joinpath(*names[:length]))
            if file is not None:
                tree = ast.parse(file.read_text(encoding="utf-8"))
                return defines(tree.body, names[length:])
    return False


def has_word(file: Path, word: str) -> bool:
    """Say whether the module of a subcommand has an option, or a command of its own, ``word``."""
    text = file.read_text(encoding="utf-8")
    return f'"{word}"' in text if word.startswith("--") else f"def {word}(" in text


def is_there(span: str) -> bool:
    """Say whether there is what ``span`` names."""
    match span.split():
        case ["make", target]:
            found = re.search(rf"^{target}:", read("Makefile"), re.MULTILINE) is not None
        case [".venv-dev/bin/python", "-m", "pytest", path]:
            found = (ROOT / path).is_file()
        case ["python", "-m", module]:
            found = is_defined(module)
        case ["emnist-edge", command, *rest]:
            file = ROOT / "emnist_edge" / "cli" / f"{command}.py"
            found = file.is_file() and all(has_word(file, word) for word in rest)
        case [word] if word.startswith("--"):
            found = f'"{word}"' in sources("emnist_edge/cli/*.py")
        case [word] if word.startswith("EMNIST_EDGE_"):
            found = f'"{word}"' in sources("emnist_edge/**/*.py")
        case [word] if re.fullmatch(r"[\w.]+", word) and is_defined(word):
            found = True
        case _:
            found = (ROOT / span).exists()
    return found or span in OTHERS or span in STAGES or span in MADE


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_names_is_there(document: str) -> None:
    named = spans(document)
    assert len(named) > 20
    assert [span for span in named if not is_there(span)] == []


def test_what_there_is_to_make_is_listed() -> None:
    targets = re.findall(r"^([\w-]+):.*## ", read("Makefile"), re.MULTILINE)
    assert "demo" in targets
    assert [target for target in targets if f"`make {target}`" not in read("CONTRIBUTING.md")] == []


@pytest.mark.parametrize(
    "span",
    [
        "image.picture.decode_pictures",
        "image.pictures",
        "reader.Reader.reads",
        "page.Page.text.length",
        "emnist_edge.reader.Reader",
        "device/emnist_device/picture.py",
        "make tests",
        "--orientations",
        "EMNIST_EDGE_FOLDER",
        "emnist-edge classify nothing",
        "emnist-edge read",
        "python -m evaluate.page",
        "segments",
    ],
)
def test_what_is_not_there_is_found(span: str) -> None:
    assert not is_there(span)


def test_steps_are_in_the_order_in_which_a_picture_takes_them() -> None:
    """By the first function of each step of the table, and when it has first returned."""
    rows = re.findall(r"^\| \d+ \| .*?`([\w.]+)`", read("docs/architecture.md"), re.MULTILINE)
    # The first two hand the file on; the reader encloses the steps that follow it.
    around = {"emnist_edge.cli.classify.classify", "batch.reading.read_many", "reader.Reader.read"}
    assert around < set(rows)
    steps = [
        row if is_from_root(row) else f"emnist_device.{row}" for row in rows if row not in around
    ]
    returned: dict[str, None] = {}

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "return":
            name = frame.f_code.co_qualname.removesuffix(".__call__")
            returned.setdefault(f"{frame.f_globals.get('__name__')}.{name}")

    reader = Reader()
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        outcome = read_task(Task(str(ROOT / "samples" / "note.jpg")), reader, Shelf(DEFAULTS))
        assert outcome.page is not None
        outcome.page.to_dict()
    finally:
        sys.setprofile(before)
    assert [name for name in returned if name in steps] == steps


def test_the_way_of_a_picture_leads_through_each_folder() -> None:
    """A module or folder of the device that it leaves out is nowhere in the order."""
    text = read("docs/architecture.md")
    names = {path.stem for path in DEVICE.iterdir() if module_at(path.with_suffix("")) is not None}
    names -= {"__init__"}
    assert {name for name in names if not re.search(rf"`{name}[.`]", text)} == set()


@pytest.mark.parametrize("document", [*DOCUMENTS, "SECURITY.md", "device/README.md"])
def test_every_file_that_is_linked_is_there(document: str) -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)", read(document))
    folder = (ROOT / document).parent
    assert [target for target in targets if not (folder / target).exists()] == []


def test_the_source_distribution_has_all_documents() -> None:
    options = tomllib.loads(read("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["sdist"]
    documents = {f"/{path.name}" for path in ROOT.glob("*.md")}
    assert documents - set(options["include"]) == set()
