"""What ``pyproject.toml`` declares to need, and the oldest versions that it allows."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
#: The extras of what runs on a device, or is a part of the command.
EXTRAS = ("serve", "mqtt", "forest", "cluster", "data", "plot", "pdf", "forms")


def project() -> dict[str, Any]:
    """Return the table ``project`` of ``pyproject.toml``."""
    content = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(content)["project"]
    return found


def declared(
    extras: Iterable[str], system: Mapping[str, str], table: dict[str, Any]
) -> Iterator[Requirement]:
    """Yield the requirements of the package with ``extras`` on ``system``, less their markers.

    Args:
        extras: of the package.
        system: values of markers, such as ``platform_machine``; others are this machine's.
        table: of :func:`project`.
    """
    lines = list(table["dependencies"])
    for extra in extras:
        lines += table["optional-dependencies"][extra]
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate(dict(system)):
            requirement.marker = None
            yield requirement


def oldest_python(table: dict[str, Any]) -> str:
    """Return the oldest Python that is allowed, such as "3.11"."""
    return str(table["requires-python"].removeprefix(">="))


def oldest(requirement: Requirement) -> str:
    """Return ``requirement`` held to the oldest version that it allows.

    Raises ValueError where it has no lower bound.
    """
    bounds = [part.version for part in requirement.specifier if part.operator == ">="]
    if len(bounds) != 1:
        raise ValueError(f"{requirement}: has no lower bound")
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}=={bounds[0]}"


def all_oldest(table: dict[str, Any]) -> list[str]:
    """Return the oldest versions of all that any machine needs, of 64 bits or 32."""
    python = {"python_version": oldest_python(table)}
    lines = {
        oldest(requirement)
        for machine in ("x86_64", "armv7l")
        for requirement in declared(EXTRAS, {**python, "platform_machine": machine}, table)
    }
    return sorted(lines)
