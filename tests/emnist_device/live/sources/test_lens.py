from __future__ import annotations

from typing import Any

import pytest

from emnist_device.live.sources.lens import Lens

# What picamera2 says of a Camera Module 3 that gives 640x480, as (least, most, usual).
MODULE_3: dict[str, tuple[Any, Any, Any]] = {
    "AfMode": (0, 2, 0),
    "AfTrigger": (0, 1, 0),
    "LensPosition": (0.0, 15.0, 1.0),
    "ExposureTime": (26, 220_417_486, 20_000),
    "AnalogueGain": (1.0, 16.0, 1.0),
    "ScalerCrop": ((576, 0, 64, 64), (0, 0, 4608, 2592), (576, 0, 3456, 2592)),
}
MODULE_2 = {key: MODULE_3[key] for key in ("ExposureTime", "AnalogueGain", "ScalerCrop")}


@pytest.mark.parametrize(
    ("lens", "controls"),
    [
        (Lens(), {"AfMode": 2}),
        (Lens(focus="once"), {"AfMode": 1, "AfTrigger": 0}),
        (Lens(focus=4), {"AfMode": 0, "LensPosition": 4.0}),
        (Lens(exposure=2.5, gain=4), {"AfMode": 2, "ExposureTime": 2500, "AnalogueGain": 4}),
        (Lens(zoom=2), {"AfMode": 2, "ScalerCrop": (1440, 648, 1728, 1296)}),
    ],
)
def test_controls(lens: Lens, controls: dict[str, Any]) -> None:
    assert lens.controls(MODULE_3) == controls


def test_a_camera_without_autofocus_is_left_alone() -> None:
    assert Lens().controls(MODULE_2) == {}
    assert Lens().controls({}) == {}


def test_a_crop_without_a_usual_one_is_of_the_whole_sensor() -> None:
    known = {"ScalerCrop": (None, (8, 16, 400, 200), None)}
    assert Lens(zoom=4).controls(known) == {"ScalerCrop": (158, 91, 100, 50)}


@pytest.mark.parametrize(
    ("lens", "known", "message"),
    [
        (Lens(focus=2.0), MODULE_2, "focus cannot be set; leave --focus out"),
        (Lens(focus="once"), MODULE_2, "focus cannot be set"),
        (Lens(focus=30.0), MODULE_3, "--focus 30: this camera has 0 to 15"),
        (Lens(exposure=0.02), MODULE_3, r"--exposure 0.02: this camera has 0.026 to 220417"),
        (Lens(gain=20), MODULE_3, "--gain 20: this camera has 1 to 16"),
        (Lens(gain=2), {}, "nothing to set by --gain"),
        (Lens(zoom=2), {}, "cannot zoom"),
        (Lens(zoom=60), MODULE_3, "--zoom 60: this camera has 1 to 40.5"),
    ],
)
def test_what_a_camera_cannot_do_is_said(
    lens: Lens, known: dict[str, tuple[Any, Any, Any]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        lens.controls(known)


def test_frames_are_as_long_as_their_exposure() -> None:
    assert Lens().rate(30) == 30
    assert Lens(exposure=10).rate(30) == 30
    assert Lens(exposure=100).rate(30) == 10
