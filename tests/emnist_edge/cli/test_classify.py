from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from emnist_device.image.picture import read_picture
from emnist_edge.cli.main import cli
from emnist_edge.drawing.pages import draw_page
from evaluate.damage import overwrite
from tests.nasty import OLD_OPENCV, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[3]
SAMPLES: Mapping[str, str] = json.loads((ROOT / "samples" / "expected.json").read_text())


def classify(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["classify", *map(str, arguments)], input=stdin)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_samples_are_read(sample: str) -> None:
    result = classify(ROOT / "samples" / sample)
    assert result.exit_code == 0
    assert result.stdout == SAMPLES[sample] + "\n"
    assert result.stderr == ""


def test_several_images_come_under_their_paths(picture: Path) -> None:
    other = ROOT / "samples" / "label.png"
    result = classify(picture, other)
    assert result.stdout == f"{picture}:\nHARBOR\n7483\n\n{other}:\nEK 2047 B\n"


def test_standard_input(picture: Path) -> None:
    assert classify("-", stdin=picture.read_bytes()).stdout == "HARBOR\n7483\n"
    empty = classify("-", stdin=b"")
    assert empty.exit_code == 1
    assert "standard input: is empty" in empty.stderr


def test_which_of_several_frames_was_read_is_said(picture: Path, tmp_path: Path) -> None:
    page = Image.open(picture)
    others = [Image.new("RGB", page.size, (value, 255, 255)) for value in (255, 0)]
    moving = (
        ["moving.png"] if OLD_OPENCV else ["moving.webp", "moving.png"]
    )  # 4.6 reads no such WebP
    for name in moving:
        page.save(tmp_path / name, save_all=True, append_images=others)
    result = classify("--json", *(tmp_path / name for name in moving))
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"emnist-edge: {tmp_path / name}: has 3 frames; the first was read" for name in moving
    ]
    for line in result.stdout.splitlines():
        assert (json.loads(line)["text"], json.loads(line)["pages"]) == ("HARBOR\n7483", 3)


def test_a_picture_that_is_damaged_in_the_middle_is_not_read_as_if_whole(
    picture: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.jpg"
    damaged.write_bytes(overwrite(encode(Image.open(picture).convert("RGB"), "JPEG")))
    result = classify(damaged, picture)
    assert result.exit_code == 1
    assert result.stdout == f"{picture}:\nHARBOR\n7483\n"
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"emnist-edge: {damaged}: is damaged")


def test_json_has_an_object_per_image_and_line(picture: Path) -> None:
    result = classify("--json", "--top-k", "2", picture, picture)
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["lines"] == second["lines"]
    assert list(first) == [
        "image",
        "page",
        "pages",
        "size",
        "text",
        "lines",
        "model",
        "timing_ms",
        "turned",
        "left_out",
    ]
    assert first["image"] == str(picture)
    assert first["text"] == "HARBOR\n7483"
    assert first["model"] == "small-int8"
    stages = ["load", "segment", "glyph", "classify", "decode"]
    assert list(first["timing_ms"]) == [*stages, "total"]
    parts = sum(first["timing_ms"][stage] for stage in stages)
    assert parts <= first["timing_ms"]["total"] + 0.05
    character = first["lines"][1]["words"][0]["characters"][0]
    assert character["char"] == "7"
    assert len(character["alternatives"]) == 2
    assert len(character["box"]) == 4


@pytest.mark.parametrize(("option", "left_out"), [("--line", 4), ("--single", 9)])
def test_how_many_characters_are_left_out_is_said(
    picture: Path, option: str, left_out: int
) -> None:
    result = classify("--json", option, picture)
    assert json.loads(result.stdout)["left_out"] == left_out
    said = "characters that were found and left out, as --line, --single or --hand-only asks"
    assert result.stderr == f"emnist-edge: {picture}: {said}: {left_out}\n"


