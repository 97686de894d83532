"""What a record says of a field; what ``form read`` never writes is damage."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emnist_device.forms.reading.candidates import Candidates

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What reading a record raises that something else has written.
DAMAGE = (
    ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError, csv.Error,
)  # fmt: skip


@dataclass(frozen=True)
class ReadField:
    """What the file says of a field.

    text, value, probability, reason, corners: as those of
    :class:`~emnist_device.forms.reading.result.FieldReading`; no corners where they are not known.
    accepted: whether nobody needs to look at it. others: other texts with their probabilities.
    alone: what it says by itself, where that is known and others had a say.
    """

    name: str
    text: str
    value: str
    probability: float
    reason: str
    accepted: bool
    others: tuple[tuple[str, float], ...] = ()
    corners: tuple[tuple[float, float], ...] = ()
    alone: Candidates | None = None


def field_of(name: str, content: Mapping[str, Any]) -> ReadField:
    """Return a field as JSON Lines have it; raises one of :data:`DAMAGE` where it is damaged."""
    content = mapping_of(content, f"field {name}")
    accepted = content.get("accepted", False)
    if not isinstance(accepted, bool):
        raise TypeError("accepted is neither true nor false")
    return ReadField(
        name,
        text_of(entry_of(content, "text"), "text"),
        text_of(entry_of(content, "value"), "value"),
        probability_of(entry_of(content, "probability")),
        text_of(content.get("reason", ""), "reason"),
        accepted,
        _weighed_of(entry_of(content, "alternatives"), "alternatives"),
        tuple(_corner_of(each) for each in list_of(entry_of(content, "corners"), "corners")),
        _alone_of(content["alone"]) if "alone" in content else None,
    )


def _weighed_of(texts: object, what: str) -> tuple[tuple[str, float], ...]:
    found = [mapping_of(each, what) for each in list_of(texts, what)]
    return tuple(
        (text_of(entry_of(each, "text"), "text"), probability_of(entry_of(each, "probability")))
        for each in found
    )


def _alone_of(value: object) -> Candidates:
    content = mapping_of(value, "alone")
    texts = _weighed_of(entry_of(content, "texts"), "texts")
    if not texts:
        raise ValueError("alone has no text")
    return Candidates(texts, text_of(entry_of(content, "reason"), "reason"))


def _corner_of(value: object) -> tuple[float, float]:
    place = list_of(value, "a corner")
    if len(place) != 2:
        raise ValueError("a corner is no place")
    return _pixels_of(place[0]), _pixels_of(place[1])


def parsed(text: str | bytes) -> Any:
    """Return what ``text`` is in JSON; ValueError where it is none, or its names are."""
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = {text_of(name, "a name"): value for name, value in pairs}
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} is in it twice")
    return content


def mapping_of(value: object, what: str) -> Mapping[str, Any]:
    """Return ``value``, if it is an object of JSON; TypeError names it."""
    if not isinstance(value, dict):
        raise TypeError(f"{what} is no object")
    return value


def list_of(value: object, what: str) -> list[Any]:
    """Return ``value``, if it is a list; TypeError names it."""
    if not isinstance(value, list):
        raise TypeError(f"{what} is no list")
    return value


def entry_of(content: Mapping[str, Any], name: str) -> Any:
    """Return what ``content`` has as ``name``; ValueError where it has nothing."""
    if name not in content:
        raise ValueError(f"{name} is missing")
    return content[name]


def text_of(value: object, what: str) -> str:
    """Return ``value``, if it is a text of whole characters; TypeError or ValueError names it."""
    return _encodable(value, what, "strict")


def file_name_of(value: object, what: str) -> str:
    """Return ``value`` as :func:`text_of` does, where bytes that are no text are escaped."""
    return _encodable(value, what, "surrogateescape")


def _encodable(value: object, what: str, errors: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} is no text")
    try:
        value.encode("utf-8", errors)
    except UnicodeEncodeError as error:
        raise ValueError(f"{what} has half of a character, a lone surrogate") from error
    return value


def probability_of(value: object) -> float:
    """Return ``value``, if it is a probability; else ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("a probability is not from 0 to 1")
    return float(value)


def _pixels_of(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a corner is no place")
    return float(value)
