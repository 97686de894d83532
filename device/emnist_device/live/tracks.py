"""Characters followed from frame to frame: the same ink, seen again a little elsewhere.

A line of the page belongs to a track if both lie over each other and say about the same. Within it,
characters are paired in order so that as much as possible of them overlaps (dynamic programming),
and what each has been read as is averaged, recent frames counting more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from emnist_device.box import Box
from emnist_device.page import Alternative, Character, Line, mark_unsure
from emnist_device.text.spelling import find_between, make_words

if TYPE_CHECKING:
    from collections.abc import Sequence

# Averages forget in about this time, in seconds, but never all but the last few frames.
_MEMORY, _LEAST_DECAY = 0.4, 0.7
# Two characters may be the same if they share this much of the narrower one's width.
_LEAST_OVERLAP = 0.3
# A character that was seen in fewer of the recent frames than the first is not shown, and is
# forgotten below the second.
_SHOWN, _FORGOTTEN = 0.5, 0.02
# A line is the same if it shares this much of the height and width with where it is expected, and
# if its characters agree to this share.
_SAME_HEIGHT, _SAME_WIDTH, _SAME_TEXT = 0.5, 0.3, 0.45


@dataclass(frozen=True)
class Sight:
    """One character as one frame shows it, and what is printed before and after it.

    after: nothing but where it is the last of its line. matched: that of its line.
    """

    character: Character
    before: str = ""
    after: str = ""
    matched: bool | None = None

    @property
    def box(self) -> Box:
        """Where it is, in pixels of the picture."""
        return self.character.box

    def chances(self) -> dict[str, float]:
        """Return the probability of each character that it may be."""
        every = (*self.character.alternatives, self.character.likeliest)
        return {each.char: each.confidence for each in every}


def sights(line: Line) -> list[Sight]:
    """Return the characters of ``line``, with what is printed between them."""
    *before, after = find_between(line)
    last = len(line.characters) - 1
    return [
        Sight(character, mark, after if place == last else "", line.matched)
        for place, (character, mark) in enumerate(zip(line.characters, before, strict=True))
    ]


@dataclass
class CharacterTrack:
    """One character over time: sums of probabilities and of frames, all fading.

    marks: in how many frames what is printed before and after it was so. matched: that of its line
    in the last frame.
    """

    box: Box
    chances: dict[str, float] = field(default_factory=dict)
    weight: float = 0.0
    marks: dict[tuple[str, str], float] = field(default_factory=dict)
    presence: float = 0.0
    matched: bool | None = None

    def fade(self, decay: float) -> None:
        """Let what was seen count less; afterwards the character is missing, until it is added."""
        self.chances = {char: decay * sum_ for char, sum_ in self.chances.items()}
        self.weight *= decay
        self.marks = {marks: decay * count for marks, count in self.marks.items()}
        self.presence *= decay

    def add(self, sight: Sight, share: float) -> None:
        """Count one more frame, which adds ``share`` to the presence."""
        for char, chance in sight.chances().items():
            self.chances[char] = self.chances.get(char, 0.0) + chance
        self.weight += 1
        marks = sight.before, sight.after
        self.marks[marks] = self.marks.get(marks, 0.0) + 1
        self.presence += share
        self.box, self.matched = sight.box, sight.matched

    def agreement(self, chances: dict[str, float]) -> float:
        """Return how much of ``chances`` fits the average so far, 0..1."""
        return sum(min(p, self.chances.get(char, 0.0) / self.weight) for char, p in chances.items())

    @property
    def printed(self) -> tuple[str, str]:
        """What is printed before and after it, by most frames."""
        return max(self.marks, key=self.marks.__getitem__)

    def averaged(self, top_k: int, least: float) -> Character:
        """Return the character as it is over time, with up to ``top_k`` alternatives.

        It is :data:`UNSURE` where it is less probable than ``least``.
        """
        ordered = sorted(self.chances.items(), key=lambda item: -item[1])[: top_k + 1]
        best, *others = (Alternative(char, sum_ / self.weight) for char, sum_ in ordered)
        character = Character(best.char, best.confidence, self.box, tuple(others))
        return mark_unsure(character, least)


class LineTrack:
    """A line of writing over time.

    number: tells it from every other track. seen: when it was last there, in seconds.
    """

    def __init__(self, number: int, line: Sequence[Sight], now: float) -> None:
        self.number = number
        self.seen = now
        self._velocity = (0.0, 0.0)
        self._characters: list[CharacterTrack] = []
        for sight in line:
            self._characters.append(_tracked(sight, 1.0))

    def expected(self, now: float) -> Box:
        """Return where the line should be by now, if it goes on as it went."""
        dx, dy = (round(speed * (now - self.seen)) for speed in self._velocity)
        box = self._box()
        return Box(box.x + dx, box.y + dy, box.width, box.height)

    def match(self, line: Sequence[Sight], now: float) -> float:
        """Return how well ``line`` fits, 0 for not at all, else up to its number of characters."""
        expected, box = self.expected(now), _around([sight.box for sight in line])
        if expected.overlap_y(box) < _SAME_HEIGHT * min(expected.height, box.height):
            return 0.0
        if expected.overlap_x(box) < _SAME_WIDTH * min(expected.width, box.width):
            return 0.0
        pairs = self._pairs(line, now)
        agreement = sum(self._characters[old].agreement(line[new].chances()) for old, new in pairs)
        least = min(len(self._shown()), len(line))
        return agreement if agreement >= _SAME_TEXT * least else 0.0

    def add(self, line: Sequence[Sight], now: float) -> None:
        """Count one more frame, in which the line is there as ``line``."""
        pairs = self._pairs(line, now)
        elapsed = max(now - self.seen, 1e-3)
        shifts = [_shift(self._characters[old].box, line[new].box) for old, new in pairs]
        if shifts:
            self._velocity = (
                median(dx for dx, _ in shifts) / elapsed,
                median(dy for _, dy in shifts) / elapsed,
            )
        decay = max(math.exp(-elapsed / _MEMORY), _LEAST_DECAY)
        for character in self._characters:
            character.fade(decay)
        merged: list[CharacterTrack] = []
        old = 0
        for new, sight in enumerate(line):
            partner = next((before for before, after in pairs if after == new), None)
            if partner is None:
                merged.append(_tracked(sight, 1 - decay))
                continue
            merged += [self._moved(each, elapsed) for each in self._characters[old:partner]]
            self._characters[partner].add(sight, 1 - decay)
            merged.append(self._characters[partner])
            old = partner + 1
        merged += [self._moved(each, elapsed) for each in self._characters[old:]]
        self._characters = [each for each in merged if each.presence >= _FORGOTTEN]
        self.seen = now

    def line(self, top_k: int, least: float = 0.0) -> Line | None:
        """Return the line as it is over time; None where nothing of it is there often enough.

        ``top_k`` and ``least`` are those of :meth:`CharacterTrack.averaged`.
        """
        shown = self._shown()
        if not shown:
            return None
        characters = [track.averaged(top_k, least) for track in shown]
        marks = [track.printed for track in shown]
        before = [mark for mark, _ in marks]
        # A line whose first character is not shown begins with no space.
        between = (before[0].lstrip(), *before[1:], marks[-1][1])
        # Frames tell of each character by itself; a word is right if all of them are.
        words = make_words(
            characters,
            between,
            lambda rows: math.prod(characters[row].likeliest.confidence for row in rows),
        )
        kept = [track.matched for track in shown if track.matched is not None]
        return Line(words, matched=all(kept) if kept else None)

    def _shown(self) -> list[CharacterTrack]:
        return [track for track in self._characters if track.presence >= _SHOWN]

    def _box(self) -> Box:
        return _around([track.box for track in self._shown() or self._characters])

    def _moved(self, track: CharacterTrack, elapsed: float) -> CharacterTrack:
        """Move a character that this frame lacks along with the others."""
        dx, dy = (round(speed * elapsed) for speed in self._velocity)
        box = track.box
        track.box = Box(box.x + dx, box.y + dy, box.width, box.height)
        return track

    def _pairs(self, line: Sequence[Sight], now: float) -> list[tuple[int, int]]:
        """Return which tracked character is which of ``line``, as indices that grow together."""
        expected, box = self.expected(now), self._box()
        dx, dy = expected.x - box.x, expected.y - box.y
        boxes = [
            Box(track.box.x + dx, track.box.y + dy, track.box.width, track.box.height)
            for track in self._characters
        ]
        scores = [
            [
                _overlap(before, sight.box) * (1 + track.agreement(sight.chances()))
                if before.overlap_x(sight.box) > 0
                else 0.0
                for sight in line
            ]
            for track, before in zip(self._characters, boxes, strict=True)
        ]
        return align(scores)


def align(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs (row, column) of the greatest total score, both growing; none scores 0."""
    rows, columns = len(scores), len(scores[0]) if scores else 0
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        below, here, score = best[row + 1], best[row], scores[row]
        for column in range(columns - 1, -1, -1):
            here[column] = max(below[column], here[column + 1], score[column] + below[column + 1])
    pairs, row, column = [], 0, 0
    while row < rows and column < columns:
        pair, total = scores[row][column], best[row][column]
        if pair > 0 and total == pair + best[row + 1][column + 1]:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif total == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs


def _overlap(one: Box, other: Box) -> float:
    """Return the share of the narrower box's width that both have; 0 where it is too little."""
    share = one.overlap_x(other) / max(min(one.width, other.width), 1)
    return share if share >= _LEAST_OVERLAP else 0.0


def _shift(one: Box, other: Box) -> tuple[float, float]:
    """Return how far the middle of ``other`` is from that of ``one``."""
    return (
        other.x - one.x + (other.width - one.width) / 2,
        other.y - one.y + (other.height - one.height) / 2,
    )


def _tracked(sight: Sight, presence: float) -> CharacterTrack:
    track = CharacterTrack(sight.box)
    track.add(sight, presence)
    return track


def _around(boxes: Sequence[Box]) -> Box:
    around = boxes[0]
    for box in boxes[1:]:
        around = around.union(box)
    return around
