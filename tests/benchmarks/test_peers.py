from __future__ import annotations

import importlib.util

import pytest

from benchmarks import peers
from benchmarks.edits import count_edits, normalize
from benchmarks.peers import PEERS, installed, make_peers
from emnist_edge.drawing import draw_page
from emnist_edge.errors import RuntimeMissingError


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