def test_what_cannot_be_read_is_said_and_the_rest_is_read(picture: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.png").write_text("Dear reader\n" * 40)
    photo = (ROOT / "samples" / "note.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(photo[: len(photo) // 2])
    faulty = ["absent.png", "empty.jpg", "text.png", "half.jpg"]
    result = classify(*(tmp_path / name for name in faulty), picture)
    assert result.exit_code == 1
    assert result.stdout == f"{picture}:\nHARBOR\n7483\n"
    lines = result.stderr.splitlines()
    assert len(lines) == 4
    for line, name, reason in zip(
        lines, faulty, ["no such file", "is empty", "not a picture", "is cut off"], strict=True
    ):
        assert line.startswith("emnist-edge: ")
        assert name in line
        assert reason in line


@pytest.mark.parametrize("shape", [(1, 1, 3), (300, 400, 3)])
def test_nothing_to_read_is_no_error(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = tmp_path / "blank.png"
    cv2.imwrite(str(path), np.full(shape, 220, np.uint8))
    result = classify(path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"emnist-edge: {path}: nothing to read\n"
    content = json.loads(classify("--json", path).stdout)
    assert (content["text"], content["lines"]) == ("", [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument"),
        (["--top-k", "99", "p.png"], "top-k"),
        (
            ["--model", "cnn-int9", "p.png"],
            "installed: base-float32, base-int8, cnn-float32, cnn-int8",
        ),
        (["--model", "absent/model.tflite", "p.png"], "no such sidecar"),
        (
            ["--annotate", "out", "p.png", "q.png"],
            "out: is not there; make this folder first",
        ),
        (["--annotate", __file__, "p.png", "q.png"], "is no folder; name one that exists"),
        (["--colour", "p.png"], "No such option"),
        (["--charset", "|", "p.png"], "charset '|' has '|', which no model reads"),
        (["--charset", "digist", "p.png"], "did you mean digits?"),
        (["--pattern", "[A-Z", "p.png"], "lacks a ]"),
        (["--pattern", "99", "--charset", "upper", "p.png"], "matches nothing that can be read"),
        (["--pattern", r"\d{1,999}", "p.png"], r"pattern '\d{1,999}' repeats more than 100 times"),
        (["--pattern", "EK-99", "p.png"], r"such as EK-\d\d;"),
        (["--lexicon", "absent.txt", "p.png"], "absent.txt: cannot be read"),
        (["--out-of-lexicon", "0.5", "p.png"], "--out-of-lexicon goes with --lexicon"),
        (["--out-of-lexicon", "1.5", "p.png"], "out-of-lexicon"),
        (["--context", "french", "p.png"], "'english', 'neutral', 'none'"),
        (["--min-confidence", "2", "p.png"], "min-confidence"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], message: str) -> None:
    result = classify(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_what_is_known_of_the_text_is_used(picture: Path) -> None:
    label = ROOT / "samples" / "label.png"
    assert classify("--pattern", "AA-9999/A", label).stdout == "EK-2047/B\n"
    digits = classify("--charset", "digits", "--context", "none", picture).stdout
    assert digits.replace("\n", "").isdigit()
    assert classify("--min-confidence", "1", picture).stdout == "??????\n????\n"


@pytest.mark.parametrize(
    ("text", "options", "printed"),
    [
        ("EK 123 A", ["--pattern", "EK.*"], "EK 123 A"),
        ("EK 123 A", ["--pattern", r"^[[:upper:]]+\s\d+\s\w$"], "EK 123 A"),
        ("AB 1234 C", ["--pattern", "AA - 9999 - A"], "AB - 1234 - C"),
        ("4711", ["--charset", "0-9"], "4711"),
        ("4711", ["--charset", "digit"], "4711"),
        ("4711", ["--charset", "hex", "--pattern", r"\w+"], "4711"),
    ],
)
def test_what_users_write_is_what_is_read(
    text: str, options: list[str], printed: str, tmp_path: Path
) -> None:
    path = tmp_path / "line.png"
    cv2.imwrite(str(path), draw_page(text, size=(700, 160), height=50, seed=3).picture)
    assert classify(*options, path).stdout == printed + "\n"


def test_what_a_lexicon_is_read_without_is_said_once(picture: Path, tmp_path: Path) -> None:
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("harbor\nStra\u00dfe\n", encoding="utf-8")
    result = classify("--lexicon", lexicon, picture, picture)
    assert result.stderr.count("left out 1 of 2 words") == 1
    assert result.stdout.count("HARBOR") == 2


def test_a_line_that_fits_no_pattern_is_said(picture: Path) -> None:
    result = classify("--pattern", "9999", picture)
    assert (result.exit_code, result.stdout) == (0, "HARBOR\n7483\n")
    assert result.stderr == (
        f"emnist-edge: {picture}: line 1 (HARBOR) was read, or some of its words, without pattern "
        "or lexicon: nothing in them has as many characters\n"
    )
    first, second = json.loads(classify("--json", "--pattern", "9999", picture).stdout)["lines"]
    assert (first["matched"], second["matched"]) == (False, True)


def test_annotations_go_to_a_file_or_to_a_folder(picture: Path, tmp_path: Path) -> None:
    target = tmp_path / "annotated.jpg"
    assert classify("--annotate", target, picture).exit_code == 0
    assert cv2.imread(str(target)) is not None
    folder = tmp_path / "annotated"
    folder.mkdir()
    assert classify("--annotate", folder, picture, picture).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["page-2.png", "page.png"]


def test_an_annotation_that_cannot_be_written_is_said_before_anything_is_read(
    picture: Path, tmp_path: Path
) -> None:
    before = picture.read_bytes()
    for target, reason in (
        ("a.xyz", "names no picture format"),
        ("no", "is not there, and no name of a picture; make this folder first, or name a file"),
        ("no/a.png", "no: is not there; make this folder first, or name a file in one that exists"),
        (picture.name, "is one of the images"),
        (".", "is one of the images"),
    ):
        result = classify("--annotate", tmp_path / target, picture)
        assert (result.exit_code, result.stdout) == (2, "")
        assert reason in result.stderr
        assert picture.read_bytes() == before


def test_each_step_is_written_for_each_image(picture: Path, tmp_path: Path) -> None:
    result = classify("--debug-dir", tmp_path / "steps", picture, picture)
    assert result.exit_code == 0
    for folder in ("page", "page-2"):
        names = sorted(path.name for path in (tmp_path / "steps" / folder).iterdir())
        assert names[0] == "1-contrast.png"
        assert len(names) == 6


def test_a_picture_that_lies_on_its_side_is_read(picture: Path, tmp_path: Path) -> None:
    turned = tmp_path / "turned.png"
    cv2.imwrite(str(turned), cv2.rotate(read_picture(picture), cv2.ROTATE_90_CLOCKWISE))
    up = classify("--json", picture)
    found = json.loads(classify("--json", "--orientation", "auto", turned).stdout)
    assert found["text"] == json.loads(up.stdout)["text"]
    assert found["turned"] == 270
    # What was above is to the right: of each word, characters and box are where the picture is.
    for line, before in zip(found["lines"], json.loads(up.stdout)["lines"], strict=True):
        for word, other in zip(line["words"], before["words"], strict=True):
            x, y, width, height = other["box"]
            assert np.abs(np.subtract(word["box"], [320 - y - height, x, height, width])).max() < 6


def test_boxes_need_an_output_that_tells_them(picture: Path, tmp_path: Path) -> None:
    for arguments in ([], ["--csv"], ["--output", tmp_path / "out.csv"]):
        result = classify("--boxes", *arguments, picture)
        assert result.exit_code == 2
        assert "--boxes are told by --json, --output OUT.jsonl and --annotate OUT" in result.stderr
    assert not [path for path in tmp_path.iterdir() if path != picture]
    for arguments in (["--json"], ["--output", tmp_path / "out.jsonl"]):
        assert classify("--boxes", *arguments, picture).exit_code == 0
