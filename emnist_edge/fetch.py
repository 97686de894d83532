"""Fetch one EMNIST split out of NIST's archive, by HTTP range: tens of megabytes, not 536."""

from __future__ import annotations

import gzip
import hashlib
import math
import sys
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, cast

import click

from emnist_edge import emnist
from emnist_edge.errors import DataError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where NIST keeps the six splits, as one ZIP archive of gzip files.
NIST_URL = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"

_BY_HAND = (
    "download the archive with a browser, unzip it, and name its folder with --data or "
    f"{emnist.DATA_VARIABLE}"
)
_CHUNK = 2**20
_BLOCK = 4 * 2**20  # one HTTP range
_TIMEOUT = 60.0  # seconds without a byte


def fetch(split: emnist.Split, folder: Path, *, url: str = NIST_URL) -> list[Path]:
    """Bring the five files of ``split`` into ``folder``; those there and sound are left alone.

    A file is written under a temporary name, checked (CRC, gzip, IDX shape and number of images,
    SHA-256 where it is known) and moved to its own: what is there under its own name is whole.

    Returns the paths: the mapping, then images and labels of each part.

    Raises:
        DataError: the server, the archive or the disk is at fault; the message says which.
        RuntimeMissingError: the ``data`` extra is not installed.
    """
    parts: tuple[emnist.Part, ...] = ("train", "test")
    names = [(emnist.mapping_name(split),)] + [emnist.members(split, part) for part in parts]
    missing = [group for group in names if not _at_hand(folder, group, split)]
    if missing:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _remote_archive(url) as archive:
                for group in missing:
                    _fetch_group(archive, group, folder, split, url)
        except OSError as error:  # of the disk: those of the network are dealt with further in
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
    finals = [folder / (name if name.endswith(".txt") else f"{name}.gz") for name in group]
    temporaries = [final.with_name(f".{final.name}.part") for final in finals]
    try:
        for final, temporary in zip(finals, temporaries, strict=True):
            _copy_member(archive, final.name, temporary, url)
        _check_group(temporaries, group, split)
        for final, temporary in zip(finals, temporaries, strict=True):
            temporary.replace(final)
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


def _copy_member(archive: zipfile.ZipFile, name: str, target: Path, url: str) -> None:
    """Copy one member of the archive to ``target``, showing how far it is."""
    found = [info for info in archive.infolist() if PurePosixPath(info.filename).name == name]
    if not found:
        raise DataError(f"{url}: holds no {name}; is it NIST's EMNIST archive?")
    with (
        target.open("wb") as sink,
        click.progressbar(length=found[0].file_size, label=name, file=sys.stderr) as bar,
    ):
        for chunk in _chunks(archive, found[0], url):
            sink.write(chunk)
            bar.update(len(chunk))


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, url: str) -> Iterator[bytes]:
    """Yield the content of a member; what the network does wrong becomes a DataError."""
    with _network_errors(url):
        source = archive.open(info)
    with source:
        while True:
            with _network_errors(url):
                chunk = source.read(_CHUNK)  # checks the CRC at the end
            if not chunk:
                return
            yield chunk


def _check_group(paths: list[Path], names: tuple[str, ...], split: emnist.Split) -> None:
    """Raise :class:`DataError` unless the files are what their names say."""
    if len(names) == 1:
        text = paths[0].read_text(encoding="ascii", errors="replace")
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
            shape, header = emnist.parse_idx_header(chunk, name)
            while chunk:
                digest.update(chunk)
                length += len(chunk)
                chunk = stream.read(_CHUNK)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{name}: damaged on the way ({error}); fetch it again") from error
    if length != header + math.prod(shape):
        raise DataError(f"{name}: {length} bytes where its header promises another number")
    if emnist.KNOWN_SHA256.get(name, digest.hexdigest()) != digest.hexdigest():
        raise DataError(f"{name}: SHA-256 is not that of NIST's file; fetch it again")
    return shape


@contextmanager
def _remote_archive(url: str) -> Iterator[zipfile.ZipFile]:
    """Open the archive at ``url`` without fetching it: ranges are read as they are needed."""
    for module in ("aiohttp", "fsspec.implementations.http"):
        load_module(module, "fetching")
    import aiohttp
    from fsspec.implementations.http import HTTPFileSystem

    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_TIMEOUT, sock_read=_TIMEOUT)
    server = HTTPFileSystem(
        client_kwargs={"timeout": timeout, "trust_env": True},
        skip_instance_cache=True,
        use_listings_cache=False,
    )
    try:
        with _network_errors(url):
            remote = server.open(url, block_size=_BLOCK, cache_type="readahead")
        with remote:
            with _network_errors(url):
                archive = zipfile.ZipFile(remote)
            with archive:
                yield archive
    finally:
        if server._session is not None:  # fsspec has no public way to close it
            server.close_session(server.loop, server._session)


@contextmanager
def _network_errors(url: str) -> Iterator[None]:
    """Turn whatever a network, a server or a damaged archive brings about into a DataError."""
    import aiohttp

    try:
        yield
    except FileNotFoundError as error:  # fsspec's word for whatever kept it from opening
        reason = error.__cause__ or "not there"
        raise DataError(f"{url}: cannot be reached ({reason}); try again, or {_BY_HAND}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DataError(f"{url}: damaged, or not NIST's archive ({error}); try again") from error
    except ValueError as error:  # so says fsspec of an answer that is not the range asked for
        raise DataError(f"{url}: the server sends no ranges; {_BY_HAND}") from error
    except (aiohttp.ClientError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise DataError(f"{url}: the connection failed ({reason}); try again") from error
