from __future__ import annotations

import importlib.util
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import EmnistEdgeError, RuntimeMissingError
from emnist_edge.scoring.edits import count_edits, normalize
from evaluate import peers
from evaluate.peers import PEERS, installed, make_peers

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_that_is_installed_reads_a_drawn_page(name: str) -> None:
    if name not in installed():
        pytest.skip(f"{name} is not installed")
    (peer,) = make_peers(name)
    assert peer.name.startswith(name)
    text = peer.read(draw_page("HARBOR\n7483", size=(640, 400), height=60, seed=3).picture)
    assert count_edits(normalize("HARBOR7483"), normalize(text)).total <= 4
    assert "\n" in text


def test_peers_that_are_not_there_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert installed() == []
    assert make_peers("all") == make_peers("none") == []
    with pytest.raises(RuntimeMissingError, match="rapidocr: is not installed"):
        make_peers("rapidocr")
    with pytest.raises(RuntimeMissingError, match="abbyy: no such peer"):
        make_peers("abbyy")


def test_all_means_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        name = "fake 1"

        def read(self, picture: object) -> str:
            return f"{picture}"

    monkeypatch.setattr(peers, "PEERS", {"rapidocr": Fake, "tesseract": Fake})
    monkeypatch.setattr(peers, "installed", lambda: ["tesseract"])
    assert [peer.name for peer in make_peers("all")] == ["fake 1"]
    assert [peer.name for peer in make_peers("tesseract")] == ["fake 1"]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Path of a program called tesseract, to be written, that goes before any other."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    path = tmp_path / "tesseract"
    path.touch(0o755)
    return path


def test_tesseract_is_given_the_picture_and_told_it_is_one_block(program: Path) -> None:
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --version ]; then echo "tesseract 9.9 more"; exit; fi\n'
        'echo "$@"; head -c 2\n'
    )
    (peer,) = make_peers("tesseract")
    assert peer.name == "tesseract 9.9"
    assert peer.read(np.zeros((9, 9, 3), np.uint8)) == "- - --psm 6\nBM"


def test_tesseract_that_fails_is_said(program: Path) -> None:
    program.write_text("#!/bin/sh\necho no language >&2; exit 1\n")
    with pytest.raises(EmnistEdgeError, match="tesseract failed: no language"):
        make_peers("tesseract")
