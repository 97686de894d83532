"""A list of words -> a trie, as an automaton that accepts them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.automaton import Automaton
from emnist_edge.alphabet import BYCLASS
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

# Longer words are not written by hand; larger files are no lexicons.
_LONGEST, _MOST_BYTES = 64, 64_000_000


def read_lexicon(path: Path) -> list[str]:
    """Return the words of ``path``, UTF-8 with a word a line, as they may be written.

    Words come as they stand, with a capital first, and in capitals. Accents and punctuation go, for
    no model reads them; a line of several words gives each of them. Raises
    :class:`ConstraintError` where the file cannot be read or has no words.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConstraintError(f"{path}: has over {_MOST_BYTES // 10**6} MB; list fewer words")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConstraintError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConstraintError(f"{path}: is no UTF-8 text; save it as such") from error
    plain = unicodedata.normalize("NFKD", text)
    known = set(BYCLASS)
    found: set[str] = set()
    for written in plain.split():
        word = "".join(char for char in written if char in known)
        if word and len(word) <= _LONGEST:
            found.update((word, word[0].upper() + word[1:], word.upper()))
    if not found:
        raise ConstraintError(f"{path}: has no words; write one a line")
    return sorted(found)


def build_trie(words: Iterable[str]) -> Automaton:
    """Return the automaton that accepts ``words``, each equally probable; they sum to 1."""
    index = np.full(128, -1, np.intp)
    index[[ord(char) for char in BYCLASS]] = np.arange(len(BYCLASS))
    rest = np.unique(np.array(list(words), dtype=np.bytes_))
    share = 1 / len(rest)
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
        end[number[complete]] = share
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
