"""With what a file of results was read, in a file beside it: other options are not mixed with it.

``scans.jsonl.run.json`` is an object of options and of digests of what they name.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emnist_device.decoding import Decoding
from emnist_device.image.limits import Limits
from emnist_device.image.region import Grid
from emnist_edge import __version__
from emnist_edge.artifact import PAGE_MODEL, open_model
from emnist_edge.errors import EmnistEdgeError, shown
from emnist_edge.files import write_json
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Mapping

    #: Name of an option -> its value, in plain values for JSON.
    RunRecord = dict[str, str | float | bool | None]

#: Of the shape of results: files of another one are not gone on with. 2: lines hold words, words
#: hold characters. 3: there is a record a page.
RESULTS_SCHEMA = 3
# A record has some 20 short values; a larger file is none.
_MOST_BYTES = 100_000
# Values are shown as far as this.
_SHOWN = 40
# What a file or a list of words is told by.
_DIGEST = re.compile("[0-9a-f]{64}")


def describe(model: str, options: Mapping[str, Any]) -> RunRecord:
    """Return the record of reading with ``model`` and the other arguments of a Reader.

    Limits and decoding count field by field, files by what is in them.

    Raises:
        EmnistEdgeError: the model or a lexicon cannot be read.
    """
    artifact, page = open_model(model)[0], open_model(PAGE_MODEL)[0]
    record: RunRecord = {
        "emnist-edge": __version__,
        "schema of results": RESULTS_SCHEMA,
        "model": artifact.name,
        "sha256 of model": artifact.sha256,
        "sha256 of page model": page.sha256,
    }
    for name, value in options.items():
        if isinstance(value, Limits | Decoding):
            fields = dataclasses.fields(value)
            record |= {field.name: _plain(getattr(value, field.name)) for field in fields}
        else:
            record[name] = _plain(value)
    return record


def _plain(value: Any) -> str | float | bool | None:
    """Return ``value``, a lexicon by the digest of its words, regions and grids as text."""
    if isinstance(value, Path):
        load_module("numpy")
        from emnist_device.text.lexicon import read_lexicon

        return hashlib.sha256("\n".join(read_lexicon(value).words).encode()).hexdigest()
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or None
    return str(value) if isinstance(value, Grid) else value


def record_path(results: Path) -> Path:
    """Return where the record of the file ``results`` is."""
    return results.with_name(f"{results.name}.run.json")


def write_record(results: Path, record: RunRecord) -> None:
    """Write the record of the file ``results``; raises OutputError where that fails."""
    write_json(record_path(results), record)


def check_record(results: Path, record: RunRecord) -> None:
    """Raise :class:`EmnistEdgeError` unless ``results`` was read as ``record`` says."""
    path = record_path(results)
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise EmnistEdgeError(f"{shown(path)}: is no file; name another file")
        with path.open("rb") as file:
            before = json.loads(file.read(_MOST_BYTES))
    except FileNotFoundError as error:
        raise EmnistEdgeError(
            f"{shown(results)}: is without {shown(path.name)}, which tells the options that it was "
            "read with; name another file"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise EmnistEdgeError(f"{shown(path)}: cannot be read ({shown(error)})") from error
    if not isinstance(before, dict):
        raise EmnistEdgeError(f"{shown(path)}: is not a record of options; name another file")
    names = [*record, *(name for name in before if name not in record)]
    differ = [
        _difference(name, before, record) for name in names if before.get(name) != record.get(name)
    ]
    if differ:
        raise EmnistEdgeError(
            f"{shown(results)}: was read otherwise: {', '.join(differ)}; give the same options and "
            "files, or name another file to read all into"
        )


def _difference(name: str, before: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """Return how ``name`` differs; of a file, whose digest tells nobody how, that it does."""
    values = before.get(name), record.get(name)
    if all(isinstance(value, str) and _DIGEST.fullmatch(value) for value in values):
        return f"{shown(name.replace('sha256 of', 'file of'))} has changed since"
    return f"{shown(name)} was {_shown(before, name)} and is {_shown(record, name)}"


def _shown(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        return "not given"
    text = shown(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
