"""Fetch one EMNIST split out of NIST's archive, by HTTP range: tens of megabytes, not 536."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import math
import struct
import sys
import zipfile
import zlib
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, cast

import click

from emnist_edge.artifact import SIDE
from emnist_edge.dataset import emnist
from emnist_edge.dataset.idx import MOST_BYTES, parse_header
from emnist_edge.dataset.ranges import RemoteFile
from emnist_edge.errors import DataError
from emnist_edge.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where NIST keeps the six splits, as one ZIP archive of gzip files.
NIST_URL = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"

_CHUNK = 2**20
# What a gzip file may have beyond what it holds, in bytes; and the flag of encrypted members.
_SLACK, _ENCRYPTED = 2**20, 0x1
# What the standard library raises for archives that are damaged.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
    NotImplementedError, RuntimeError, ValueError, OverflowError, IndexError, KeyError,
)  # fmt: skip


def fetch(
    split: emnist.Split, folder: Path, *, url: str = NIST_URL, zip_path: Path | None = None
) -> list[Path]:
    """Bring the five files of ``split`` into ``folder``; those there and sound are left alone.

    They come out of the archive at ``url``, or out of the file ``zip_path``. A file is written
    under a temporary name, checked (CRC, gzip, IDX shape and number of images, SHA-256 where it is
    known) and moved to its own: what is there under its own name is whole.

    Returns the paths: the mapping, then images and labels of each part.

    Raises:
        DataError: the server, the archive or the disk is at fault; the message says which.
    """
    parts: tuple[emnist.Part, ...] = ("train", "test")
    names = [(emnist.mapping_name(split),)] + [emnist.members(split, part) for part in parts]
    missing = [group for group in names if not _at_hand(folder, group, split)]
    if missing:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _open_archive(url, zip_path) as archive:
                for group in missing:
                    _fetch_group(archive, group, folder, split, masked(str(zip_path or url)))
        except OSError as error:  # of the disk: others are dealt with further in
            raise DataError(f"{folder}: cannot be written ({error.strerror or error})") from error
    return [cast("Path", emnist.find(folder, name)) for group in names for name in group]


def _at_hand(folder: Path, group: tuple[str, ...], split: emnist.Split) -> bool:
    """Say whether the files of ``group`` are in ``folder``, and sound."""
    paths = [emnist.find(folder, name) for name in group]
    if not all(paths):
        return False
    try:
        _check_group([path for path in paths if path], group, split)
    except DataError:
        return False
    return True


def _fetch_group(
    archive: zipfile.ZipFile, group: tuple[str, ...], folder: Path, split: emnist.Split, url: str
) -> None:
    """Fetch files that are checked together: images with their labels, or the mapping."""
    found = [_find_member(archive, name, split, url) for name in group]
    finals = [folder / PurePosixPath(info.filename).name for info in found]
    temporaries = [final.with_name(f".{final.name}.part") for final in finals]
    try:
        for info, temporary in zip(found, temporaries, strict=True):
            _copy_member(archive, info, temporary, url)
        _check_group(temporaries, group, split)
        for final, temporary in zip(finals, temporaries, strict=True):
            temporary.replace(final)
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


def _most(split: emnist.Split, name: str) -> int:
    """Return how many bytes a member of the archive may have: those of ``split``, and some."""
    if name.endswith(".txt"):
        return emnist.MOST_MAPPING_BYTES
    count = max(split.train or 0, split.test or 0)
    return count * (SIDE * SIDE if "-images-" in name else 1) + _SLACK


def _find_member(
    archive: zipfile.ZipFile, name: str, split: emnist.Split, source: str
) -> zipfile.ZipInfo:
    """Return the member ``name`` of the archive, packed or not; raises DataError for a bad one."""
    for info in archive.infolist():
        if PurePosixPath(info.filename).name not in {name, f"{name}.gz"}:
            continue
        if info.flag_bits & _ENCRYPTED:
            raise DataError(f"{source}: {name} is encrypted; use NIST's own archive")
        if info.file_size > _most(split, name):
            raise DataError(f"{source}: {name} has {info.file_size} bytes, which is too many")
        return info
    raise DataError(f"{source}: holds no {name}; is it NIST's EMNIST archive?")


def _copy_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, source: str
) -> None:
    """Copy one member of the archive to ``target``, showing how far it is."""
    label = PurePosixPath(info.filename).name
    with (
        target.open("wb") as sink,
        click.progressbar(length=info.file_size, label=label, file=sys.stderr) as bar,
    ):
        for chunk in _chunks(archive, info, source):
            sink.write(chunk)
            bar.update(len(chunk))


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: str) -> Iterator[bytes]:
    """Yield the content of a member; what is wrong with it becomes a DataError."""
    with _archive_errors(source):
        member = archive.open(info)
    with member:
        while True:
            with _archive_errors(source):
                chunk = member.read(_CHUNK)  # checks the CRC at the end
            if not chunk:
                return
            yield chunk


def _check_group(paths: list[Path], names: tuple[str, ...], split: emnist.Split) -> None:
    """Raise :class:`DataError` unless the files are what their names say."""
    if len(names) == 1:
        text = emnist.read_mapping(paths[0], names[0])
        alphabet, _ = emnist.parse_mapping(text, names[0])
        if len(alphabet) != split.classes:
            raise DataError(f"{names[0]}: {len(alphabet)} classes, not {split.classes}")
        return
    part: emnist.Part = "train" if "-train-" in names[0] else "test"
    images, labels = (_check_idx(path, name) for path, name in zip(paths, names, strict=True))
    emnist.check_shapes(images, labels, split, part)


def _check_idx(path: Path, name: str) -> tuple[int, ...]:
    """Read through an IDX file, plain or gzip, and return its shape; it need not fit in memory."""
    digest, length = hashlib.sha256(), 0
    opened = cast("IO[bytes]", path.open("rb"))
    try:
        with opened as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file
            chunk = stream.read(_CHUNK)
            shape, header = parse_header(chunk, name)
            expected = header + math.prod(shape)
            if expected > MOST_BYTES:
                raise DataError(f"{name}: its header promises more than any file of EMNIST")
            while chunk and length <= expected:  # what unpacks for ever does not
                digest.update(chunk)
                length += len(chunk)
                chunk = stream.read(_CHUNK)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{name}: damaged on the way ({error}); fetch it again") from error
    if length != expected:
        raise DataError(f"{name}: {length} bytes where its header promises another number")
    if emnist.KNOWN_SHA256.get(name, digest.hexdigest()) != digest.hexdigest():
        raise DataError(f"{name}: SHA-256 is not that of NIST's file; fetch it again")
    return shape


@contextmanager
def _open_archive(url: str, zip_path: Path | None) -> Iterator[zipfile.ZipFile]:
    """Open the archive: a file here, or one at ``url`` of which only what is read travels."""
    name = masked(str(zip_path or url))
    if zip_path is None:
        file: Any = RemoteFile(url)
    else:
        try:
            if zip_path.is_fifo() or zip_path.is_char_device():  # may never end
                raise DataError(f"{name}: is no file; name NIST's gzip.zip")
            file = zip_path.open("rb")
        except OSError as error:
            raise DataError(f"{name}: cannot be read ({error.strerror})") from error
    with ExitStack() as stack:
        if zip_path is not None:
            stack.enter_context(file)
        with _archive_errors(name):
            archive = stack.enter_context(zipfile.ZipFile(file))
        yield archive


@contextmanager
def _archive_errors(name: str) -> Iterator[None]:
    """Turn whatever a damaged archive brings about into a DataError."""
    try:
        yield
    except _DAMAGED as error:
        raise DataError(f"{name}: damaged, or not NIST's archive ({error}); try again") from error
