"""Figures -> tables, for Markdown and for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = Sequence[str]

#: What stands where nothing was measured.
NONE = "-"

_SUMMARY = (
    "model", "kB", "parameters", "MACs", "accuracy", "macro recall", "mCE", "ms, 1 character",
    "ms each of 64", "peak MB",
)  # fmt: skip


def markdown(head: Row, rows: Sequence[Row]) -> str:
    """Return a table in Markdown: names to the left, figures to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        _line(head, widths, " | "),
        "|".join(_rule(n, width) for n, width in enumerate(widths)),
    ]
    lines += [_line(row, widths, " | ") for row in rows]
    return "\n".join(f"| {line} |" if n != 1 else f"|{line}|" for n, line in enumerate(lines))


def plain(head: Row, rows: Sequence[Row]) -> str:
    """Return a table for a terminal."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(_line(row, widths, "  ").rstrip() for row in (head, *rows))


def _line(row: Row, widths: Sequence[int], between: str) -> str:
    return between.join(
        cell.rjust(width) if number else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    )


def _rule(number: int, width: int) -> str:
    return f"{'-' * (width + 1)}:" if number else "-" * (width + 2)


def summary(results: dict[str, Any]) -> tuple[Row, list[Row]]:
    """Return the head and, for each model, the row of the table that says most of it."""
    rows: list[Row] = []
    for model in results["models"]:
        name = model["name"]
        latency = {
            (row["batch"], row["threads"]): row
            for row in results.get("latency", {}).get("models", ())
            if row["model"] == name
        }
        single = latency.get((1, 1), {})
        batch = latency.get(max(latency, default=(1, 1)), {})
        scores = results.get("accuracy", {}).get("models", {}).get(name, {}).get("scores", {})
        noise = results.get("noise", {}).get("models", {}).get(name, {})
        rows.append(
            (
                name,
                f"{model['bytes'] / 1000:,.0f}",
                f"{model['parameters']:,}",
                count(single.get("macs")),
                percent(scores.get("accuracy"), 2),
                percent(scores.get("macro_recall"), 2),
                number((noise.get("mce") or {}).get("value"), 1),
                number(single.get("p50_ms"), 3),
                number(batch.get("per_image_ms"), 3),
                number(single.get("peak_rss_mb"), 0),
            )
        )
    return _SUMMARY, rows


def percent(share: float | None, digits: int = 1) -> str:
    """Return ``share`` of 1 in percent."""
    return NONE if share is None else f"{100 * share:.{digits}f} %"


def number(value: float | None, digits: int) -> str:
    """Return ``value`` to as many ``digits``."""
    return NONE if value is None else f"{value:,.{digits}f}"


def count(value: float | None) -> str:
    """Return a large number in thousands or millions."""
    if value is None:
        return NONE
    return f"{value / 1e6:.1f} M" if value >= 1e6 else f"{value / 1e3:.0f} k"
