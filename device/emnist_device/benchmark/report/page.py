"""Results -> ``report.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_device.benchmark import machine
from emnist_device.benchmark.report import words
from emnist_device.benchmark.report.summary import summary
from emnist_edge.alphabet import CONFUSABLE
from emnist_edge.tables import NONE, markdown, number, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Titles of the plots, by the names of their files without .png.
PLOTS = {
    "size": "Accuracy over the size of the file",
    "latency": "Accuracy over latency, one character at a time on one thread",
    "severity": "Accuracy over strength, float dashed and int8 drawn through",
    "matrix": "Errors of each model under each kind of corruption",
    "pages": "Character error rate of whole pages over strength",
    "confusion": "What characters are read as",
}

_DIGEST = 12  # of a hash, so many digits are shown
_CONFUSED = 8  # pairs of characters that are named


def write_report(results: dict[str, Any], drawn: Sequence[str]) -> str:
    """Return the report in Markdown, with those of ``PLOTS`` that were ``drawn``."""
    facts, seed = results["machine"], results["settings"]["seed"]
    state = f"revision {facts['revision'] or 'unknown'}, seed {seed}"
    sections = [
        "# Benchmark",
        words.INTRODUCTION,
        f"```text\n{machine.summary(facts)}\n{state}\n```",
        *([words.QUICK] if results["settings"]["quick"] else []),
        markdown(*summary(results)),
        words.SUMMARY,
        *(
            f"Not measured: `{model['name']}`, {model['skipped']}."
            for model in results["models"]
            if model["skipped"]
        ),
        *_pictures(drawn, "size", "latency"),
    ]
    for suite, write in (
        ("accuracy", _accuracy),
        ("noise", _noise),
        ("pages", _pages),
        ("latency", _latency),
    ):
        if suite in results:
            sections += write(results[suite], results, drawn)
    return "\n\n".join(section for section in sections if section) + "\n"


def _pictures(drawn: Sequence[str], *wanted: str) -> list[str]:
    return [f"![{PLOTS[name]}]({name}.png)" for name in wanted if name in drawn]


def _interval(found: Mapping[str, float] | None, digits: int = 1, sign: str = "") -> str:
    if found is None:
        return NONE
    value, low, high = (f"{found[key]:{sign}.{digits}f}" for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _accuracy(suite: dict[str, Any], results: dict[str, Any], drawn: Sequence[str]) -> list[str]:
    del results
    models = suite["models"]
    confused = [
        f"- `{name}`: "
        + ", ".join(
            f"{one}/{other} {times:,}" for one, other, times in found["confused"][:_CONFUSED]
        )
        for name, found in models.items()
    ]
    pairs = [words.PAIRS, _quantization(suite["pairs"])] if suite["pairs"] else []
    return [
        "## Accuracy",
        words.ACCURACY.format(images=suite["images"], groups=", ".join(CONFUSABLE)),
        _scores({name: found["scores"] for name, found in models.items()}),
        words.CALIBRATION,
        _calibration({name: found["calibration"] for name, found in models.items()}),
        *pairs,
        words.CONFUSED,
        "\n".join(confused),
        *_pictures(drawn, "confusion"),
    ]


def _scores(models: dict[str, Any]) -> str:
    head = ("model", "top-1", "95 % interval", "top-2", "merged", "macro precision", "recall", "F1")
    keys = ("top2_accuracy", "merged_accuracy", "macro_precision", "macro_recall", "macro_f1")
    return markdown(
        head,
        [
            (
                name,
                percent(scores["accuracy"]),
                " to ".join(percent(scores[f"accuracy_{end}"]) for end in ("low", "high")),
                *(percent(scores[key]) for key in keys),
            )
            for name, scores in models.items()
        ],
    )


def _calibration(models: dict[str, Any]) -> str:
    return markdown(
        ("model", "ECE", "NLL", "AURC", "error at 95 %", "at 90 %"),
        [
            (
                name,
                percent(found["calibration_error"]),
                number(found["log_loss"], 4),
                *(percent(found[key]) for key in ("aurc", "risk_95", "risk_90")),
            )
            for name, found in models.items()
        ],
    )


def _quantization(pairs: list[dict[str, Any]]) -> str:
    return markdown(
        ("int8 against float", "loses, points", "same class", "float only", "int8 only", "p"),
        [
            (
                pair["int8"],
                _interval(pair["drop_points"], 3, "+"),
                percent(pair["agreement"]),
                f"{pair['mcnemar']['first_only']:,}",
                f"{pair['mcnemar']['second_only']:,}",
                f"{pair['mcnemar']['p']:.2g}",
            )
            for pair in pairs
        ],
    )


def _noise(suite: dict[str, Any], results: dict[str, Any], drawn: Sequence[str]) -> list[str]:
    models, kinds, pairs = suite["models"], suite["kinds"], suite["pairs"]
    seen = {model["name"]: model["seen_corruptions"] for model in results["models"]}
    new = [kind for kind, facts in kinds.items() if facts["new"]]
    errors = {
        kind: (kind, *(percent(sum(found["error"][kind]) / 5, 1) for found in models.values()))
        for kind in kinds
    }
    rows = [
        ("(clean)", *(percent(found["clean_error"], 1) for found in models.values())),
        *(row for kind, row in errors.items() if kind not in new),
        ("all", *(percent(found["mean_error"], 1) for found in models.values())),
        *((f"{kind}{words.NEW}", *errors[kind][1:]) for kind in new),
    ]
    sections = [
        "## EMNIST-C",
        words.NOISE.format(images=suite["images"], kinds=len(kinds) - len(new)),
        markdown(("kind", *models), rows),
        *([words.NEW_KINDS.format(kinds=" and ".join(f"`{kind}`" for kind in new))] if new else []),
        *_pictures(drawn, "matrix", "severity"),
    ]
    sections += [
        words.CORRUPTION_ERROR.format(reference=suite["reference"]),
        _corruption_errors(models),
        "\n".join(f"- `{name}` has seen {', '.join(seen[name])}." for name in models if seen[name]),
    ]
    if pairs:
        sections += [words.PAIRS_UNDER_CORRUPTION, _quantization_under_corruption(pairs, [*kinds])]
    hashes = [
        (kind, found["unit"], *(f"`{digest[:_DIGEST]}`" for digest in found["sha256"]))
        for kind, found in kinds.items()
    ]
    return [
        *sections,
        words.HASHES.format(clean=suite["clean_sha256"][:_DIGEST]),
        markdown(("kind", "in", *"12345"), hashes),
    ]


def _corruption_errors(models: dict[str, Any]) -> str:
    return markdown(
        ("model", "mCE, %", "relative mCE, %", "mCE of seen kinds", "of unseen kinds"),
        [
            (
                name,
                _interval(found["mce"]),
                number(found["relative_mce"], 1),
                *(_interval(found[key]) for key in ("mce_seen", "mce_unseen")),
            )
            for name, found in models.items()
        ],
    )


def _quantization_under_corruption(pairs: list[dict[str, Any]], kinds: list[str]) -> str:
    rows = [("(clean)", *(_interval(pair["clean"], 2, "+") for pair in pairs))]
    rows += [(kind, *(_interval(pair["kinds"][kind], 2, "+") for pair in pairs)) for kind in kinds]
    return markdown(("kind", *(pair["int8"] for pair in pairs)), rows)


def _pages(suite: dict[str, Any], results: dict[str, Any], drawn: Sequence[str]) -> list[str]:
    del results
    sections = ["## Pages", words.PAGES.format(**suite)]
    for kind, facts in suite["kinds"].items():
        if kind != "clean":
            amounts = (f"{amount:g}" for amount in facts["amounts"])
            rows = [
                (name, *(percent(cell["value"], 1) for cell in (*found["clean"], *found[kind])))
                for name, found in suite["models"].items()
            ]
            sections.append(markdown((f"{kind}, {facts['unit']}", "none", *amounts), rows))
    return [*sections, *_pictures(drawn, "pages")]


def _latency(suite: dict[str, Any], results: dict[str, Any], drawn: Sequence[str]) -> list[str]:
    del results, drawn
    times = ("init_ms", "first_ms", "p50_ms", "p90_ms", "p95_ms", "p99_ms")
    head = (
        "model", "batch", "threads", "init", "first", "p50", "p90", "p95", "p99", "per image",
        "spread", "peak MB",
    )  # fmt: skip
    rows = [
        (
            row["model"],
            str(row["batch"]),
            str(row["threads"]),
            *(number(row[key], 3) for key in times),
            number(row["per_image_ms"], 4),
            percent(row["spread"], 0),
            number(row["peak_rss_mb"], 0),
        )
        for row in suite.get("models", ())
    ]
    sections = ["## Latency", words.LATENCY, markdown(head, rows)]
    if "stages" in suite:
        stages = [
            (row["stage"], number(row["median_ms"], 2), number(row["p95_ms"], 2))
            for row in suite["stages"]["stages"]
        ]
        sections += [
            words.STAGES.format(model=suite["stages"]["model"]),
            markdown(("stage", "median ms", "p95 ms"), stages),
        ]
    return sections
