from __future__ import annotations

import os
import struct
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest

from emnist_device.image.limits import Limits
from emnist_device.live.sources.make import make_source
from emnist_device.live.sources.picamera import Picamera
from emnist_device.live.sources.sequence import Sequence
from emnist_device.live.sources.source import Wish
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
