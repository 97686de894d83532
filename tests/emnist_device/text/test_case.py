from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.text import baselines, case
from emnist_device.text.baselines import find_baselines
from emnist_device.text.case import weigh_places
from emnist_device.text.forms import LETTER_FORMS
from emnist_device.text.spacing import PlacedLine
from emnist_edge.alphabet import BYCLASS, fold

if TYPE_CHECKING:
    from collections.abc import Sequence


def written(text: str, cap: int = 50, slope: float = 0.0, y: int = 200) -> list[Box]:
    """Return boxes of ``text`` as a person would write it; spaces only part words."""
    boxes = []
    for column, char in enumerate(text):
        if char == " ":
            continue
        low = 0.3 * cap if char in "gpqy" else 0
        tall = 0.6 * cap if char in "acemnorsuvwxzgpqy" else cap
        x = 40 * column
        base = y - slope * x
        boxes.append(Box(x, round(base - tall), 30, round(tall + low)))
    return boxes


def emissions(text: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return what a perfect classifier of merged classes gives."""
    chars = text.replace(" ", "").replace("\n", "")
    table = np.full((len(chars), 62), 1e-3)
    for row, char in zip(table, chars, strict=True):
        for column, other in enumerate(BYCLASS):
            if fold(other) == fold(char):
                row[column] = 1
    return table


def grouped(text: str) -> list[range]:
    lengths = [len(word) for word in text.split()]
    ends = accumulate(lengths)
    return [range(end - n, end) for n, end in zip(lengths, ends, strict=True)]


def placed(lines: Sequence[str], boxes: Sequence[Sequence[Box]]) -> list[PlacedLine]:
    """Return lines whose words are parted by the spaces of ``lines``."""
    words = iter(grouped("\n".join(lines)))
    return [
        PlacedLine(tuple(own), tuple(next(words) for _ in line.split()))
        for line, own in zip(lines, boxes, strict=True)
    ]


def cases(lines: Sequence[str], boxes: Sequence[Sequence[Box]]) -> str:
    text = "\n".join(lines)
    table = emissions(text)
    weighed = table * weigh_places(table, placed(lines, boxes))
    return "".join(BYCLASS[k] for k in weighed.argmax(axis=1))


@pytest.mark.parametrize(
    "text", ["Cosmo copy", "COSMO Cup", "Oxo Tom pops", "Max of Cups", "soup Zoo Pop", "Spy Sum"]
)
@pytest.mark.parametrize("slope", [-0.1, 0.0, 0.08])
def test_height_and_baseline_tell_the_case(text: str, slope: float) -> None:
    assert cases([text], [written(text, slope=slope)]) == text.replace(" ", "")


@pytest.mark.parametrize("slope", [-0.1, 0.0, 0.08])
def test_the_baseline_of_a_long_line_is_found_though_not_all_pairs_are_tried(slope: float) -> None:
    text = " ".join(["Cosmo copy", "COSMO Cup", "Oxo Tom pops", "Max of Cups"] * 2)
    assert len(emissions(text)) > 60
    assert cases([text], [written(text, slope=slope)]) == text.replace(" ", "")
    pairs = [len(baselines._pairs(count)[0]) for count in (24, 60, 80)]
    assert pairs == [276, 276, 276]


def test_other_lines_tell_how_high_capitals_are() -> None:
    lines = ["Read the Boot", "cosmos"]
    boxes = [written(lines[0]), written(lines[1], y=300)]
    assert cases(lines, boxes) == "ReadtheBootcosmos"


def test_all_of_one_height_says_nothing_of_the_case() -> None:
    table = emissions("COSMOS")
    factors = weigh_places(table, placed(["COSMOS"], [written("COSMOS")]))
    c, small_c = BYCLASS.index("C"), BYCLASS.index("c")
    assert 0.1 < factors[0, small_c] / factors[0, c] < 10


def test_size_does_not_matter() -> None:
    table = emissions("Soup")
    one, other = (
        weigh_places(table, placed(["Soup"], [written("Soup", cap=cap)])) for cap in (50, 500)
    )
    assert one == pytest.approx(other, abs=0.25)


def test_nothing_written_nothing_weighed() -> None:
    assert weigh_places(np.zeros((0, 62)), []).shape == (0, 62)


def one_by_one(
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    lines: Sequence[Sequence[Box]],
    words: Sequence[range],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return what :func:`weigh_places` does, each line, hypothesis and character by itself."""
    heights = [box.height for line in lines for box in line]
    low, high = np.quantile(np.log(heights), [0.03, 0.97])
    grid = np.arange(low - 0.3, high + 1.0, 1 / case.PLACES.per_e)
    starts = [0, *accumulate(len(line) for line in lines)]
    fits, explained, alone = [], [], []
    for start, line in pairwise(starts):
        boxes = [box for line in lines for box in line][start:line]
        sizes = np.array([(box.height, box.bottom, box.x + box.width / 2) for box in boxes])
        above = find_baselines(sizes)
        fit = np.array([[place(boxes, a, cap) for a in above] for cap in np.exp(grid)])
        own = [[row - start for row in word] for word in words if start <= word[0] < line]
        fits.append(fit)
        explained.append((table[start:line], own))
        of_sizes = np.exp(sum(mixture(fit, table[start:line], word) for word in own)).sum(axis=1)
        alone.append(of_sizes / of_sizes.sum())
    near = np.exp(-0.5 * ((grid[:, None] - grid) / case.PLACES.line_spread) ** 2)
    near /= near.sum(axis=1, keepdims=True)
    found = []
    for index, (fit, (part, own)) in enumerate(zip(fits, explained, strict=True)):
        others = [(len(fits[k][0, 0]), alone[k]) for k in range(len(fits)) if k != index]
        alike = sum(n * told for n, told in others) @ near / sum(n for n, _ in others)
        share = case.PLACES.other_size
        prior = np.log(share / len(grid) + (1 - share) * alike)[:, None]
        for word in own:
            for row in word:
                rest = [other for other in own if other is not word]
                total = prior + sum(mixture(fit, part, other) for other in rest)
                total = total + mixture(fit, part, word, left_out=row)
                weight = np.exp(total - total.max())
                of_forms = np.einsum("gb,gbf->f", weight, fit[:, :, row])
                found.append(of_forms[case._LETTERS.of_char] / of_forms.max())
    return np.array(found)


def place(
    boxes: Sequence[Box], above: np.ndarray[tuple[int], np.dtype[np.float64]], cap: float
) -> list[list[float]]:
    """Return the density of each form at each box."""
    return [
        [
            sum(
                share
                / wider**2
                / (form.spread * form.drop)
                * np.exp(
                    -0.5 * ((np.log(box.height / cap / form.tall) / form.spread / wider) ** 2)
                    - 0.5 * (((up / cap - form.low) / form.drop / wider) ** 2)
                )
                for share, wider in ((1 - case.PLACES.odd, 1), (case.PLACES.odd, 4))
            )
            for form in LETTER_FORMS
        ]
        for box, up in zip(boxes, above, strict=True)
    ]


def mixture(
    fit: np.ndarray[tuple[int, int, int, int], np.dtype[np.float64]],
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    word: Sequence[int],
    left_out: int | None = None,
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the logarithm of how well each hypothesis explains ``word``."""
    total = np.zeros(fit.shape[:2])
    kinds = zip(case._KINDS, case._FIRST, case._REST, strict=True)
    for share, first, rest in kinds:
        product = np.full(fit.shape[:2], share)
        for row in word:
            if row != left_out:
                members = case._LETTERS.kinds[first if row == word[0] else rest]
                mass = members * table[row]
                product = product * (fit[:, :, row, case._LETTERS.of_char] @ mass)
        total += product
    return np.log(total)


def test_places_are_weighed_as_one_by_one() -> None:
    lines = ["Bog pi", "so 17"]
    table = np.random.default_rng(4).dirichlet(np.full(62, 0.3), 9)
    boxes = [written(lines[0], slope=0.05), written(lines[1], cap=44, y=300)]
    words = grouped("\n".join(lines))
    assert weigh_places(table, placed(lines, boxes)) == pytest.approx(
        one_by_one(table, boxes, words), rel=1e-4, abs=1e-7
    )


@pytest.mark.parametrize("far", [300, 3_000, 100_000])
def test_a_character_far_off_its_line_is_weighed_by_its_height(far: int) -> None:
    """No product is too small for a number, however unlikely a place is."""
    text = "Cosmo copies Zoo Soup on Maps"
    boxes = [*written(text)[:-1], Box(40 * len(text), 200 + far, 30, 30)]
    words = grouped(text)
    weighed = weigh_places(np.ones((len(boxes), 62)), [PlacedLine(tuple(boxes), tuple(words))])
    assert np.isfinite(weighed).all()
    assert weighed[-1, BYCLASS.index("s")] > weighed[-1, BYCLASS.index("S")]
    assert (weighed[:-1].max(axis=1) > 0).all()
