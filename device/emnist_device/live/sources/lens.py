"""Focus, exposure and zoom of the Raspberry Pi's camera: what is asked for -> libcamera's controls.

Names, units and numbers are libcamera's (control_ids_core.yaml): exposure in microseconds, the
lens's position in dioptres, a crop in pixels of the sensor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

# AfModeEnum and AfTriggerEnum.
_MANUAL, _ONCE, _CONTINUOUS = 0, 1, 2
_TRIGGER_START = 0


@dataclass(frozen=True)
class Lens:
    """What is asked of the camera's optics.

    focus: ``auto`` follows what is before the camera, where the lens can; ``once`` focuses at the
    start and stays; a number is the nearness in dioptres, 1 / metres, 0 being far away.
    exposure: of a frame in milliseconds; None to let the camera choose.
    gain: of the sensor, 1 being none; None to let the camera choose.
    zoom: the middle of the picture, enlarged by so much.
    """

    focus: float | Literal["auto", "once"] = "auto"
    exposure: float | None = None
    gain: float | None = None
    zoom: float = 1.0

    def rate(self, wanted: float) -> float:
        """Return the frames a second that leave time for the exposure, at most ``wanted``."""
        return wanted if self.exposure is None else min(wanted, 1000 / self.exposure)

    def controls(self, known: Mapping[str, tuple[Any, Any, Any]]) -> dict[str, Any]:
        """Return the controls that make it so.

        Args:
            known: least, most and usual value of each control that the camera has, once it is
                configured.

        Raises ValueError where the camera cannot do what is asked for.
        """
        controls = self._focus(known)
        if self.exposure is not None:
            _check("--exposure", self.exposure, known.get("ExposureTime"), 1000)
            controls["ExposureTime"] = round(1000 * self.exposure)
        if self.gain is not None:
            _check("--gain", self.gain, known.get("AnalogueGain"))
            controls["AnalogueGain"] = self.gain
        if self.zoom != 1:
            controls["ScalerCrop"] = self._crop(known)
        return controls

    def _focus(self, known: Mapping[str, tuple[Any, Any, Any]]) -> dict[str, Any]:
        if "AfMode" not in known:
            if self.focus == "auto":
                return {}
            raise ValueError("this camera's focus cannot be set; leave --focus out")
        if self.focus == "auto":
            return {"AfMode": _CONTINUOUS}
        if self.focus == "once":
            return {"AfMode": _ONCE, "AfTrigger": _TRIGGER_START}
        _check("--focus", self.focus, known.get("LensPosition"))
        return {"AfMode": _MANUAL, "LensPosition": float(self.focus)}

    def _crop(self, known: Mapping[str, tuple[Any, Any, Any]]) -> tuple[int, int, int, int]:
        """Return the part of the sensor, (x, y, width, height), that is seen."""
        if "ScalerCrop" not in known:
            raise ValueError("this camera cannot zoom; leave --zoom out")
        least, most, usual = known["ScalerCrop"]
        x, y, width, height = usual or most
        narrow, low = round(width / self.zoom), round(height / self.zoom)
        if least and (narrow < least[2] or low < least[3]):
            limit = min(width / least[2], height / least[3])
            raise ValueError(f"--zoom {self.zoom:g}: this camera has 1 to {limit:.3g}")
        return x + (width - narrow) // 2, y + (height - low) // 2, narrow, low


def _check(option: str, value: float, known: tuple[Any, Any, Any] | None, units: int = 1) -> None:
    """Raise ValueError where ``value`` times ``units`` is not what the camera can do."""
    if known is None:
        raise ValueError(f"this camera has nothing to set by {option}; leave it out")
    least, most, _ = known
    if not least <= value * units <= most:
        raise ValueError(
            f"{option} {value:g}: this camera has {least / units:g} to {most / units:g}"
        )
