from __future__ import annotations

import base64
import gzip
import itertools
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_device.review import corrections
from emnist_device.review.corrections import add_reviewed, read_corrections
from emnist_edge.alphabet import BYMERGE
from emnist_edge.cli.main import cli
from emnist_edge.dataset import emnist
from emnist_edge.dataset.idx import write_idx
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import DataError
from train.common.data import load_training

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray


def saved(path: Path, *pairs: tuple[str, int], **changes: Any) -> Path:
    """Write what a review page saves: characters with glyphs of one grey."""
    rows = [
        {"image": "a.png", "box": [1, 2, 3, 4], "read": "Q", "char": char, "glyph": glyph(grey)}
        for char, grey in pairs
    ]
    content = {"schema": 1, "model": "cnn-int8", "corrections": rows} | changes
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def glyph(grey: int) -> str:
    image = np.full((28, 28), grey, np.uint8)
    image[0] = 9  # not its own transpose
    return base64.b64encode(image.tobytes()).decode()


def test_corrections_become_labelled_glyphs(tmp_path: Path) -> None:
    glyphs, labels = read_corrections(saved(tmp_path / "c.json", ("/", 40), ("c", 20), ("a", 30)))
    assert "".join(BYMERGE[label] for label in labels) == "Ca"
    assert (glyphs[0, 0] == 9).all()
    assert (glyphs[0, 1:] == 20).all()


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
        ({"corrections": None}, "a damaged correction"),
        ({"corrections": [{"char": "A"}]}, "a damaged correction"),
        ({"corrections": [{"char": "AB", "glyph": glyph(1)}]}, "'AB' is no letter or digit"),
        ({"corrections": [{"char": "A", "glyph": "AAAA"}]}, "glyph of 3 bytes"),
        ({"corrections": [{"char": "A", "glyph": "%"}]}, "a damaged correction"),
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
    options = ["--review", str(page), "--min-confidence", "1", "--charset", "0123456789ABHOR"]
    result = runner.invoke(cli, ["classify", *options, str(picture)])
    assert result.exit_code == 0
    assert result.stderr == f"emnist-edge: {page}: 10 characters to look at\n"
    data = json.loads(page.read_text().split('id="data">')[1].split("</script>")[0])
    assert data["characters"] == "0123456789ABHOR"
    rows = [
        {key: item[key] for key in ("image", "box", "read", "glyph")} | {"char": item["read"]}
        for item in data["items"]
    ]
    saved(tmp_path / "corrections.json", corrections=rows)
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
    assert "make this folder first, or name a file in one that exists" in result.stderr


def test_a_review_page_takes_no_pictures_place(tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    picture.write_bytes(b"a picture")
    result = CliRunner().invoke(cli, ["classify", "--review", str(picture), str(picture)])
    assert result.exit_code == 2
    assert "name a file that ends in .html" in result.stderr
    assert picture.read_bytes() == b"a picture"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataError, match="cannot be written"):
        add_reviewed(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8), tmp_path / "data")


def add(folder: Path, *pairs: tuple[str, int]) -> int:
    """Add corrections to the reviewed glyphs in ``folder``; returns how many there are."""
    glyphs, labels = read_corrections(saved(folder.parent / f"{pairs}.json", *pairs))
    return add_reviewed(glyphs, labels, folder)[0]


def reviewed(folder: Path) -> str:
    samples = emnist.load(emnist.REVIEWED, "train", folder)
    pairs = zip(samples.labels, samples.images[:, 5, 5], strict=True)
    return "".join(f"{BYMERGE[label]}{grey} " for label, grey in pairs)


def test_several_may_add_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_slowly(path: Path, array: NDArray[np.uint8]) -> None:
        time.sleep(0.02)  # whoever does not wait has read what was there before
        write_idx(path, array)

    monkeypatch.setattr(corrections, "write_idx", write_slowly)
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda grey: add(tmp_path / "data", ("A", grey)), range(8)))
    assert sorted(counts) == list(range(1, 9))
    assert len(emnist.load(emnist.REVIEWED, "train", tmp_path / "data")) == 8


