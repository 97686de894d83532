"""A printed form has what it is found by, and its fields lie where the template says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import matplotlib as mpl
import numpy as np
import pypdfium2
import pytest

from emnist_device.forms.code import SheetCode, parse_code
from emnist_device.forms.markers import DICTIONARY
from emnist_device.forms.model import Area, MarkField, TextField
from emnist_device.forms.printing import document
from emnist_device.forms.printing.document import Copy, copies_of, make_pdf
from emnist_device.forms.registration.markers import read_code
from emnist_device.forms.roster import Roster
from emnist_device.forms.template import load_template
from emnist_edge.errors import FormError, RuntimeMissingError
from tests.conftest import ROOT
from tests.emnist_device.forms.templates import everything, load, needs_markers, one_page

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.forms.model import FormPage, Template

pytestmark = needs_markers
MM = 25.4
#: A font with Greek and Cyrillic, which has no CJK.
FONT = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
FIELD = {"kind": "digits", "box": [30, 60, 60, 9]}


def render(pdf: bytes, page: int, dpi: float) -> NDArray[np.uint8]:
    """Return a page as a picture, (H, W, 3) BGR."""
    made = pypdfium2.PdfDocument(pdf)
    try:
        return made[page].render(scale=dpi / 72).to_numpy()[..., :3].copy()
    finally:
        made.close()


def texts_of(pdf: bytes) -> list[str]:
    """Return the text of each page, with single spaces."""
    made = pypdfium2.PdfDocument(pdf)
    try:
        texts = [page.get_textpage().get_text_range() for page in made]
        return [" ".join(text.split()) for text in texts]
    finally:
        made.close()


def placed(picture: NDArray[np.uint8], page: FormPage) -> NDArray[np.float64]:
    """Return the homography from millimetres to pixels that the four markers give."""
    aruco: Any = cv2.aruco
    detector = aruco.ArucoDetector(aruco.getPredefinedDictionary(getattr(aruco, DICTIONARY)))
    corners, numbers, _ = detector.detectMarkers(picture)
    areas = {marker.number: marker.area for marker in page.markers}
    assert sorted(np.ravel(numbers)) == sorted(areas)
    known = [
        [(area.x, area.y), (area.right, area.y), (area.right, area.bottom), (area.x, area.bottom)]
        for area in (areas[int(number)] for number in np.ravel(numbers))
    ]
    found, _ = cv2.findHomography(np.array(known).reshape(-1, 2), np.reshape(corners, (-1, 2)))
    return np.asarray(found)


def cut(picture: NDArray[np.uint8], area: Area, homography: NDArray[np.float64]) -> Any:
    """Return ``area`` of a page, upright."""
    corners = np.array([[[area.x, area.y], [area.right, area.bottom]]])
    (left, top), (right, bottom) = cv2.perspectiveTransform(corners, homography)[0].astype(int)
    return picture[top:bottom, left:right]


@pytest.fixture(scope="module", params=["A4", "Letter"])
def printed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Template, bytes]:
    content = everything()
    content["pages"][0]["size"] = request.param
    template = load(tmp_path_factory.mktemp("form"), content)
    return template, make_pdf(template, [Copy(17, "4027116   LOVELACE")])


@pytest.mark.parametrize("dpi", [100, 150, 300])
def test_markers_and_code_are_found(printed: tuple[Template, bytes], dpi: int) -> None:
    template, pdf = printed
    page = template.pages[0]
    picture = render(pdf, 0, dpi)
    assert page.code is not None
    code = cut(picture, page.code.grown(3), placed(picture, page))
    assert parse_code(read_code(code)) == SheetCode(
        "EXAM-2026", 1, 17, template.digest, of_roster=True
    )


def edges_of(area: Area) -> dict[str, tuple[float, float]]:
    """Return the middle of each edge."""
    x, y = area.x + area.width / 2, area.y + area.height / 2
    return {
        "left": (area.x, y),
        "right": (area.right, y),
        "top": (x, area.y),
        "bottom": (x, area.bottom),
    }


def test_cells_lie_where_the_template_says(printed: tuple[Template, bytes]) -> None:
    template, pdf = printed
    page, dpi = template.pages[0], 300
    picture = render(pdf, 0, dpi)
    # Outlines are pale blue: the only thing in colour.
    pale = (picture[..., 0].astype(int) - picture[..., 2] > 20).astype(float)
    homography = placed(picture, page)
    reach = round(1.0 / MM * dpi)
    away = []
    for leaf in page.leaves():
        parts = (
            leaf.cells or (leaf.area,)
            if isinstance(leaf, TextField)
            else [option.area for option in leaf.options]
        )
        for part in parts:
            for edge, place in edges_of(part).items():
                (x, y) = cv2.perspectiveTransform(np.array([[place]]), homography)[0, 0]
                around = pale[
                    round(y) - reach : round(y) + reach, round(x) - reach : round(x) + reach
                ]
                # Across a vertical edge, the middle rows; cells beside it may be close.
                across = around if edge in ("left", "right") else around.T
                profile = across[reach - 3 : reach + 3].mean(axis=0)
                at = np.flatnonzero(profile > 0.5)
                assert len(at), (leaf.name, edge)
                centre = (x, y)[edge in ("top", "bottom")]
                offsets = at + 0.5 - reach + round(centre) - centre
                away.append(abs(offsets[np.abs(offsets).argmin()]) / dpi * MM)
    assert len(away) > 400
    assert max(away) < 0.2


def test_labels_rows_and_marks_are_printed(printed: tuple[Template, bytes]) -> None:
    (text,) = texts_of(printed[1])
    expected = ["Exam", "Student number", "born (DD.MM.YYYY)", "marks", "Q1", "Sum", "agree",
                "left", "Write in", "block letters.", "LOVELACE", "exam-2026 1/1 No. 17",
                ","]  # fmt: skip
    assert [each for each in expected if each not in text] == []


def test_each_copy_has_its_pages_and_codes(tmp_path: Path) -> None:
    content = one_page(a=FIELD)
    content["pages"].append({"size": "Letter landscape", "fields": {"b": FIELD}})
    template = load(tmp_path, content)
    pdf = make_pdf(template, [Copy(1), Copy(2)])
    made = pypdfium2.PdfDocument(pdf)
    sizes = [[round(side / 72 * MM) for side in page.get_size()] for page in made]
    made.close()
    assert sizes == [[210, 297], [279, 216]] * 2
    codes = []
    for number in range(4):
        page = template.pages[number % 2]
        picture = render(pdf, number, 150)
        assert page.code is not None
        code = cut(picture, page.code.grown(3), placed(picture, page))
        codes.append(parse_code(read_code(code)))
    assert [(code.page, code.copy) for code in codes if code] == [(1, 1), (2, 1), (1, 2), (2, 2)]
    assert not any(code.of_roster for code in codes if code)  # they are numbered, and nobody's


def test_a_roster_gives_a_copy_for_each_row(tmp_path: Path) -> None:
    rows = ({"number": "12", "name": "ADA", "mail": "x"}, {"number": "13", "name": "", "mail": "y"})
    roster = Roster(("number", "name", "mail"), rows)
    template = load(tmp_path, everything())
    assert copies_of(template, roster) == (Copy(1, "12   ADA"), Copy(2, "13"))
    other = load(tmp_path, one_page(a=FIELD))
    assert copies_of(other, roster)[0] == Copy(1, "12   ADA   x")


def test_a_long_row_is_set_smaller_and_then_cut(tmp_path: Path) -> None:
    template = load(tmp_path, one_page(a=FIELD))
    for row in ("MIDDLING " * 8, "VERY LONG " * 20):
        (text,) = texts_of(make_pdf(template, [Copy(1, row)]))
        assert row[:60] in text
        assert ("..." in text) == (len(row) > 100)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"label": "word " * 39}, "leaves the page; shorten it"),
        ({"label_place": "left", "label": "Number of the student"}, "leaves the page"),
        ({"box": [12, 19.5, 60, 9], "label": "x"}, "covers a marker"),
        ({"box": [120, 28.5, 60, 9], "label": "Number of the student, and name of the student"},
         "covers the QR code"),
        ({"label": "Größe in Ω"}, r"'Größe in Ω' has Ω \(GREEK CAPITAL LETTER OMEGA\), which"),
        ({"label": "اسم"}, r"\(ARABIC LETTER ALEF\), of letters that run"),
        ({"label": "שם"}, r"\(HEBREW LETTER SHIN\), of letters that run from right to left"),
        ({"label": "नाम"}, r"\(DEVANAGARI LETTER NA\), which the built-in font"),
        ({"kind": "choice", "options": ["an option of much text", "b", "c", "d"]}, "covers it"),
    ],
)  # fmt: skip
def test_what_cannot_be_printed_is_said(tmp_path: Path, field: dict[str, Any], words: str) -> None:
    template = load(tmp_path, one_page(it={**FIELD, **field}))
    with pytest.raises(FormError, match=words):
        make_pdf(template)


def test_labels_that_cover_fields_and_each_other_are_named(tmp_path: Path) -> None:
    below = {"kind": "digits", "box": [30, 70, 60, 9], "label": "lower"}
    with pytest.raises(FormError, match="'lower', printed for b, covers a;"):
        make_pdf(load(tmp_path, one_page(a=FIELD, b=below)))
    beside = {"kind": "digits", "box": [92, 60, 60, 9], "label": "other"}
    wide = {**FIELD, "label": "a label that is wider than its field is by a few words"}
    with pytest.raises(FormError, match="'other', printed for b, covers 'a label"):
        make_pdf(load(tmp_path, one_page(a=wide, b=beside)))
    content = one_page(a=FIELD)
    content["pages"][0]["text"] = [{"text": "over it", "at": [40, 62]}]
    with pytest.raises(FormError, match="'over it', printed for this page, covers a"):
        make_pdf(load(tmp_path, content))


def test_accents_of_their_own_are_printed_with_their_letters(tmp_path: Path) -> None:
    template = load(tmp_path, one_page(a={**FIELD, "label": "Gro\u0308\u00dfe"}))
    (text,) = texts_of(make_pdf(template))
    assert "Gr\u00f6\u00dfe" in text


def test_other_letters_are_printed_in_a_font_that_has_them(tmp_path: Path) -> None:
    template = load(tmp_path, one_page(a={**FIELD, "label": "Größe in Ω, Имя"}))
    (text,) = texts_of(make_pdf(template, font=FONT))
    assert "Größe in Ω, Имя" in text
    other = load(tmp_path, one_page(a={**FIELD, "label": "名前"}))
    with pytest.raises(FormError, match="which that font does not have; name one that has it"):
        make_pdf(other, font=FONT)


@pytest.mark.parametrize("content", [b"", b"no font", b"\0\1\0\0" + bytes(60)])
def test_a_file_that_is_no_font_is_refused(tmp_path: Path, content: bytes) -> None:
    font = tmp_path / "font.ttf"
    font.write_bytes(content)
    with pytest.raises(FormError, match=r"font\.ttf: is no font that can be embedded"):
        make_pdf(load(tmp_path, one_page(a=FIELD)), font=font)


def test_letters_of_a_roster_are_looked_at_before_anything_is_printed(tmp_path: Path) -> None:
    template = load(tmp_path, one_page(a=FIELD))
    with pytest.raises(FormError, match="row 2 of the roster has Ł"):
        make_pdf(template, [Copy(1, "ADA"), Copy(2, "ŁUKASZ")])


def test_a_form_on_paper_is_not_printed_anew(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "scan.png"), np.full((300, 200), 255, np.uint8))
    content = one_page(a=FIELD)
    content["pages"][0]["reference"] = "scan.png"
    with pytest.raises(FormError, match="page 1 has a reference"):
        make_pdf(load(tmp_path, content))


def test_there_are_no_more_pages_than_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_PAGES", 2)
    template = load(tmp_path, one_page(a=FIELD))
    make_pdf(template, [Copy(1), Copy(2)])
    with pytest.raises(FormError, match="3 copies have over 2 pages"):
        make_pdf(template, [Copy(1), Copy(2), Copy(3)])


def test_an_opencv_without_markers_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(cv2, "aruco")
    with pytest.raises(RuntimeMissingError, match=r"need OpenCV 4\.7 or newer, and this is"):
        make_pdf(load(tmp_path, one_page(a=FIELD)))


def test_the_sample_can_be_printed() -> None:
    template = load_template(ROOT / "samples" / "exam.yaml")
    kinds = {leaf.kind for _, leaf in template.leaves()}
    assert {"digits", "date", "upper", "lexicon", "choice", "number", "check", "line"} <= kinds
    assert any(
        isinstance(leaf, MarkField) and leaf.shape == "bubble" for _, leaf in template.leaves()
    )
    assert len(texts_of(make_pdf(template))) == 1
