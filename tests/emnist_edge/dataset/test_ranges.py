from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from emnist_edge.dataset import fetch, ranges
from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

from tests.emnist_edge.dataset.archive_server import TOY, archive, serving


def test_a_server_that_redirects_is_followed_within_the_web(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    with serving(archive(files)) as server, serving(b"", server.url) as first:
        assert len(fetch.fetch(TOY, tmp_path, url=first.url)) == 5


def test_no_redirection_leaves_encryption_or_takes_a_password_elsewhere() -> None:
    address = ranges._Address.parse("https://me:p%40ss@a/gzip.zip")
    assert (address.url, address.host) == ("https://a/gzip.zip", "https://a")
    assert base64.b64decode((address.authorization or "").removeprefix("Basic ")) == b"me:p@ss"
    for target in (
        "ftp://a/gzip.zip",
        "file:///etc/passwd",
        "https://me:s/s@a/b",
        "//[/",
    ):
        with pytest.raises(ValueError, match="no address of the web"):
            address.follow(target)
    for target in ("http://a/gzip.zip", "http://me:p@b"):
        with pytest.raises(ValueError, match="from https to http, which is not safe"):
            address.follow(target)
    for target, onward in (
        (
            "/c d\xe9?e#f",
            ranges._Address("https://a/c%20d%E9?e", "https://a", address.authorization),
        ),
        ("https://b/c", ranges._Address("https://b/c", "https://b", None)),
        ("https://a:444/c", ranges._Address("https://a:444/c", "https://a:444", None)),
        ("https://you@b?c", ranges._Address("https://b/?c", "https://b", "Basic eW91Og==")),
    ):
        assert address.follow(target) == onward


SECRETS = ["s3cret", "s3c@ret", "s3c%2Fret", "s3c ret", "s3c:ret", "s3c'ret"]


@pytest.mark.parametrize("secret", SECRETS)
def test_user_and_password_reach_the_server_and_no_message(
    tmp_path: Path, files: dict[str, bytes], secret: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(archive(files)) as server:
        url = server.url.replace("://", f"://me:{secret}@") + "?token=s3c"
        fetch.fetch(TOY, tmp_path, url=url)
    pair = base64.b64encode(f"me:{unquote(secret)}".encode()).decode()
    assert server.authorizations == {f"Basic {pair}"}
    assert "s3c" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("secret", [*SECRETS, "s3c/ret", "s3c?ret", "s3c#ret", "s3c/r@et"])
@pytest.mark.parametrize(
    "behaviour",
    ["401", "404", "no ranges", "grows", "packed", "other bytes", "cut off", "loop", "elsewhere"],
)
def test_no_message_shows_a_password(
    tmp_path: Path, files: dict[str, bytes], secret: str, behaviour: str
) -> None:
    user = f"me:{secret}@"
    with serving(archive(files), "well") as server:
        server.behaviour = behaviour
        if behaviour == "loop":
            server.behaviour = server.url.replace("://", f"://{user}")
        with pytest.raises(DataError) as caught:
            fetch.fetch(TOY, tmp_path, url=server.url.replace("://", f"://{user}"))
    assert "s3c" not in str(caught.value)
    assert "ret@" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_a_redirection_holds_is_not_shown(tmp_path: Path, files: dict[str, bytes]) -> None:
    for target in ("http://me:s3cret@127.0.0.1:9/x", "ftp://me:s3cret@a", "file:///s3cret"):
        with serving(archive(files), target) as server, pytest.raises(DataError) as caught:
            fetch.fetch(TOY, tmp_path, url=server.url)
        assert "s3c" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "gzip.zip",
        "file:///etc/passwd",
        "ftp://a/b",
        "http://",
        "http://[/",
        "http://a:0/",
        "http://a b",
    ],
)
def test_what_is_no_address_of_the_web(tmp_path: Path, url: str) -> None:
    with pytest.raises(DataError, match=re.escape(url)):
        fetch.fetch(TOY, tmp_path, url=url)