class KilledError(Exception):
    """Stands for SIGKILL: what comes after does not happen."""


@pytest.fixture
def kill_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Any]:
    """Give a function after which the writer is killed in its n-th step of writing.

    A step is to write a file, of which half gets there, or to rename one.
    """
    steps: Iterator[int] = itertools.count()
    fatal = -1

    def mortal(name: str) -> Callable[..., Any]:
        whole = getattr(Path, name)

        def do(path: Path, *arguments: Any, **options: Any) -> Any:
            writes = name != "open" or arguments == ("wb",)
            dies = writes and next(steps) == fatal
            if dies and name == "replace":
                raise KilledError
            done = whole(path, *arguments, **options)
            if dies:
                if name == "open":
                    done.close()
                os.truncate(path, path.stat().st_size // 2)
                raise KilledError
            return done

        return do

    for name in ("open", "replace", "write_text", "write_bytes"):
        monkeypatch.setattr(Path, name, mortal(name))

    def set_fatal(step: int) -> None:
        nonlocal steps, fatal
        steps, fatal = itertools.count(), step

    return set_fatal


@pytest.mark.parametrize("before", ["", "010 C20 "], ids=["none", "two"])
def test_who_is_killed_while_adding_leaves_what_was_there_or_all(
    tmp_path: Path, kill_at: Callable[[int], Any], before: str
) -> None:
    seen = []
    for step in itertools.count():
        data = tmp_path / f"data{step}"
        if before:
            add(data, ("0", 10), ("c", 20))
        kill_at(step)
        try:
            add(data, ("O", 10), ("7", 30))
        except KilledError:
            there = emnist.find(data, emnist.members(emnist.REVIEWED, "train")[1])
            seen.append(reviewed(data) if there else "")
        else:
            break
        kill_at(-1)
        add(data, ("O", 10), ("7", 30))
        assert reviewed(data) == ("O10 C20 730 " if before else "O10 730 ")
    assert set(seen) == {before}
    assert len(seen) >= 4


def test_what_a_writer_that_was_killed_left_trains_no_less(toy_data: Path, tmp_path: Path) -> None:
    for path in toy_data.iterdir():
        (tmp_path / path.name).symlink_to(path)
    images, _ = emnist.members(emnist.REVIEWED, "train")
    before = load_training("bymergepart", tmp_path, 500, 0.1, 1)
    write_idx(tmp_path / images, np.zeros((3, 28, 28), np.uint8))  # and no labels yet
    assert load_training("bymergepart", tmp_path, 500, 0.1, 1).record() == before.record()


def test_a_file_of_corrections_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "c.json", ("A", 1))
    monkeypatch.setattr(corrections, "_MOST_BYTES", path.stat().st_size)
    assert len(read_corrections(path)[0]) == 1
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DataError, match="is larger than 0 MiB; save fewer"):
        read_corrections(path)
    with pytest.raises(DataError, match="is larger than"):
        read_corrections(saved(tmp_path / "d.json", ("A" * 2000, 1)))


def test_so_has_what_was_reviewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "_MOST_GLYPHS", 2)
    assert add(tmp_path / "data", ("A", 1), ("B", 2)) == 2
    with pytest.raises(DataError, match="holds 2 reviewed glyphs at most"):
        add(tmp_path / "data", ("C", 3))
    assert reviewed(tmp_path / "data") == "A1 B2 "


