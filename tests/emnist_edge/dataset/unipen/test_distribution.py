from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_edge.dataset.unipen.distribution import read_distribution, split_writers
from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def component(*points: tuple[int, int]) -> str:
    return ".PEN_DOWN\n" + "".join(f"{x} {y}\n" for x, y in points)


#: The letters L and I, 100 places apart, and a full stop; y goes up.
LINE = component((0, 60), (0, 0), (40, 0)) + component((100, 60), (100, 0)) + component((150, 0))
LABELS = '.SEGMENT CHARACTER 0 ? "L"\n.SEGMENT CHARACTER 1 ? "I"\n.SEGMENT CHARACTER 2 ? "."\n'


def write(folder: Path, name: str, writer: str, line: str = LINE, labels: str = LABELS) -> None:
    """Add a file of labels ``name`` below ``data``, and its points, to a distribution."""
    points = folder / "include" / name
    for path in (folder / "data" / name, points):
        path.parent.mkdir(parents=True, exist_ok=True)
    points.write_text(f".WRITER_ID {writer}\n{line}")
    (folder / "data" / name).write_text(f".INCLUDE {name}\n{labels}")


def test_characters_stand_in_their_own_boxes_and_texts_in_one(tmp_path: Path) -> None:
    write(tmp_path, "1a/app/one.dat", "Anna")
    write(tmp_path, "3/apa/two.dat", "Otto")
    complaints: list[str] = []
    characters, texts = read_distribution(tmp_path, complaints.append)
    assert complaints == []
    assert "".join(characters.labels) == "LI.LI."
    assert characters.sources.tolist() == ["app"] * 3 + ["apa"] * 3
    assert characters.strokes_of(0)[0].tolist() == [[0, 0], [0, 1000], [667, 1000]]
    assert characters.strokes_of(2)[0].tolist() == [[0, 0]]
    assert len(texts) == 1  # in 1a, characters stand alone
    text = texts[0]
    assert [c.strokes[0].tolist() for c in text.characters] == [
        [[0, 0], [0, 300], [200, 300]],
        [[500, 0], [500, 300]],
        [[750, 300]],
    ]
    assert text.clean


def test_writers_are_numbers_and_told_apart_by_set_and_name(tmp_path: Path) -> None:
    names = {"a/1": "w", "a/2": "w", "b/1": "w", "b/2": "v", "b/3": "", "b/4": ""}
    for name, writer in names.items():
        write(tmp_path, f"3/{name}", writer)
    characters, texts = read_distribution(tmp_path, pytest.fail)
    assert characters.writers.tolist() == np.repeat((0, 0, 1, 2, 3, 4), 3).tolist()
    assert [text.writer for text in texts] == [0, 0, 1, 2, 3, 4]


def test_damaged_files_are_named_and_left_out(tmp_path: Path) -> None:
    write(tmp_path, "3/app/good.dat", "w")
    write(tmp_path, "3/app/bad.dat", "w", labels='.SEGMENT CHARACTER 7 ? "L"\n')
    (tmp_path / "data" / "README").write_bytes(bytes(range(256)))
    complaints: list[str] = []
    characters, _ = read_distribution(tmp_path, complaints.append)
    assert len(characters) == 3
    assert len(complaints) == 1
    assert "bad.dat" in complaints[0]


def test_labels_that_are_no_single_sign_are_left_out(tmp_path: Path) -> None:
    labels = LABELS + '.SEGMENT CHARACTER 0 ? "LI"\n.SEGMENT CHARACTER 0 ? "\xe9"\n'
    write(tmp_path, "3/app/one.dat", "w", labels=labels)
    characters, _ = read_distribution(tmp_path, pytest.fail)
    assert "".join(characters.labels) == "LI."


def test_words_over_each_other_are_no_clean_text(tmp_path: Path) -> None:
    parts = [component((x, 60), (x, 0), (x + 40, 60), (x + 40, 0)) for x in (0, 100, 200, 0, 100)]
    labels = "".join(f'.SEGMENT CHARACTER {n} ? "N"\n' for n in range(5))
    write(tmp_path, "3/app/over.dat", "w", "".join(parts), labels)
    write(tmp_path, "3/app/side.dat", "w", "".join(parts[:3]), "".join(labels.splitlines(True)[:3]))
    _, texts = read_distribution(tmp_path, pytest.fail)
    assert texts.clean.tolist() == [False, True]


def test_what_is_no_distribution_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folders data and include"):
        read_distribution(tmp_path, pytest.fail)
    write(tmp_path, "3/app/none.dat", "w", labels="")
    with pytest.raises(DataError, match="no labelled character can be read"):
        read_distribution(tmp_path, pytest.fail)


def test_writers_are_held_out_whole(tmp_path: Path) -> None:
    for number in range(16):
        write(tmp_path, f"3/app/{number}.dat", f"w{number // 2}")
    characters, texts = read_distribution(tmp_path, pytest.fail)
    parts = split_writers(characters, texts, 0.25, seed=1)
    held, kept = parts[True], parts[False]
    assert len(set(held[0].writers.tolist())) == 2
    assert set(held[0].writers.tolist()) | set(kept[0].writers.tolist()) == set(range(8))
    for part in (held, kept):
        writers = set(part[0].writers.tolist())
        assert {text.writer for text in part[1]} == writers
        assert all(c.writer == text.writer for text in part[1] for c in text.characters)
        assert len(part[0]) == 6 * len(writers)
        assert np.array_equal(part[1].starts, 3 * np.arange(len(part[1]) + 1))


def test_the_sample_is_packed_as_the_packed_files_have_it(unipen_data: Path) -> None:
    from emnist_edge.dataset.unipen.packed import load_characters

    sample = unipen_data / "raw-sample"
    if not sample.is_dir():
        pytest.skip("the sample of the distribution is not at hand")
    characters, texts = read_distribution(sample, pytest.fail)
    known = set()
    for part in ("train", "heldout"):
        packed = load_characters(part, unipen_data)
        for number in np.flatnonzero(np.isin(packed.sources, ["app", "pri"])).tolist():
            known.add(b"".join(s.astype(np.int32).tobytes() for s in packed.strokes_of(number)))
    mine = [b"".join(s.tobytes() for s in character.strokes) for character in characters]
    assert len(mine) == 42
    assert set(mine) <= known
    assert ["".join(c.label for c in text.characters) for text in texts] == [
        "aquickbrownfoxjumps",
        "overthelazyblackdog",
    ]
