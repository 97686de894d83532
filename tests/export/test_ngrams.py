from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.text.ngrams import load_ngrams
from emnist_edge.artifact import MODELS
from emnist_edge.errors import RuntimeMissingError
from export.ngrams import main, read_corpus

if TYPE_CHECKING:
    from pathlib import Path


def test_what_ships_is_what_the_program_writes(tmp_path: Path) -> None:
    path = tmp_path / "english.npz"
    result = CliRunner().invoke(main, ["--output", str(path)])
    assert result.exit_code == 0, result.output
    assert np.array_equal(load_ngrams(path).table, load_ngrams().table)
    with np.load(MODELS / "english.npz") as content:
        provenance = json.loads(str(content["provenance"]))
    assert provenance["corpus_sha256"] == read_corpus()[2]
    assert "CC BY 3.0" in provenance["sources"]


def test_the_corpus_is_words_with_counts() -> None:
    words, counts, digest = read_corpus()
    assert len(words) == len(counts) > 80_000
    assert words[0] == "the"
    assert counts[0] == counts.max()
    assert len(digest) == len(hashlib.sha256().hexdigest())


def test_a_missing_corpus_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("export.ngrams.importlib.resources.files", missing)
    with pytest.raises(RuntimeMissingError, match="pip install 'emnist-edge"):
        read_corpus()
    result = CliRunner().invoke(main, ["--output", "unused.npz"])
    assert result.exit_code == 1
    assert "symspellpy holds the corpus" in result.output
