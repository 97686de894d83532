from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emnist_device.text.lexicon import build_trie, read_lexicon
from emnist_edge.alphabet import BYCLASS
from emnist_edge.errors import ConstraintError

WORDS = ["an", "ant", "bee", "Bee", "be", "wasp"]


def emissions(text: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    table = np.full((len(text), len(BYCLASS)), 1e-6)
    table[range(len(text)), [BYCLASS.index(char) for char in text]] = 1
    return table


def test_a_trie_accepts_its_words_alike_and_no_others() -> None:
    trie = build_trie(WORDS)
    assert trie.end.sum() == pytest.approx(1)
    for word in WORDS:
        exact = (emissions(word) == 1).astype(float)
        assert trie.evidence(exact) == pytest.approx(np.log(1 / len(WORDS)))
    for other in ("a", "ants", "bea", "BEE"):
        assert trie.evidence((emissions(other) == 1).astype(float)) == -np.inf


def test_the_nearest_word_is_read() -> None:
    trie = build_trie(WORDS)
    assert "".join(BYCLASS[k] for k in trie.read(emissions("wosp")).best) == "wasp"
    assert "".join(BYCLASS[k] for k in trie.read(emissions("8ee")).best).lower() == "bee"
    assert trie.read(emissions("wasps")).best == ()


def test_words_come_as_they_are_and_with_capitals(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("# birds\nant\nMcKay\nNew York\r\n\n-\n", encoding="utf-8-sig")
    lexicon = read_lexicon(path)
    assert set(lexicon.words) == {
        *("ant", "Ant", "ANT", "McKay", "MCKAY", "New", "NEW", "York", "YORK"),
    }
    assert lexicon.notes == ()


def test_what_words_are_read_without_is_said(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    words = [
        "zork",
        "caf\u00e9",
        "O'Neill",
        "well-known",
        "Stra\u00dfe",
        "AT&T",
        "x\u00b2",
        "q" * 65,
    ]
    path.write_text("\n".join(words), encoding="utf-8")
    lexicon = read_lexicon(path)
    assert set(lexicon.words) == {
        *("zork", "Zork", "ZORK", "cafe", "Cafe", "CAFE", "ONeill", "ONEILL"),
        *("wellknown", "Wellknown", "WELLKNOWN"),
    }
    unread, plainer = lexicon.notes
    assert unread == (
        f"{path}: left out 4 of 8 words, which have other characters than letters and digits, "
        "or over 64, such as Stra\u00dfe"
    )
    assert plainer == (
        f"{path}: 3 of 8 words are read without accents and punctuation, such as caf\u00e9 as cafe"
    )
    assert read_lexicon(str(path)) == lexicon


def test_what_is_no_lexicon_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, message in (
        (tmp_path / "absent", "absent: cannot be read"),
        (tmp_path, "is no file"),
    ):
        with pytest.raises(ConstraintError, match=message):
            read_lexicon(path)
    with pytest.raises(ConstraintError, match="is no file; write the words to one"):
        read_lexicon(Path("/dev/zero"))
    for content, message in (
        (b"", "has no words; write one a line"),
        (b"\xef\xbb\xbf \n# only this\n-\n", "has no words"),
        ("Stra\u00dfe".encode(), "has no words; write one a line; .* left out 1 of 1 words"),
        (b"\xff\xfe\x00a", r"is no UTF-8 text \(line 1\)"),
        (b"ant\ncaf\xe9", r"is no UTF-8 text \(line 2\); save it as such"),
        (b"ant\x00", "is no text, but has bytes of zero"),
        (b"a " * 200_001, "over 200000 words"),
    ):
        (tmp_path / "words").write_bytes(content)
        with pytest.raises(ConstraintError, match=message):
            read_lexicon(tmp_path / "words")
    monkeypatch.setattr("emnist_device.text.lexicon._MOST_BYTES", 1_000_000)
    (tmp_path / "words").write_bytes(b"ant " * 250_001)
    with pytest.raises(ConstraintError, match="has over 1 MB; list fewer words"):
        read_lexicon(tmp_path / "words")
