from __future__ import annotations

import gzip
import os
import struct
import tracemalloc
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.cli.main import cli
from emnist_edge.dataset import emnist, fetch, ranges
from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

from tests.emnist_edge.dataset.archive_server import PADDING, TOY, archive, idx, serving, toy_files


def test_only_the_members_of_the_split_travel(tmp_path: Path, files: dict[str, bytes]) -> None:
    content = archive(files)
    with serving(content) as server:
        paths = fetch.fetch(TOY, tmp_path / "new", url=server.url)
        assert server.sent < PADDING / 4
        sent = server.sent
        assert fetch.fetch(TOY, tmp_path / "new", url=server.url) == paths
        assert server.sent == sent  # all there: nothing is asked of the server
    assert {path.name: path.read_bytes() for path in paths} == files
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == sorted(files)
    samples = emnist.load(TOY, "train", tmp_path / "new")
    assert samples.images.shape == (40, 28, 28)
    assert samples.alphabet == "0Aa"


def test_a_damaged_file_is_fetched_again(tmp_path: Path, files: dict[str, bytes]) -> None:
    with serving(archive(files)) as server:
        paths = fetch.fetch(TOY, tmp_path, url=server.url)
        images = next(path for path in paths if "train-images" in path.name)
        images.write_bytes(images.read_bytes()[:-20])
        fetch.fetch(TOY, tmp_path, url=server.url)
    assert images.read_bytes() == files[images.name]


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("no ranges", "sends no ranges; use another, or --zip"),
        ("cut off", "connection failed|damaged"),
        ("other bytes", "damaged"),
        ("404", "the server says 404"),
        ("500", "the server says 500"),
        ("elsewhere", "other bytes than it was asked for"),
        ("grows", "other bytes than it was asked for"),
        ("packed", "other bytes than it was asked for"),
        ("ftp://127.0.0.1:9/gzip.zip", "redirects to what is no address of the web"),
        ("file:///etc/passwd", "redirects to what is no address of the web"),
        ("http://127.0.0.1:9/gzip.zip", "connection failed"),
        ("://gzip.zip", "redirects for ever"),
    ],
)
def test_what_a_server_does_wrong_is_said_and_leaves_nothing_half_done(
    tmp_path: Path, files: dict[str, bytes], behaviour: str, message: str
) -> None:
    with serving(archive(files), behaviour) as server, pytest.raises(DataError, match=message):
        fetch.fetch(TOY, tmp_path, url=server.url)
    # Nothing half done stays; the mapping may have come whole before the fault.
    assert {path.name for path in tmp_path.iterdir()} <= {"emnist-toy-mapping.txt"}


def test_nobody_answers(tmp_path: Path) -> None:
    with serving(b"") as server:
        url = server.url
    with pytest.raises(DataError, match=r"connection failed .*refused"):
        fetch.fetch(TOY, tmp_path, url=url)


def test_what_an_archive_lacks_is_named(tmp_path: Path, files: dict[str, bytes]) -> None:
    del files["emnist-toy-test-labels-idx1-ubyte.gz"]
    with (
        serving(archive(files)) as server,
        pytest.raises(DataError, match="holds no emnist-toy-test-labels"),
    ):
        fetch.fetch(TOY, tmp_path, url=server.url)
    # What came before is whole, and is not fetched again.
    assert len(emnist.load(TOY, "train", tmp_path)) == 40
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".part"]


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    with serving(b"<html>moved</html>" * 100) as server, pytest.raises(DataError, match="damaged"):
        fetch.fetch(TOY, tmp_path, url=server.url)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("emnist-toy-train-labels-idx1-ubyte.gz", idx(np.zeros(39, np.uint8)), "belong together"),
        ("emnist-toy-test-images-idx3-ubyte.gz", b"no gzip", "not an IDX file"),
        ("emnist-toy-mapping.txt", b"0 48\n1 65\n", "2 classes, not 3"),
    ],
)
def test_a_member_of_another_shape_is_refused(
    tmp_path: Path, files: dict[str, bytes], name: str, content: bytes, message: str
) -> None:
    files[name] = content
    with serving(archive(files)) as server, pytest.raises(DataError, match=message):
        fetch.fetch(TOY, tmp_path, url=server.url)
    assert name not in [path.name for path in tmp_path.iterdir()]


def test_a_folder_that_cannot_be_made(tmp_path: Path, files: dict[str, bytes]) -> None:
    (tmp_path / "file").write_text("in the way")
    with serving(archive(files)) as server, pytest.raises(DataError, match="cannot be written"):
        fetch.fetch(TOY, tmp_path / "file" / "data", url=server.url)


def test_an_endless_body_is_left_unread(tmp_path: Path, files: dict[str, bytes]) -> None:
    content = archive(files)
    with serving(content, "endless") as server:
        assert len(fetch.fetch(TOY, tmp_path, url=server.url)) == 5


def test_a_body_that_comes_too_slowly_is_given_up(
    tmp_path: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "_LONGEST", 0.0)
    with serving(archive(files)) as server, pytest.raises(DataError, match="too slow"):
        fetch.fetch(TOY, tmp_path, url=server.url)


def test_an_archive_at_hand_is_read_from_the_disk(tmp_path: Path) -> None:
    files = toy_files()
    (tmp_path / "gzip.zip").write_bytes(archive(files))
    paths = fetch.fetch(TOY, tmp_path / "data", zip_path=tmp_path / "gzip.zip")
    assert {path.name: path.read_bytes() for path in paths} == files
    for name, message in (("absent.zip", "No such file"), ("", "Is a directory")):
        with pytest.raises(DataError, match=f"cannot be read .{message}"):
            fetch.fetch(TOY, tmp_path / "new", zip_path=tmp_path / name)


