"""What is fuzzed: each target takes any bytes and must accept them or refuse them by our errors."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.batch.records import FORMATS
from emnist_device.batch.results import Results
from emnist_device.batch.run_record import write_record
from emnist_device.batch.tasks import Outcome
from emnist_device.image.document import read_document
from emnist_device.image.limits import Limits
from emnist_device.image.picture import decode_picture
from emnist_device.page import Page
from emnist_device.runtime.engine import Engine
from emnist_device.text.pattern.pattern import Pattern
from emnist_edge import Reader
from emnist_edge.alphabet import BYMERGE
from emnist_edge.artifact import MODELS, read_sidecar
from emnist_edge.dataset import emnist, idx
from emnist_edge.errors import EmnistEdgeError
from tests.fuzz.pictures import pictures, take_header, take_picture
from tests.pdfs import drawn, scan
from tests.tiffs import tiff

if TYPE_CHECKING:
    from collections.abc import Callable

#: The model whose sidecar and file are damaged: the smallest.
_MODEL = "mlp-int8"


@dataclass(frozen=True)
class Target:
    """Something that takes bytes from outside.

    seeds: good inputs to start from. take: accepts bytes, or raises :class:`EmnistEdgeError`;
    anything else it raises, and anything that ends or holds up its process, is a fault.
    trusted: whether its input is, by SECURITY.md: faults are counted, but are none of ours.
    """

    seeds: Callable[[], list[bytes]]
    take: Callable[[bytes], None]
    trusted: bool = False

    def accepts(self, content: bytes) -> bool:
        """Say whether ``content`` is accepted."""
        try:
            self.take(content)
        except EmnistEdgeError as error:
            if not str(error).isprintable():
                raise ValueError("the error is not one line that can be printed") from error
            return False
        return True


@cache
def _reader() -> Reader:
    return Reader()


def _take_page(content: bytes) -> None:
    """Read the picture too; large ones are left to the target ``picture``, which is faster."""
    _reader().read(decode_picture(content, "page", Limits(pixels=10**6)))


def _documents() -> list[bytes]:
    """Return PDFs and a TIFF of two pages."""
    pictures = [np.full((20, 30, 3), value, np.uint8) for value in (40, 200)]
    return [
        scan(pictures, (30, 20)),
        drawn(b"0 0 36 36 re f", (72, 72)),
        tiff(pictures),
    ]


def _take_document(content: bytes) -> None:
    """Take the pages; the first few as pictures."""
    document = read_document(io.BytesIO(content), "document", Limits(pixels=10**6))
    for number in range(1, min(document.pages, 3) + 1):
        document.picture(number)


def _idx_files() -> list[bytes]:
    images = np.arange(3 * 28 * 28, dtype=np.uint8).reshape(3, 28, 28)
    plain = [
        bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()
        for array in (images, np.arange(9, dtype=np.uint8), images[:, :2, :3])
    ]
    return plain + [gzip.compress(content) for content in plain]


def _take_idx(content: bytes) -> None:
    idx.parse_idx(idx.unpack(content, "idx") if content[:1] == b"\x1f" else content, "idx")


def _mappings() -> list[bytes]:
    lines = [f"{index} {ord(char)}\n" for index, char in enumerate(BYMERGE)]
    return ["".join(lines).encode(), b"1 65 97\n2 66 98\n"]


def _take_mapping(content: bytes) -> None:
    emnist.parse_mapping(content.decode("ascii", errors="replace"), "mapping")


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="emnist-edge-fuzz-"))


def _sidecars() -> list[bytes]:
    return [(MODELS / f"{_MODEL}.json").read_bytes()]


def _take_sidecar(content: bytes) -> None:
    """Read the sidecar, list its model as the command does, and load it and run it."""
    from emnist_edge.cli.models import model_row

    path = _folder() / f"{_MODEL}.json"
    path.write_bytes(content)
    (_folder() / f"{_MODEL}.tflite").write_bytes((MODELS / f"{_MODEL}.tflite").read_bytes())
    model_row(read_sidecar(path))
    Engine(path.with_suffix(".tflite")).probabilities(np.zeros((2, 28, 28), np.uint8))


def _model_files() -> list[bytes]:
    return [(MODELS / f"{_MODEL}.tflite").read_bytes()]


def _take_model(content: bytes) -> None:
    """Load and run a model whose sidecar has the hash of its bytes, whatever they are."""
    sidecar = json.loads((MODELS / f"{_MODEL}.json").read_text(encoding="utf-8"))
    sidecar["sha256"] = hashlib.sha256(content).hexdigest()
    path = _folder() / f"{_MODEL}.tflite"
    path.write_bytes(content)
    path.with_suffix(".json").write_text(json.dumps(sidecar), encoding="utf-8")
    Engine(path).probabilities(np.full((2, 28, 28), 255, np.uint8))


def _result_files() -> list[bytes]:
    outcomes = [Outcome("a.png", Page((), "cnn-int8", {})), Outcome("b\n.png", error='is "bad"')]
    return [
        b"".join(
            [
                FORMATS[suffix].heading(kept=True),
                *(FORMATS[suffix].record(outcome, kept=True) for outcome in outcomes),
            ]
        )
        for suffix in FORMATS
    ]


def _take_results(content: bytes) -> None:
    """Go on with a file of results."""
    path = _folder() / f"results{'.jsonl' if content[:1] == b'{' else '.csv'}"
    path.write_bytes(content)
    write_record(path, {"model": "cnn-int8"})
    with Results(path, resume=True, run={"model": "cnn-int8"}) as results:
        results.add(Outcome("c.png", error="is empty"))
    with Results(path, resume=True, run={"model": "cnn-int8"}) as results:
        if ("c.png", 1) not in results.done:
            raise ValueError("what was written is lost")


def _patterns() -> list[bytes]:
    return [b"AA-999", rb"[0-9]{5}(-[0-9]{4})?", rb"(AB|\d+)[^a-z]?.*", rb"[A-Z]{2,}( \d )*"]


def _take_pattern(content: bytes) -> None:
    """Compile the pattern; it spells what it accepts."""
    pattern = Pattern(content.decode(errors="replace"))
    spelled = pattern.spell("A1b2", (False,) * 4)
    if pattern.accepts("A1b2") != (spelled is not None):
        raise ValueError(f"spelled {spelled!r}")


#: A new target is a line here: its name, what it starts from, what takes its bytes.
TARGETS = {
    "picture": Target(pictures, take_picture),
    "header": Target(pictures, take_header),
    "page": Target(pictures, _take_page),
    "document": Target(_documents, _take_document),
    "idx": Target(_idx_files, _take_idx),
    "mapping": Target(_mappings, _take_mapping),
    "sidecar": Target(_sidecars, _take_sidecar),
    "model": Target(_model_files, _take_model, trusted=True),
    "results": Target(_result_files, _take_results),
    "pattern": Target(_patterns, _take_pattern),
}
