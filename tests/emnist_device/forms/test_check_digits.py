from __future__ import annotations

import pytest

from emnist_device.forms.check_digits import METHODS, Method, holds

#: Numbers that are published as examples, by their method.
RIGHT: dict[Method, list[str]] = {
    "luhn": ["79927398713", "4111 1111 1111 1111", "018"],
    "isbn": ["0-306-40615-2", "080442957X", "978-0-306-40615-7", "9791034304370"],
    "ean": ["4006381333931", "73513537", "036000291452", "10012345678902"],
    "mod11": ["9434765919", "080442957X", "0306406152"],
    "mod97": ["79444", "3214282912345698765432161182"],
    "iban": ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "NO9386011117947"],
}


@pytest.mark.parametrize("method", METHODS)
def test_right_numbers_hold_and_each_wrong_digit_is_seen(method: Method) -> None:
    for text in RIGHT[method]:
        assert holds(method, text), text
        for index, char in enumerate(text):
            if char.isdigit():
                wrong = text[:index] + str((int(char) + 1) % 10) + text[index + 1 :]
                assert not holds(method, wrong), wrong


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("text", ["", "0", "X", "-", "²³", "\u0660\u0660", "0a0", "00 0é"])
def test_what_has_no_check_digit_does_not_hold(method: Method, text: str) -> None:
    assert not holds(method, text)


def test_digits_that_change_places_are_seen_but_by_luhn_09() -> None:
    assert not holds("luhn", "79927938713")
    assert not holds("mod97", "74944")
    assert not holds("ean", "4006381339331")
