"""A list of words -> a trie, as an automaton that accepts them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.automaton import Automaton
from emnist_edge.alphabet import BYCLASS
from emnist_edge.errors import ConstraintError, shown
from emnist_edge.files import read_within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

# Longer words are not written by hand; larger files are no lexicons. A word takes up about 2 kB
# while its lexicon is compiled.
_LONGEST, _MOST_BYTES, _MOST_WORDS = 64, 16_000_000, 200_000
_KNOWN = frozenset(BYCLASS)
# Marks so small that they are not taken for characters.
_SMALL_MARKS = frozenset("'\u2018\u2019`\u00b4\"\u201c\u201d.,:;-\u2010\u2011\u2013\u2014_\u00b7")


@dataclass(frozen=True)
class Lexicon:
    """The words of a file as they may be written, and a line for each thing it was read without."""

    words: tuple[str, ...]
    notes: tuple[str, ...]


def read_lexicon(path: Path | str) -> Lexicon:
    """Return the words of ``path``, UTF-8 with a word a line; lines that begin with # are comments.

    Words come as they stand, with a capital first, and in capitals. They lose accents and small
    punctuation; those with anything else that no model reads are left out. A line of several words
    gives each of them. Raises :class:`ConstraintError` where the file cannot be read or has no
    words.
    """
    words, unread, plainer = set(), _Sample(), _Sample()
    written = _written(_read(path))
    if len(written) > _MOST_WORDS:
        raise ConstraintError(f"{shown(path)}: has over {_MOST_WORDS} words; list fewer")
    for each in written:
        word = each if each.isascii() and each.isalnum() else _plain(each)
        if word is None or len(word) > _LONGEST:
            unread.add(each)
        elif word:
            words.add(word)
            if word != each:
                plainer.add(f"{each} as {word}")
    notes = []
    if unread.count:
        notes.append(
            f"{shown(path)}: left out {unread.count} of {len(written)} words, which have "
            f"other characters than letters and digits, or over {_LONGEST}, such as {unread.first}"
        )
    if plainer.count:
        notes.append(
            f"{shown(path)}: {plainer.count} of {len(written)} words are read without accents and "
            f"punctuation, such as {plainer.first}"
        )
    if not words:
        raise ConstraintError("; ".join([f"{shown(path)}: has no words; write one a line", *notes]))
    variants = words | {word[0].upper() + word[1:] for word in words}
    return Lexicon(tuple(sorted(variants | {word.upper() for word in words})), tuple(notes))


def _written(text: str) -> list[str]:
    """Return the words of all lines of ``text`` but comments."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [word for line in lines for word in line.split()]


@dataclass
class _Sample:
    """How many words there are of a kind, and the first of them."""

    count: int = 0
    first: str = ""

    def add(self, word: str) -> None:
        self.count += 1
        if self.count == 1:
            self.first = shown(word if len(word) <= _LONGEST else word[:_LONGEST] + "...")


def _read(path: Path | str) -> str:
    """Return the text of ``path``; raises :class:`ConstraintError` where there is none."""
    name = shown(path)
    larger = f"has over {_MOST_BYTES // 10**6} MB; list fewer words"
    content = read_within(Path(path), _MOST_BYTES, ConstraintError, what="the words", larger=larger)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConstraintError(f"{name}: is no UTF-8 text (line {line}); save it as such") from error
    if "\0" in text:
        raise ConstraintError(f"{name}: is no text, but has bytes of zero; write the words as text")
    return text


def _plain(written: str) -> str | None:
    """Return ``written`` without accents and small marks; None where more is not readable."""
    parts = unicodedata.normalize("NFD", written)
    kept = [
        char
        for char in parts
        if char not in _SMALL_MARKS and unicodedata.category(char) not in ("Mn", "Cf")
    ]
    return "".join(kept) if all(char in _KNOWN for char in kept) else None


def build_trie(words: Iterable[str]) -> Automaton:
    """Return the automaton that accepts ``words``, each equally probable; they sum to 1."""
    index = np.full(128, -1, np.intp)
    index[[ord(char) for char in BYCLASS]] = np.arange(len(BYCLASS))
    rest = np.unique(np.array(list(words), dtype=np.bytes_))
    weight = 1 / len(rest)
    source: list[NDArray[np.intp]] = []
    label: list[NDArray[np.intp]] = []
    target: list[NDArray[np.intp]] = []
    ends = [np.zeros(1)]
    parents, states = np.zeros(len(rest), np.intp), 1
    for depth in range(1, rest.dtype.itemsize + 1):
        # All words in ``rest`` have ``depth`` characters or more, and are in order.
        prefixes, first, number = np.unique(
            rest.astype(f"S{depth}"), return_index=True, return_inverse=True
        )
        last = prefixes.view(np.uint8).reshape(len(prefixes), -1)[:, depth - 1]
        source.append(parents[first])
        label.append(index[last])
        target.append(states + np.arange(len(prefixes)))
        complete = np.char.str_len(rest) == depth
        end = np.zeros(len(prefixes))
        end[number[complete]] = weight
        ends.append(end)
        parents, rest = (states + number)[~complete], rest[~complete]
        states += len(prefixes)
        if not len(rest):
            break
    sources, labels, targets = (np.concatenate(parts) for parts in (source, label, target))
    order = np.argsort(sources, kind="stable")
    return Automaton(
        sources[order], labels[order], targets[order], np.ones(len(order)), np.concatenate(ends)
    )
