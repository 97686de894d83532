from __future__ import annotations

import os
import struct
import sys
import types
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from emnist_device.image.limits import Limits
from emnist_device.live.sources.lens import Lens
from emnist_device.live.sources.make import make_source
from emnist_device.live.sources.picamera import Picamera, picamera_models
from emnist_device.live.sources.sequence import Sequence
from emnist_device.live.sources.source import Wish, WishError
from emnist_device.live.sources.v4l2 import Device, capture_devices, parse_capability
from emnist_device.live.sources.video import Camera, Stream, Video
from emnist_edge.errors import PictureError, RuntimeMissingError, SourceError
from tests.emnist_device.live.conftest import picture

WISH = Wish((64, 48), 15.0)


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("0", Camera, "/dev/video0"),
        ("/dev/video7", Camera, "/dev/video7"),
        (
            "/dev/v4l/by-id/usb-HD_Webcam-video-index0",
            Camera,
            "/dev/v4l/by-id/usb-HD_Webcam-video-index0",
        ),
        ("/dev/camera", Camera, "/dev/camera"),
        ("/dev/shm/film.mp4", Video, "/dev/shm/film.mp4"),
        ("/devices/film.mp4", Video, "/devices/film.mp4"),
        ("picamera", Picamera, "picamera:0"),
        ("picamera:1", Picamera, "picamera:1"),
        ("rtsp://user:secret@cam.local/live", Stream, "rtsp://cam.local/live"),
        ("http://10.0.0.7:8081/", Stream, "http://10.0.0.7:8081/"),
        ("page-%03d.png", Sequence, "page-%03d.png"),
        ("film.mp4", Video, "film.mp4"),
        ("²", Video, "²"),
        ("picamera:²", Video, "picamera:²"),
        ("fi\x1blm.mp4", Video, "fi\\x1blm.mp4"),
    ],
)
def test_a_name_says_what_kind_of_source_it_is(name: str, kind: type, shown: str) -> None:
    source = make_source(name, WISH)
    assert isinstance(source, kind)
    assert source.name == shown
    assert source.endless == (kind in {Camera, Picamera, Stream})


def test_a_link_to_a_camera_is_one_and_is_followed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "desk-camera"
    link.symlink_to("/dev/video7")
    source = make_source(str(link), WISH)
    assert isinstance(source, Camera)
    assert source.name == str(link)
    opened: list[str] = []

    class NoCapture:
        def __init__(self, target: str, *_: Any) -> None:
            opened.append(target)

        isOpened = release = lambda _: False  # noqa: N815

    monkeypatch.setattr(cv2, "VideoCapture", NoCapture)
    for number in (2, 3):  # plugged in again, it gets another number
        (tmp_path / f"video{number}").touch()
        link.unlink()
        link.symlink_to(tmp_path / f"video{number}")
        with pytest.raises(SourceError, match="desk-camera: cannot be opened as a camera"):
            source.open()
    assert opened == [str(tmp_path / "video2"), str(tmp_path / "video3")]


@pytest.mark.parametrize("name", ["loop", "nu\0ll"])
def test_a_name_that_leads_nowhere_is_no_camera(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    with pytest.raises(SourceError, match="cannot be read"):
        make_source(name, WISH).open()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/dev/video99", "no such camera; is it plugged in"),
        ("absent.mp4", "absent.mp4: no such file"),
        ("absent-%02d.png", "no pictures there"),
        ("http://127.0.0.1:9/", "no stream"),
        (
            "http://me:p%40ss@127.0.0.1:9/?token=abc",
            r"^http://127.0.0.1:9/[?]token=[*]{3}: no stream",
        ),
        ("rtsp://me:p/ss@127.0.0.1:9/", r"^rtsp://[*]{3}@127.0.0.1:9/: .*write @ / [?] #"),
        ("me:p@ss@127.0.0.1/live", "^127.0.0.1/live: no such file"),
    ],
)
def test_what_is_not_there_is_said(name: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        make_source(name, WISH).open()


def test_what_is_no_video_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("Dear reader\n" * 50)
    with pytest.raises(SourceError, match=r"empty\.mp4: is empty"):
        Video(tmp_path / "empty.mp4").open()
    with pytest.raises(SourceError, match=r"text\.mp4: is not a video"):
        Video(tmp_path / "text.mp4").open()


def test_a_camera_that_may_not_be_opened_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "video0").touch()
    with pytest.raises(SourceError, match="does another program use it"):
        Camera(tmp_path / "video0", WISH).open()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SourceError, match="permission denied; run: sudo usermod -aG video"):
        Camera(tmp_path / "video0", WISH).open()


