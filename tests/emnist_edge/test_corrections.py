from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_edge import emnist
from emnist_edge.alphabet import BYMERGE
from emnist_edge.cli import cli
from emnist_edge.corrections import add_reviewed, read_corrections
from emnist_edge.drawing import draw_page
from emnist_edge.errors import DataError
from train.data import load_training

if TYPE_CHECKING:
    from pathlib import Path


def saved(path: Path, *pairs: tuple[str, int], **changes: Any) -> Path:
    """Write what a review page saves: characters with glyphs of one grey."""
    corrections = [
        {"image": "a.png", "box": [1, 2, 3, 4], "read": "Q", "char": char, "glyph": glyph(grey)}
        for char, grey in pairs
    ]
    content = {"schema": 1, "model": "cnn-int8", "corrections": corrections} | changes
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def glyph(grey: int) -> str:
    image = np.full((28, 28), grey, np.uint8)
    image[0] = 9  # not its own transpose
    return base64.b64encode(image.tobytes()).decode()


def test_corrections_become_labelled_glyphs(tmp_path: Path) -> None:
    glyphs, labels = read_corrections(saved(tmp_path / "c.json", ("0", 10), ("c", 20), ("a", 30)))
    assert "".join(BYMERGE[label] for label in labels) == "0Ca"
    assert (glyphs[1, 0] == 9).all()
    assert (glyphs[1, 1:] == 20).all()


def test_glyphs_are_added_to_files_that_load_as_emnist_does(tmp_path: Path) -> None:
    first = read_corrections(saved(tmp_path / "a.json", ("0", 10), ("c", 20)))
    second = read_corrections(saved(tmp_path / "b.json", ("O", 10), ("7", 30)))
    assert add_reviewed(*first, tmp_path)[0] == 2
    assert add_reviewed(*second, tmp_path)[0] == 3  # one was labelled anew
    samples = emnist.load(emnist.REVIEWED, "train", tmp_path)
    assert samples.alphabet == BYMERGE
    assert "".join(BYMERGE[label] for label in samples.labels) == "OC7"
    assert np.array_equal(samples.images[:2], first[0])


def test_training_takes_them_up_and_never_holds_them_back(toy_data: Path, tmp_path: Path) -> None:
    for path in toy_data.iterdir():
        (tmp_path / path.name).symlink_to(path)
    before = load_training("bymergepart", tmp_path, 500, 0.1, 1)
    add_reviewed(*read_corrections(saved(tmp_path / "a.json", ("0", 10), ("c", 20))), tmp_path)
    after = load_training("bymergepart", tmp_path, 500, 0.1, 1)
    assert np.array_equal(after.held, before.held)
    assert len(after.kept) == len(before.kept) + 2
    assert after.samples.images[after.kept[-1], 5, 5] == 20
    assert after.record() != before.record()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 2}, "no corrections of schema 1"),
        ({"corrections": None}, "a correction that is none"),
        ({"corrections": [{"char": "A"}]}, "a correction that is none"),
        ({"corrections": [{"char": "AB", "glyph": glyph(1)}]}, "'AB' is no letter or digit"),
        ({"corrections": [{"char": "A", "glyph": "AAAA"}]}, "glyph of 3 bytes"),
        ({"corrections": [{"char": "A", "glyph": "%"}]}, "a correction that is none"),
    ],
)
def test_what_no_page_saved_is_said(tmp_path: Path, changes: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_corrections(saved(tmp_path / "c.json", **changes))


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.integers(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["schema", "corrections", "char", "glyph"]), inner, max_size=4
            ),
        ),
    )
)
def test_any_json_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(content))
    try:
        glyphs, labels = read_corrections(path)
    except DataError:
        return
    assert len(glyphs) == len(labels)


def test_from_a_picture_to_the_training_data(tmp_path: Path) -> None:
    picture, page = tmp_path / "page.png", tmp_path / "out.html"
    drawn = draw_page("HARBOR\n7483", size=(500, 320), height=50, seed=3)
    cv2.imwrite(str(picture), drawn.picture)
    runner = CliRunner()
    result = runner.invoke(
        cli, ["classify", "--review", str(page), "--min-confidence", "1", str(picture)]
    )
    assert result.exit_code == 0
    assert result.stderr == f"emnist-edge: {page}: 10 characters to look at\n"
    data = json.loads(page.read_text().split('id="data">')[1].split("</script>")[0])
    corrections = [
        {key: item[key] for key in ("image", "box", "read", "glyph")} | {"char": item["read"]}
        for item in data["items"]
    ]
    saved(tmp_path / "corrections.json", corrections=corrections)
    (tmp_path / "half.json").write_text('{"schema": 1')
    paths = [str(tmp_path / name) for name in ("half.json", "corrections.json")]
    result = runner.invoke(cli, ["review", "apply", "--data", str(tmp_path / "data"), *paths])
    assert result.exit_code == 1
    assert "half.json: is no JSON file" in result.stderr
    assert "corrections.json: 10 corrections; 10 reviewed glyphs in" in result.stdout
    samples = emnist.load(emnist.REVIEWED, "train", tmp_path / "data")
    assert "".join(BYMERGE[label] for label in samples.labels) == "HARBOR7483"


def test_a_review_page_needs_a_folder(tmp_path: Path) -> None:
    target = tmp_path / "no" / "out.html"
    result = CliRunner().invoke(cli, ["classify", "--review", str(target), "p.png"])
    assert result.exit_code == 2
    assert "name a file in a folder that exists" in result.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="cannot be written"):
        add_reviewed(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8), tmp_path / "data")
