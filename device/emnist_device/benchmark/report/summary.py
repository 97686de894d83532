"""The table that says most of a benchmark: a row for each model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_edge.tables import count, number, percent

if TYPE_CHECKING:
    from emnist_edge.tables import Row

_SUMMARY = (
    "model", "kB", "parameters", "MACs", "accuracy", "macro recall", "mCE", "ms, 1 character",
    "ms each of 64", "peak MB",
)  # fmt: skip


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
                percent(scores.get("accuracy")),
                percent(scores.get("macro_recall")),
                number((noise.get("mce") or {}).get("value"), 1),
                number(single.get("p50_ms"), 3),
                number(batch.get("per_image_ms"), 3),
                number(single.get("peak_rss_mb"), 0),
            )
        )
    return _SUMMARY, rows
