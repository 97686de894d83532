from __future__ import annotations

import pytest

from emnist_device.forms.code import SheetCode, parse_code


@pytest.mark.parametrize(
    "code",
    [
        SheetCode("EXAM-2026", 1, 0, "0768C8"),
        SheetCode("A" * 32, 25, 200_000, "FFFFFF", of_roster=True),
    ],
)
def test_what_a_code_says_is_understood(code: SheetCode) -> None:
    assert parse_code(code.text()) == code
    assert set(code.text()) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_names_are_in_capitals_which_qr_codes_pack_tightly() -> None:
    assert SheetCode("exam", 1, 2, "0768C8").text() == "EEF1 EXAM 1 2 0768C8"
    assert SheetCode("exam", 1, 2, "0768C8", of_roster=True).text() == "EEF1 EXAM 1 2R 0768C8"


@pytest.mark.parametrize(
    "text",
    ["", "https://example.org", "EEF2 EXAM 1 2 0768C8", "EEF1 X 1 2", "EEF1 EXAM \u0661 2 0768C8",
     "EEF1 EXAM 1 2 0768C8 x", "EEF1 E\nX 1 2 0768C8", "EEF1 EXAM 1 9999999999 0768C8"],
)  # fmt: skip
def test_other_codes_are_none(text: str) -> None:
    assert parse_code(text) is None
