"""The page of :mod:`evaluate.search`, the figures it is made of, and what of them is not of today.

``benchmarks/search.json`` has a row for each trial, with all that its training depended on.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.artifact import SIDE
from emnist_edge.files import read_file, write_json
from emnist_edge.tables import markdown, percent
from evaluate.candidates import RECIPES, Budget, compare_nets, compare_recipes, describe
from train.common.data import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evaluate.candidates import Trial

    #: Rows of each table, by its name.
    Tables = dict[str, list[dict[str, Any]]]

_HEAD = """# Architectures and recipes, compared

Written by `python -m evaluate.search`, of [search.json](search.json). Each row is one short
training, judged by its best epoch on {held:,} validation images, of which {half:.2f} points either
way are chance (95 %). Rows of one table differ in what their names say, and in nothing else: the
same images, epochs and seed. *Equal priors* divides probabilities by how common each class is,
before the best is taken. *ECE* is the expected calibration error, after a temperature was fitted to
the same images.
"""
_STALE = """## Of another version

Trained before candidates, or what they learn from, became what they are today:
"""
# Columns in percent.
_SHARES = ("accuracy", "macro_recall", "equal_priors", "calibration_error")


def collect(folder: Path) -> Tables:
    """Return all rows under ``folder``, the best of each table first."""
    tables = {}
    for table in sorted(child for child in folder.iterdir() if child.is_dir()):
        paths = sorted(table.glob("*/row.json"))
        rows = [
            read_json(path) | {"recipe": read_json(path.with_name("run.json"))["recipe"]}
            for path in paths
        ]
        if rows:
            tables[table.name] = sorted(rows, key=lambda row: -row["accuracy"])
    return tables


def publish(tables: Tables, page: Path) -> None:
    """Write ``page``, and beside it the figures, in a JSON file of its name."""
    write_json(page.with_suffix(".json"), tables)
    page.write_text(page_of(tables), encoding="utf-8")


def read_tables(path: Path) -> Tables:
    """Return what :func:`publish` wrote to ``path``; :class:`DataError` for what it did not."""
    tables: Tables = read_file(
        path, lambda path: json.loads(path.read_text(encoding="utf-8")),
        "run: python -m evaluate.search",
    )  # fmt: skip
    return tables


def page_of(tables: Tables) -> str:
    """Return the page of ``tables`` in Markdown."""
    held = max((rows[0]["held"] for rows in tables.values()), default=0)
    half = 100 * 1.96 * (0.9 * 0.1 / max(held, 1)) ** 0.5
    sections = [_HEAD.format(held=held, half=half).rstrip()]
    if found := stale(tables):
        sections += [_STALE.rstrip(), "\n".join(f"- {one}" for one in found)]
    for name, rows in tables.items():
        about = f"Epochs: {rows[0]['epochs']}. Images: {rows[0]['images']:,}."
        sections += [f"## {name.capitalize()}", about, _table(rows)]
    return "\n\n".join(sections) + "\n"


def stale(tables: Tables) -> list[str]:
    """Return a line for all rows of ``tables`` that differ from today's trials in the same."""
    found: dict[str, list[str]] = {}
    for table, rows in tables.items():
        for what, name in _stale_rows(table, rows):
            found.setdefault(f"{table}, {what}", []).append(name)
    return [f"{what}: {'; '.join(names)}" for what, names in found.items()]


def _stale_rows(table: str, rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        recorded = row.get("recipe")
        if recorded is None:
            yield "copied from an older page, rounded as it was; the files are gone", row["name"]
            continue
        trial = _trials(table, row).get(row["name"])
        if trial is None:
            yield "no candidate any more", row["name"]
            continue
        budget = Budget(row["images"], row["epochs"], row["seed"])
        today = json.loads(json.dumps(describe(trial, budget)))
        names = [key for key in {**today, **recorded} if today.get(key) != recorded.get(key)]
        if names:
            yield f"another {', '.join(names)}", row["name"]


def _trials(table: str, row: dict[str, Any]) -> dict[str, Trial]:
    """Return today's trials of ``table``, with the teachers and as many images as ``row`` had."""
    if table != RECIPES:
        return compare_nets(table)
    unlabelled = np.empty((row["recipe"]["more"], SIDE, SIDE), np.uint8)
    return compare_recipes(tuple(row["recipe"]["asked"]), unlabelled)


def _table(rows: list[dict[str, Any]]) -> str:
    cells = [
        (row["name"], *(percent(row[name]) for name in _SHARES), f"{row['bytes'] / 1000:.1f}",
         f"{row['macs'] / 1e6:.1f}", f"{row['int8_us']:.0f}", row["seconds"])
        for row in rows
    ]  # fmt: skip
    head = ["", "accuracy", "macro recall", "equal priors", "ECE", "kB", "million MACs", "int8, us"]
    return markdown([*head, "training, s"], cells)
