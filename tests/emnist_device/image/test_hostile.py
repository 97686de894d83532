"""What becomes of files that are out to do harm, or just odd."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.image.limits import NAMES, Limits
from emnist_device.image.picture import decode_picture, read_picture
from emnist_edge import Reader
from emnist_edge.errors import PictureError
from tests.nasty import PAGE, TEXT, Nasty, encode, nasty_files

if TYPE_CHECKING:
    from pathlib import Path

NASTY = nasty_files()


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize("nasty", NASTY, ids=[nasty.name for nasty in NASTY])
def test_each_is_read_or_refused(
    nasty: Nasty, reader: Reader, capfd: pytest.CaptureFixture[str]
) -> None:
    if nasty.error is not None:
        with pytest.raises(PictureError, match=rf"^p\.x: .*{nasty.error}"):
            decode_picture(nasty.content, "p.x")
    else:
        assert reader.read(decode_picture(nasty.content, "p.x")).text == nasty.text
    assert capfd.readouterr().err == ""


# Reads each file named with no more than 48 MiB of memory beyond what is loaded, and prints how
# many MiB of it were used.
FRUGAL = """
import resource, sys
from pathlib import Path
from emnist_device.image.picture import read_picture
from emnist_edge.errors import PictureError
def status(name):
    return int(Path("/proc/self/status").read_text().split(name + ":")[1].split()[0]) * 1024
most = status("VmSize") + 48 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (most, most))
before = status("VmHWM")
for path in sys.argv[1:]:
    try:
        print("decoded", read_picture(path).shape)
    except PictureError as error:
        print(error)
print((status("VmHWM") - before) / 2**20)
"""


def test_what_is_too_large_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    large = [nasty for nasty in NASTY if nasty.error and "header announces" in nasty.error]
    assert len(large) > 10
    for number, nasty in enumerate(large):
        (tmp_path / f"{number:02}").write_bytes(nasty.content)
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(2**40)
    run = subprocess.run(
        [sys.executable, "-c", FRUGAL, *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    *refusals, used = run.stdout.splitlines()
    assert run.stderr == ""
    assert len(refusals) == len(large) + 1
    assert all("is the limit" in line for line in refusals)
    assert float(used) < 8


def test_limits_are_raised_by_the_option_that_the_message_names() -> None:
    content = encode_grey(300, 200)
    with pytest.raises(PictureError, match=r"--limit pixels=60000$"):
        decode_picture(content, "p", Limits(pixels=59_999))
    assert decode_picture(content, "p", Limits(pixels=1).raised(["pixels=60000"])).shape[0] == 200
    for limits, named in (
        (Limits(side=299), "side=300"),
        (Limits(decoded_bytes=179_999), "decoded_bytes=180000"),
        (Limits(file_bytes=20), f"file_bytes={len(content)}"),
    ):
        with pytest.raises(PictureError, match=rf"--limit {named}$"):
            decode_picture(content, "p", limits)


def encode_grey(width: int, height: int) -> bytes:
    from PIL import Image

    return encode(Image.new("L", (width, height), 200), "PNG")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("depth=3", "there are: file_bytes, pixels"),
        ("pixels", "write pixels=NUMBER"),
        ("pixels=many", "write pixels=NUMBER"),
        ("seconds=0", "above 0"),
        ("seconds=nan", "above 0"),
        ("memory=inf", "above 0"),
    ],
)
def test_limits_that_are_none(setting: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Limits().raised([setting])


def test_every_limit_can_be_raised() -> None:
    raised = Limits().raised(f"{name}=1e12" for name in NAMES)
    assert {getattr(raised, name) for name in NAMES} == {10**12}


def test_noise_of_many_thousand_specks_is_no_writing(reader: Reader) -> None:
    specks = np.full((1600, 1600), 255, np.uint8)
    for dy in range(6):
        for dx in range(3):
            specks[2 + dy :: 14, 2 + dx :: 14] = 0
    assert sum(len(line.characters) for line in reader.read(specks).lines) < 200


def test_more_characters_than_the_limit_are_refused() -> None:
    with pytest.raises(PictureError, match=r"^seems to hold \d+ characters.*--limit characters="):
        Reader(limits=Limits(characters=2)).read(PAGE)


def test_a_file_whose_suffix_lies_is_read(tmp_path: Path, reader: Reader) -> None:
    from PIL import Image

    path = tmp_path / "page.tiff"
    path.write_bytes(encode(Image.fromarray(PAGE[..., ::-1]), "PNG"))
    assert reader.read(read_picture(path)).text == TEXT


def test_pipes_devices_loops_and_forbidden_files(tmp_path: Path) -> None:
    pipe, loop = tmp_path / "pipe.png", tmp_path / "loop.png"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    for path, message in (
        (pipe, "is a pipe or device"),
        ("/dev/zero", "is a pipe or device"),
        (loop, "cannot be read"),
        (tmp_path / ("n" * 300), "cannot be read"),
    ):
        with pytest.raises(PictureError, match=message):
            read_picture(path)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    path.touch(mode=0)
    user = os.geteuid()
    if user == 0:  # who may read everything
        os.seteuid(65534)
    try:
        with pytest.raises(PictureError, match=r"cannot be read \(Permission denied\)"):
            read_picture(path)
    finally:
        os.seteuid(user)


def test_names_cannot_command_the_terminal(tmp_path: Path) -> None:
    for name in ("a\x1b[2J.png", "a\nb.png", os.fsdecode(b"a\xff.png")):
        with pytest.raises(PictureError) as caught:
            read_picture(tmp_path / name)
        assert str(caught.value).isprintable()