def test_only_files_hold_corrections(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(DataError, match="is no file; name what a review page saved"):
            read_corrections(path)
    with pytest.raises(DataError, match="No such file"):
        read_corrections(tmp_path / "absent.json")
    with pytest.raises(DataError, match="'AAAAAAAAAAAAAAAAAAAA' is no letter"):
        read_corrections(saved(tmp_path / "c.json", ("A" * 9999, 1)))


IMAGES, LABELS = emnist.members(emnist.REVIEWED, "train")
MAPPING = emnist.mapping_name(emnist.REVIEWED)


def half(folder: Path, state: str) -> None:
    """Bring what was reviewed in ``folder`` into a state that nothing may be added to."""
    name, _, what = state.partition(": ")
    path = folder / name
    content = path.read_bytes()
    path.unlink()
    if what == "a folder":
        path.mkdir()
    elif what == "a link to nothing":
        path.symlink_to(folder / "unmounted")
    elif what == "a pipe":
        os.mkfifo(path)
    elif what == "cut off":
        path.write_bytes(content[:-1])
    elif what == "empty":
        path.write_bytes(b"")
    elif what == "one less":
        write_idx(path, np.zeros((1, 28, 28), np.uint8))
    elif what == "packed and damaged":
        path.write_bytes(b"\x1f\x8b" + content)
    elif what == "one class more":
        path.write_bytes(b"0 48\n1 65\n")
    elif what == "a class beyond":
        write_idx(path, np.array([3, 47], np.uint8))


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            f"{LABELS}: gone",
            f"its labels, {LABELS}, are missing; nothing was changed; put",
        ),
        (
            f"{IMAGES}: gone",
            f"its images, {IMAGES}, are missing; nothing was changed; put",
        ),
        *[
            (f"{name}: {what}", f"{name}: is not a file, or links to nothing; move it away")
            for name in (IMAGES, LABELS, MAPPING)
            for what in ("a folder", "a link to nothing", "a pipe")
        ],
        (f"{IMAGES}: cut off", "promises 1568; nothing was changed; put its files back"),
        (f"{LABELS}: cut off", "promises 2; nothing was changed; put its files back"),
        (f"{IMAGES}: empty", "not an IDX file of unsigned bytes; nothing was changed"),
        (f"{LABELS}: empty", "not an IDX file of unsigned bytes; nothing was changed"),
        (f"{IMAGES}: one less", "do not belong together; nothing was changed"),
        (f"{IMAGES}: packed and damaged", "cannot be read .*; nothing was changed"),
        (f"{LABELS}: a class beyond", "labels outside the 47 classes; nothing was changed"),
        (f"{MAPPING}: one class more", "has other classes than ByMerge; nothing was changed"),
        (f"{MAPPING}: empty", "not an EMNIST mapping file .*; nothing was changed"),
    ],
)
def test_what_lacks_its_other_half_is_left_as_it_is(
    tmp_path: Path, state: str, message: str
) -> None:
    data = tmp_path / "data"
    add(data, ("0", 10), ("c", 20))
    half(data, state)
    left = {path: path.is_file() and path.read_bytes() for path in data.iterdir()}
    saved(tmp_path / "more.json", ("A", 30))
    with pytest.raises(DataError, match=message) as caught:
        add(data, ("A", 30))
    assert {path: path.is_file() and path.read_bytes() for path in data.iterdir()} == left
    assert "fetch" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mapping_that_was_deleted_is_written_anew(tmp_path: Path) -> None:
    add(tmp_path / "data", ("0", 10))
    (tmp_path / "data" / MAPPING).unlink()
    add(tmp_path / "data", ("c", 20))
    assert reviewed(tmp_path / "data") == "010 C20 "


def test_what_was_packed_and_moved_is_added_to(
    tmp_path: Path, kill_at: Callable[[int], Any]
) -> None:
    for step in itertools.count():
        data = tmp_path / f"data{step}"
        add(data, ("0", 10), ("c", 20))
        (data / "gzip").mkdir()
        for name in (IMAGES, LABELS):
            (data / "gzip" / f"{name}.gz").write_bytes(gzip.compress((data / name).read_bytes()))
            (data / name).unlink()
        kill_at(step)
        try:
            add(data, ("A", 30))
        except KilledError:
            assert reviewed(data) == "010 C20 "
        else:
            break
    kill_at(-1)
    assert step > 2
    assert reviewed(data) == "010 C20 A30 "
