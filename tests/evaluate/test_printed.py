from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.text.printed import SIGNS, Habit
from emnist_edge.errors import DataError
from evaluate.printed import Measured, fit, table
from evaluate.typeset import find_fonts, set_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

matplotlib = pytest.importorskip("matplotlib", reason="its fonts are set")

PRINTED = {
    "level": Habit(-3.6, 0.3, 0.5),
    "height": Habit(-3.2, 0.4, 0.7),
    "alike": Habit(-3.4, 0.5, 0.9),
}
WRITTEN = {
    "level": Habit(-3.2, 0.4, 0.8),
    "height": Habit(-2.9, 0.3, 0.9),
    "alike": Habit(-2.8, 0.2, 0.5),
}


def drawn(habits: dict[str, Habit], lines: int, *, printed: bool) -> Measured:
    """Return lines whose signs are as ``habits`` say, with 12 deviations each."""
    rng = np.random.default_rng(1)

    def deviations(habit: Habit) -> NDArray[np.float64]:
        own = rng.normal(habit.mean, habit.between)
        return rng.normal(own, habit.within, 12)

    of_lines = [{name: deviations(habit) for name, habit in habits.items()} for _ in range(lines)]
    return Measured(printed, "fonts" if printed else "hands", [12] * lines, of_lines)


@pytest.fixture(scope="module")
def fonts() -> Path:
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def test_what_tells_is_found_again_in_what_was_measured() -> None:
    pytest.importorskip("sklearn")
    measured = [drawn(PRINTED, 800, printed=True), drawn(WRITTEN, 800, printed=False)]
    signs = fit(measured, [1, 1])
    for name, of_print in PRINTED.items():
        sign = getattr(signs, name)
        for found, true in ((sign.printed, of_print), (sign.written, WRITTEN[name])):
            assert found.mean == pytest.approx(true.mean, abs=0.08)
            assert found.between == pytest.approx(true.between, abs=0.08)
            assert found.within == pytest.approx(true.within, abs=0.05)
    # What is independent is taken for as much as it says.
    assert signs.slope == pytest.approx(1, abs=0.2)
    assert signs.usual == SIGNS.usual


def test_lines_that_are_taken_for_the_other_kind_are_counted() -> None:
    measured = [
        drawn(PRINTED, 5, printed=True),
        Measured(False, "hands", [2, 12], drawn(PRINTED, 2, printed=False).deviations),
    ]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]]
            for row in table(measured, SIGNS).splitlines()]  # fmt: skip
    assert rows[0][2:4] == ["lines of 1 to 3", "wrong"]
    assert rows[2] == ["fonts", "printed", "0", "-", "0", "-", "5", "0.0 %", "0", "-"]
    assert rows[3] == ["hands", "written", "1", "100.0 %", "0", "-", "1", "100.0 %", "0", "-"]


def test_fonts_are_found_by_their_families(fonts: Path, tmp_path: Path) -> None:
    found = find_fonts([fonts])
    assert "DejaVu Sans" in found
    assert all(path.suffix in {".ttf", ".otf"} for paths in found.values() for path in paths)
    assert list(found) == sorted(found)
    assert max(map(len, found.values())) <= 4
    with pytest.raises(DataError, match="no fonts"):
        find_fonts([tmp_path])


def test_texts_are_set_as_high_as_is_asked(fonts: Path) -> None:
    (font,) = find_fonts([fonts])["DejaVu Sans"][:1]
    for height in (20, 60):
        picture = set_text(["HEH"], font, height, np.random.default_rng(4))
        dark = picture.min(axis=2).astype(float)
        rows = np.flatnonzero(dark.min(axis=1) < 0.6 * np.median(dark))
        assert np.ptp(rows) + 1 == pytest.approx(height, rel=0.25)
