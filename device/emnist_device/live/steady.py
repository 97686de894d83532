"""Pages as they come -> lines that hold still: when a text has settled, and is new."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from emnist_device.live.tracks import LineTrack, Sight, sights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.page import Line, Page

# A line that was not seen for the first time is not shown; for the second, it is given up. Seconds.
_SHOWN_FOR, _KEPT_FOR = 0.25, 0.8
# Frames that a text must be the same in, however long they take.
_LEAST_FRAMES = 4
# A line this close to the picture's edge may go on beyond it. Pixels.
_EDGE = 2


@dataclass(frozen=True)
class Patience:
    """When a text has settled.

    settle: seconds that it must read the same. confidence: what its characters must have at the
    mean, 0..1. again: seconds out of sight after which the same text is reported once more.
    """

    settle: float = 0.5
    confidence: float = 0.6
    again: float = 5.0


@dataclass(frozen=True)
class SteadyLine:
    """A line of writing over time; ``track`` tells it from the others, over all frames."""

    track: int
    line: Line
    settled: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the line as plain values for JSON: boxes in pixels, confidences to 4 decimals."""
        line = self.line.to_dict()
        return {"text": line["text"], "track": self.track, "settled": self.settled} | line


@dataclass(frozen=True)
class Settled:
    """A text that holds still and is new, with its frame's time and its characters' confidence."""

    text: str
    line: SteadyLine
    time: float
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        line = self.line.to_dict()
        return {
            "settled": self.text,
            "time": round(self.time, 3),
            "confidence": round(self.confidence, 4),
            **{key: line[key] for key in ("track", "box", "words", "matched") if key in line},
        }


@dataclass
class _Reading:
    """What is known of a track: since when, and for how many frames, it has read ``text``."""

    text: str
    since: float
    frames: int = 0
    settled: bool = False


class Steady:
    """Follows the lines of successive pages.

    Args:
        patience: when a text has settled.
        least: characters that are less probable over time, 0..1, are unsure.
    """

    def __init__(self, patience: Patience, least: float = 0.0) -> None:
        self._patience, self._least = patience, least
        self._tracks: list[LineTrack] = []
        self._readings: dict[int, _Reading] = {}
        self._reported: dict[str, float] = {}  # text -> when it was last in sight
        self._next = 1

    def update(
        self, page: Page, now: float, size: tuple[int, int]
    ) -> tuple[tuple[SteadyLine, ...], tuple[Settled, ...]]:
        """Add one frame's page; ``now`` in seconds, ``size`` of the picture.

        Returns the lines in sight in reading order, and the texts that settled with this frame.
        """
        lines = [sights(line) for line in page.lines]
        self._follow(lines, now)
        self._tracks = [track for track in self._tracks if now - track.seen <= _KEPT_FOR]
        alive = {track.number for track in self._tracks}
        self._readings = {n: reading for n, reading in self._readings.items() if n in alive}
        shown, settled = [], []
        for track in self._tracks:
            line = track.line(top_k=0, least=self._least)
            if line is None or now - track.seen > _SHOWN_FOR:
                continue
            fresh = self._judge(track, line, now, size) if track.seen == now else False
            steady = SteadyLine(track.number, line, self._readings[track.number].settled)
            shown.append(steady)
            if fresh:
                settled.append(Settled(line.text, steady, now, _confidence(line)))
        shown.sort(key=lambda each: (each.line.box.y + each.line.box.height / 2, each.line.box.x))
        return tuple(shown), tuple(settled)

    def _follow(self, lines: Sequence[Sequence[Sight]], now: float) -> None:
        """Give each line to the track that it fits best, or to a new one."""
        fits = sorted(
            (
                (score, index, number)
                for index, line in enumerate(lines)
                for number, track in enumerate(self._tracks)
                if (score := track.match(line, now)) > 0
            ),
            reverse=True,
        )
        given: set[int] = set()
        taken: set[int] = set()
        for _, index, number in fits:
            if index not in given and number not in taken:
                self._tracks[number].add(lines[index], now)
                given.add(index)
                taken.add(number)
        for index, line in enumerate(lines):
            if index not in given:
                self._tracks.append(LineTrack(self._next, line, now))
                self._next += 1

    def _judge(self, track: LineTrack, line: Line, now: float, size: tuple[int, int]) -> bool:
        """Say whether the text of a track that is in sight has settled just now, and is new."""
        reading = self._readings.get(track.number)
        if reading is None or reading.text != line.text or _at_edge(line, size):
            reading = self._readings[track.number] = _Reading(line.text, now)
        reading.frames += 1
        if reading.settled:
            self._reported[line.text] = now
            return False
        if (
            reading.frames < _LEAST_FRAMES
            or now - reading.since < self._patience.settle
            or _confidence(line) < self._patience.confidence
        ):
            return False
        reading.settled = True
        before = self._reported.get(line.text)
        self._reported[line.text] = now
        self._forget(now)
        return before is None or now - before > self._patience.again

    def _forget(self, now: float) -> None:
        """Drop the texts that would be reported again anyway, so that the list stays short."""
        again = self._patience.again
        self._reported = {
            text: seen for text, seen in self._reported.items() if now - seen <= again
        }


def _confidence(line: Line) -> float:
    return fmean(character.likeliest.confidence for character in line.characters)


def _at_edge(line: Line, size: tuple[int, int]) -> bool:
    width, height = size
    box = line.box
    return (
        box.x < _EDGE or box.y < _EDGE or box.right > width - _EDGE or box.bottom > height - _EDGE
    )
