from __future__ import annotations

import pytest

from emnist_edge.masking import ends_unclear, masked

SECRETS = ["secret", "se@cret", "se:cret", "se%40cret", "sécrët", "se cret", "s", "se\\cret"]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("scheme", ["rtsp", "http", "RTSP", "mqtts"])
@pytest.mark.parametrize("host", ["cam.local", "10.0.0.7:8554", "[fe80::1]:554"])
def test_users_and_passwords_are_left_out(scheme: str, secret: str, host: str) -> None:
    address = f"{scheme}://me:{secret}@{host}/live"
    assert masked(address) == f"{scheme}://{host}/live"
    assert not ends_unclear(address)


@pytest.mark.parametrize(
    "secret", ["XYZ/ZYX", "XYZ?ZYX", "XYZ#ZYX", "12/ZYX", "X@YZ/ZYX", "XYZ/@ZYX"]
)
@pytest.mark.parametrize("scheme", ["rtsp://", "mqtt://", "rtsp:/", ""])
def test_what_may_be_a_password_is_left_out(scheme: str, secret: str) -> None:
    address = f"{scheme}me:{secret}@cam.local/live"
    shown = masked(address)
    assert "YX" not in shown
    assert "12" not in shown
    assert shown.endswith("***@cam.local/live")
    assert ends_unclear(address)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://cam/s?token=SECRET", "http://cam/s?token=***"),
        ("http://cam/s?channel=1&password=SECRET=;x", "http://cam/s?channel=***&password=***;***"),
        ("http://me:SECRET@cam/s?SECRET", "http://cam/s?***"),
        ("http://cam/s?token=&a=", "http://cam/s?token=&a="),
        ("http://cam/#SECRET", "http://cam/#***"),
        (
            "rtsp://10.0.0.7:554/user=admin_password=SECRET_channel=1_stream=0.sdp?real_stream",
            "rtsp://10.0.0.7:554/user=admin_password=***?***",
        ),
        ("me:SECRET@cam/live", "cam/live"),
        ("https://me:SECRET/live", "https://me:***/live"),
        ("https://me:12SECRET?x", "https://me:***?***"),
        ("10.0.0.7:8081/s?token=SECRET", "10.0.0.7:8081/s?token=***"),
    ],
)
def test_tokens_are_left_out(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    "name",
    [
        "film.mp4",
        "a@b.mp4",
        "10:30.mp4",
        "dir/a:b@c.mp4",
        "/dev/video0",
        "page-%03d.png",
        "http://10.0.0.7:8081/stream.mjpg",
        "http://10.0.0.7:8081",
        "rtsp://[fe80::1]:554/live",
        "rtsp://[fe80::1]/a:b",
        "http://cam:/live",
        "mqtt://host/a@b",
    ],
)
def test_what_holds_no_secret_stays(name: str) -> None:
    assert masked(name) == name


def test_what_is_not_printable_is_escaped() -> None:
    assert masked("http://cam/\x1b[2J") == "http://cam/\\x1b[2J"
    assert masked("a\nb.mp4") == "a\\nb.mp4"
