from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.live.sources.lens import Lens
from emnist_device.live.sources.make import make_source
from emnist_device.live.sources.picamera import Picamera, picamera_models
from emnist_device.live.sources.source import Wish, WishError
from emnist_edge.errors import RuntimeMissingError, SourceError

if TYPE_CHECKING:
    from pathlib import Path

WISH = Wish((64, 48), 15.0)


class FakePicamera2:
    """What picamera2.Picamera2 does, as far as it is used, as picamera2 0.3.38 does it.

    Sizes are made even; configuring may change them once more, and gives rows their stride.
    """

    cameras: list[dict[str, Any]] = []  # noqa: RUF012  # as the real one's
    made: list[FakePicamera2] = []  # noqa: RUF012
    known: dict[str, Any] = {}  # noqa: RUF012
    hardware: dict[tuple[int, int], tuple[int, int]] = {}  # noqa: RUF012
    stride = 128
    pixel_format = "YUV420"

    def __init__(self, camera_num: int = 0) -> None:
        if camera_num >= len(self.cameras):
            raise RuntimeError(f"No camera number {camera_num} found")
        self.log: list[Any] = []
        self.set: dict[str, Any] = {}
        self.stalls = self.broken = False
        self.camera_controls: dict[str, Any] = {}
        self._configuration: dict[str, Any] = {}
        self.made.append(self)

    @classmethod
    def global_camera_info(cls) -> list[dict[str, Any]]:
        return cls.cameras

    def create_video_configuration(
        self, main: Any, lores: Any, controls: Any, queue: bool
    ) -> dict[str, Any]:
        for stream in (main, lores):
            width, height = stream["size"]
            stream["size"] = (width - width % 2, height - height % 2)
        return {"main": main, "lores": lores, "controls": controls, "queue": queue}

    def configure(self, configuration: dict[str, Any]) -> None:
        assert "start" not in self.log
        self.camera_controls = dict(self.known)
        self.set_controls(configuration["controls"])
        size = configuration["lores"]["size"]
        stream = {
            "format": self.pixel_format,
            "size": self.hardware.get(size, size),
            "stride": self.stride,
        }
        self._configuration = configuration | {"lores": stream}

    def camera_configuration(self) -> dict[str, Any]:
        return self._configuration

    def set_controls(self, controls: dict[str, Any]) -> None:
        for name in controls:
            if name != "FrameRate" and name not in self.known:
                raise RuntimeError(f"Control {name} is not advertised by libcamera")
        self.set |= controls

    def start(self) -> None:
        self.log.append("start")

    def capture_array(self, name: str, wait: bool) -> str:
        assert (name, wait) == ("lores", False)
        assert "start" in self.log
        return "job"

    def wait(self, job: str, timeout: float) -> Any:
        assert job == "job"
        self.log.append(timeout)
        if self.stalls:
            raise TimeoutError
        width, height = self._configuration["lores"]["size"]
        planes = np.full((height * 3 // 2, self.stride), 255, np.uint8)  # U, V, and padding
        planes[:height, :width] = np.arange(width, dtype=np.uint8)
        return planes

    def stop(self) -> None:
        self.log.append("stop")
        if self.broken:
            raise RuntimeError("the camera does not answer")

    def close(self) -> None:
        self.log.append("close")
        if self.broken:
            raise RuntimeError("Closing failed")


AUTOFOCUS: dict[str, Any] = {
    "AfMode": (0, 2, 0),
    "AfTrigger": (0, 1, 0),
    "LensPosition": (0.0, 15.0, 1.0),
    "ExposureTime": (26, 220_417_486, 20_000),
    "AnalogueGain": (1.0, 16.0, 1.0),
    "ScalerCrop": ((0, 0, 64, 64), (0, 0, 4608, 2592), (576, 0, 3456, 2592)),
}


@pytest.fixture
def picamera2(monkeypatch: pytest.MonkeyPatch) -> type[FakePicamera2]:
    module = types.ModuleType("picamera2")
    monkeypatch.setattr(module, "Picamera2", FakePicamera2, raising=False)
    monkeypatch.setattr(FakePicamera2, "cameras", [{"Model": "imx708", "Id": "/base/i2c/imx708"}])
    monkeypatch.setattr(FakePicamera2, "made", [])
    monkeypatch.setitem(sys.modules, "picamera2", module)
    return FakePicamera2


def test_the_pis_camera_gives_the_brightness_plane(picamera2: type[FakePicamera2]) -> None:
    source = make_source("auto", WISH)
    assert source.name == "picamera:0"
    source.open()
    (camera,) = picamera2.made
    configuration = camera.camera_configuration()
    assert configuration["lores"]["size"] == (64, 48)
    assert configuration["queue"] is False
    assert camera.set == {"FrameRate": 15.0}
    shown = source.read()
    assert shown is not None
    assert shown.shape == (48, 64)
    assert shown.flags.c_contiguous
    assert np.array_equal(shown[5], np.arange(64))
    source.close()
    source.close()
    assert camera.log == ["start", 5.0, "stop", "close"]


@pytest.mark.parametrize(
    ("asked", "given"), [((65, 49), (64, 48)), ((66, 50), (64, 40)), ((90, 66), (96, 72))]
)
@pytest.mark.parametrize("pixel_format", ["YUV420", "NV12"])
def test_the_size_that_the_hardware_gives_is_what_is_seen(
    picamera2: type[FakePicamera2],
    monkeypatch: pytest.MonkeyPatch,
    asked: tuple[int, int],
    given: tuple[int, int],
    pixel_format: str,
) -> None:
    monkeypatch.setattr(picamera2, "hardware", {(66, 50): (64, 40), (90, 66): (96, 72)})
    monkeypatch.setattr(picamera2, "pixel_format", pixel_format)
    source = Picamera(0, Wish(asked))
    source.open()
    shown = source.read()
    assert shown.shape == given[::-1]
    assert shown.max() == given[0] - 1  # neither padding nor colour


def test_a_stream_of_another_kind_is_refused(
    picamera2: type[FakePicamera2], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picamera2, "pixel_format", "YUYV")
    with pytest.raises(SourceError, match="gives YUYV in place of YUV420"):
        Picamera(0, WISH).open()
    assert picamera2.made[0].log == ["stop", "close"]


def test_focus_exposure_and_zoom_are_set_before_the_start(
    picamera2: type[FakePicamera2], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picamera2, "known", AUTOFOCUS)
    source = Picamera(0, WISH)
    source.open()
    assert picamera2.made[0].set == {"FrameRate": 15.0, "AfMode": 2}
    source = Picamera(0, Wish((64, 48), 15.0, Lens(focus=3, exposure=200, gain=2, zoom=4)))
    source.open()
    camera = picamera2.made[1]
    assert camera.set == {
        "FrameRate": 5.0,
        "AfMode": 0,
        "LensPosition": 3.0,
        "ExposureTime": 200_000,
        "AnalogueGain": 2,
        "ScalerCrop": (1872, 972, 864, 648),
    }
    source.read()
    assert camera.log == ["start", 5.2]


def test_what_the_camera_cannot_do_is_said_and_lets_it_go(
    picamera2: type[FakePicamera2],
) -> None:
    with pytest.raises(WishError, match="picamera:0: this camera's focus cannot be set"):
        Picamera(0, Wish(lens=Lens(focus="once"))).open()
    assert picamera2.made[0].log == ["stop", "close"]


def test_only_the_pis_camera_has_a_lens_to_set(tmp_path: Path) -> None:
    wish = Wish(lens=Lens(zoom=2))
    for name in ("0", "http://me:SECRET@10.0.0.7/", "film.mp4", str(tmp_path)):
        with pytest.raises(WishError, match="are for the Raspberry Pi's own camera") as caught:
            make_source(name, wish)
        assert "SECRET" not in str(caught.value)
    assert make_source("picamera:1", wish).name == "picamera:1"


def test_a_pi_camera_that_fails_can_be_closed(picamera2: type[FakePicamera2]) -> None:
    source = Picamera(0, WISH)
    source.open()
    picamera2.made[0].broken = True
    source.close()
    assert picamera2.made[0].log == ["start", "stop", "close"]


def test_a_pi_camera_that_stalls_or_is_missing_is_said(picamera2: type[FakePicamera2]) -> None:
    source = Picamera(0, WISH)
    source.open()
    picamera2.made[0].stalls = True
    with pytest.raises(SourceError, match="picamera:0: gives no frames"):
        source.read()
    with pytest.raises(SourceError, match="picamera:1: no such camera"):
        Picamera(1, WISH).open()
    picamera2.cameras[:] = [{"Model": "Webcam", "Id": "/base/scb/usb1/1-1"}]
    assert picamera_models() == []


def test_without_picamera2_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(RuntimeMissingError, match="sudo apt install python3-picamera2") as caught:
        picamera_models()
    assert caught.value.missing
    with pytest.raises(SourceError, match="sudo apt install python3-picamera2"):
        Picamera(0, WISH).open()