def test_a_video_has_its_own_rate_and_an_end(video: Path) -> None:
    source = Video(video)
    source.open()
    assert source.rate == pytest.approx(30.0)
    first = source.read()
    assert first is not None
    assert first.shape == (480, 640, 3)
    count = 1
    while source.read() is not None:
        count += 1
    assert count == 72
    source.close()
    assert source.read() is None


def test_pictures_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (2, 10, 1):
        cv2.imwrite(str(tmp_path / f"p{number}.png"), picture(number))
    (tmp_path / "p3.png").write_bytes(b"")
    (tmp_path / "px.png").write_bytes(b"")
    source = Sequence(tmp_path / "p%d.png", 30.0)
    source.open()
    assert source.rate == 30.0
    values = []
    for _ in range(4):
        try:
            shown = source.read()
        except PictureError as error:
            complaint = str(error)
        else:
            assert shown is not None
            values.append(int(shown[0, 0, 0]))
            assert source.file == str(tmp_path / f"p{values[-1]}.png")
    assert values == [1, 2, 10]
    assert complaint == f"{tmp_path / 'p3.png'}: is empty"
    assert source.read() is None


def test_a_folder_is_read_by_name(tmp_path: Path) -> None:
    for name, value in (("b.png", 2), ("a.jpg", 1), ("c.PNG", 3)):
        cv2.imwrite(str(tmp_path / name), picture(value))
    (tmp_path / "notes.txt").touch()
    source = make_source(str(tmp_path), WISH)
    source.open()
    values = []
    while (shown := source.read()) is not None:
        values.append(int(shown[0, 0, 0]))
    assert values == [1, 2, 3]


def test_pictures_may_cost_what_the_limits_allow(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), picture())
    source = make_source(str(tmp_path), WISH, Limits(pixels=100))
    source.open()
    with pytest.raises(PictureError, match=r"a\.png: .*100 is the limit"):
        source.read()
    source.close()


def test_a_folder_that_may_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    for name in (tmp_path, tmp_path / "p%d.png"):
        with pytest.raises(SourceError, match=r"cannot be read \(Permission denied\)"):
            make_source(str(name), WISH).open()


def test_a_pattern_wider_than_any_name_means_no_picture(tmp_path: Path) -> None:
    (tmp_path / "p7.png").touch()
    with pytest.raises(SourceError, match="no pictures there"):
        make_source(str(tmp_path / "p%099999999999d.png"), WISH).open()


def capability(driver: bytes, card: bytes, device_caps: int) -> bytes:
    return struct.pack("16s32s32sIII12x", driver, card, b"bus", 1, 0x84A00001, device_caps)


def test_cameras_are_told_from_the_other_video_devices() -> None:
    path = Path("/dev/video0")
    camera = parse_capability(path, capability(b"uvcvideo", b"HD Webcam", 0x04200001))
    assert camera is not None
    assert (camera.path, camera.card, camera.denied) == (path, "HD Webcam", False)
    assert parse_capability(path, capability(b"uvcvideo", b"Metadata", 0x04A00000)) is None
    assert parse_capability(path, capability(b"unicam", b"unicam", 0x04200001)) is None
    assert parse_capability(path, capability(b"bcm2835-isp", b"isp", 0x04200001)) is None


def test_devices_are_listed_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("video10", "video2", "video-none", "null"):
        (tmp_path / name).touch()
    assert capture_devices(tmp_path) == []  # plain files answer no ioctl

    def refuse(path: Path, flags: int) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert [device.path.name for device in capture_devices(tmp_path)] == ["video2", "video10"]
    assert all(device.denied for device in capture_devices(tmp_path))


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


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (RuntimeError("libcamera is busy"), ["no picamera: it cannot be asked for cameras"]),
        (RuntimeMissingError("broken"), ["no picamera: broken"]),
        (RuntimeMissingError("not installed", missing=True), []),
    ],
)
def test_auto_goes_on_to_usb_where_the_pis_camera_is_out_of_reach(
    fault: Exception, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> list[str]:
        raise fault

    monkeypatch.setattr("emnist_device.live.sources.picamera.picamera_models", refuse)
    usb = [Device(Path("/dev/video2"), "Webcam")]
    monkeypatch.setattr("emnist_device.live.sources.v4l2.capture_devices", lambda: usb)
    reports: list[str] = []
    assert make_source("auto", WISH, report=reports.append).name == "/dev/video2"
    assert len(reports) == len(said)
    assert all(report.startswith(start) for report, start in zip(reports, said, strict=True))


def test_auto_says_where_there_is_no_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    monkeypatch.setattr("emnist_device.live.sources.v4l2.capture_devices", list)
    with pytest.raises(SourceError, match="no camera found"):
        make_source("auto", WISH)