def test_what_an_archive_holds_unpacked_is_taken(tmp_path: Path) -> None:
    files = {
        name.removesuffix(".gz"): gzip.decompress(content) if name.endswith(".gz") else content
        for name, content in toy_files().items()
    }
    (tmp_path / "gzip.zip").write_bytes(archive(files))
    paths = fetch.fetch(TOY, tmp_path / "data", zip_path=tmp_path / "gzip.zip")
    assert {path.name: path.read_bytes() for path in paths} == files
    assert len(emnist.load(TOY, "test", tmp_path / "data")) == 10


BOMB = bytes(30_000_000)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("emnist-toy-mapping.txt", b" " * 5000, "has 5000 bytes, which is too many"),
        ("emnist-toy-mapping.txt", b"0 48\n" * 700, "doubled"),
        ("emnist-toy-train-labels-idx1-ubyte.gz", BOMB, "has 30000000 bytes, which is too many"),
        ("emnist-toy-train-labels-idx1-ubyte.gz", gzip.compress(BOMB), "not an IDX file"),
        (
            "emnist-toy-train-labels-idx1-ubyte.gz",
            gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 40]) + BOMB)[:-9],  # whose end is not seen
            "bytes where its header promises another",
        ),
        (
            "emnist-toy-train-labels-idx1-ubyte.gz",
            gzip.compress(bytes([0, 0, 8, 1]) + b"\xff" * 4 + BOMB),
            "header promises more than any file of EMNIST",
        ),
        ("emnist-toy-train-labels-idx1-ubyte.gz", idx(np.zeros(40, np.uint8))[:-9], "damaged"),
        ("emnist-toy-train-labels-idx1-ubyte.gz", b"", "not an IDX file"),
    ],
    ids=["spaces", "lines", "bomb in zip", "bomb in gzip", "long", "promise", "cut off", "empty"],
)
def test_what_is_out_to_do_harm_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    files = toy_files() | {name: content}
    with zipfile.ZipFile(tmp_path / "gzip.zip", "w", zipfile.ZIP_DEFLATED) as target:
        for each, member in files.items():
            target.writestr(each, member)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=message):
            fetch.fetch(TOY, tmp_path / "data", zip_path=tmp_path / "gzip.zip")
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()
    assert {path.name for path in (tmp_path / "data").iterdir()} <= {"emnist-toy-mapping.txt"}


def test_an_encrypted_member_is_said(tmp_path: Path) -> None:
    content = bytearray(archive(toy_files()))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            content[at + flags] |= 1
    (tmp_path / "gzip.zip").write_bytes(content)
    with pytest.raises(DataError, match=r"emnist-toy-mapping\.txt is encrypted; use NIST's own"):
        fetch.fetch(TOY, tmp_path / "data", zip_path=tmp_path / "gzip.zip")


def test_what_is_no_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gzip.zip")  # without a writer; a device may go on for ever
    (tmp_path / "null").symlink_to("/dev/null")
    for path in (tmp_path / "gzip.zip", tmp_path / "null"):
        with pytest.raises(DataError, match="is no file; name NIST's"):
            fetch.fetch(TOY, tmp_path / "data", zip_path=path)


def test_any_damage_to_an_archive_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.emnist_edge.dataset.test_fetch.PADDING", 10)
    whole = archive(toy_files())
    rng = np.random.default_rng(5)
    for number in range(60):
        content = bytearray(whole)
        start = len(whole) - 800 if number % 2 else 0  # the directory is at the end
        for at in rng.integers(start, len(whole), 3):
            content[at] = rng.integers(256)
        (tmp_path / "gzip.zip").write_bytes(content)
        with suppress(DataError):
            fetch.fetch(TOY, tmp_path / f"{number}", zip_path=tmp_path / "gzip.zip")


def test_a_directory_that_never_ends_is_not_read(tmp_path: Path, files: dict[str, bytes]) -> None:
    content = bytearray(bytes(40_000_000))
    content += b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 9, 9, 39_000_000, 1_000_000, 0)
    with (
        serving(bytes(content)) as server,
        pytest.raises(DataError, match="directory is too large"),
    ):
        fetch.fetch(TOY, tmp_path, url=server.url)
    assert server.sent < 5_000_000


def test_the_command_takes_a_mirror_or_a_file(tmp_path: Path) -> None:
    runner = CliRunner()
    arguments = ["data", "fetch", "mnist", "--data", str(tmp_path)]
    both = runner.invoke(cli, [*arguments, "--url", "https://a/b", "--zip", "c.zip"])
    assert both.exit_code == 2
    assert "choose one of --url and --zip" in both.stderr
    for option, value in (("--url", "ftp://a/b"), ("--zip", str(tmp_path / "absent.zip"))):
        result = runner.invoke(cli, [*arguments, option, value])
        assert isinstance(result.exception, DataError)
        assert value in str(result.exception)


@pytest.mark.parametrize(
    "arguments",
    [
        ["http://me:s3cret@h/x"],
        ["mnist", "http://me:s3cret@h/x"],
        ["mnist", "--zip", "http://me:s3cret@h"],
    ],
)
def test_the_command_shows_no_password(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, ["data", "fetch", *arguments])
    assert result.exit_code in {1, 2}
    assert "s3cret" not in result.output + str(result.exception)
