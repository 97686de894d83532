"""What was read on a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emnist_device.forms.reading.candidates import Candidates


@dataclass(frozen=True)
class FieldReading:
    """What was read in a field.

    name: of the field. text: as it is written, "" for blank. value: as a table has it. probability:
    that it is right, 0..1. alternatives: other texts with their probabilities. reason: why it is
    in doubt whatever its probability; "" for nothing. corners: of the field on the picture, four
    points in pixels, clockwise from its top left. alone: what it says by itself, where a sum or a
    roster had a say; by this it is read anew once another field is corrected.
    """

    name: str
    text: str
    value: str
    probability: float
    alternatives: tuple[tuple[str, float], ...] = ()
    reason: str = ""
    corners: tuple[tuple[float, float], ...] = ()
    alone: Candidates | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: probabilities to 6 decimals, pixels to 1."""
        content: dict[str, Any] = {
            "text": self.text,
            "value": self.value,
            "probability": round(self.probability, 6),
            "alternatives": _weighed(self.alternatives),
            "corners": [[round(x, 1), round(y, 1)] for x, y in self.corners],
        }
        if self.reason:
            content["reason"] = self.reason
        if self.alone is not None:
            content["alone"] = {"texts": _weighed(self.alone.texts), "reason": self.alone.reason}
        return content


def _weighed(texts: tuple[tuple[str, float], ...]) -> list[dict[str, Any]]:
    return [{"text": text, "probability": round(chance, 6)} for text, chance in texts]


@dataclass(frozen=True)
class SheetReading:
    """What was read on a sheet.

    form: its name. page: from 1. copy: its number by the QR code, 0 where that has none, None where
    no code was read. row: of the roster, from 1, or None. fields: of this page. turned: by how many
    degrees the sheet is turned on the picture, clockwise, to the next quarter. found, error: how
    well it fits; see :class:`emnist_device.forms.registration.refine.Refined`. resolution: pixels
    to a mm. model: that read it. corners: of the page on the picture, as those of a field.
    """

    form: str
    page: int
    copy: int | None
    row: int | None
    fields: tuple[FieldReading, ...]
    turned: int
    found: float
    error: float
    resolution: float
    model: str
    corners: tuple[tuple[float, float], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "form": self.form,
            "form_page": self.page,
            "copy": self.copy,
            "row": self.row,
            "turned": self.turned,
            "fit": {
                "found": round(self.found, 3),
                "error_mm": round(self.error, 3),
                "dpi": round(25.4 * self.resolution),
            },
            "model": self.model,
            "fields": {field.name: field.to_dict() for field in self.fields},
        }
