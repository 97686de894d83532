"""Fuzz what takes bytes from outside: ``python -m tests.fuzz picture --cases 20000``.

Writes what it finds, in the fewest bytes, to ``tests/fuzz/corpus/TARGET``, whose files the tests
try again; mend the fault and keep the file. Exits with 1 where there was any.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections import Counter
from pathlib import Path

import click

from tests.fuzz.hunt import TERMS, hunt
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*TARGETS]), metavar="[TARGET]...")
@click.option("--cases", type=click.IntRange(1), default=20_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True)
def main(names: tuple[str, ...], cases: int, seed: int, jobs: int) -> None:
    """Fuzz each TARGET, or all whose input is not trusted."""
    limits = TERMS.limits
    click.echo(f"limits: {limits.seconds:g} s a case, {limits.memory / 2**20:,.0f} MiB a process")
    faulty = False
    for name in names or [name for name, target in TARGETS.items() if not target.trusted]:
        begun = time.perf_counter()
        found = hunt(name, cases, seed, jobs)
        click.echo(
            f"{name}: {found.cases:,} cases, {found.accepted:,} accepted, {found.refused:,} "
            f"refused, {len(found.faults):,} at fault; {found.memory:,.0f} MiB at most, "
            f"{time.perf_counter() - begun:,.0f} s"
        )
        if TARGETS[name].trusted:
            for fault, times in Counter(found.faults.values()).most_common(5):
                click.echo(f"  {times} times: {fault[:200]}")
            continue
        for content, fault in found.faults.items():
            path = CORPUS / name / f"{hashlib.sha256(content).hexdigest()[:12]}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            click.echo(f"  {path}: {len(content)} bytes: {fault[:200]}")
        faulty |= bool(found.faults)
    sys.exit(faulty)


if __name__ == "__main__":
    main()
