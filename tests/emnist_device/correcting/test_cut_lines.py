from __future__ import annotations

import pytest

from emnist_device.correcting.cut_lines import is_cut

ASKED = '{"image": "a\\udce9\\\\.png", "page": 12, "reading": "9f", "field": "é",'
ANSWERED = (
    f'{ASKED} "read": "\\"", "text": "{{1}} \\\\\\\\", "value": "é\\n", '
    '"settled": {"b": {"text": "1", "value": "", "probability": 1e-06}, '
    '"c": {"text": "", "value": "", "probability": 1.0}}, '
    '"faults": {"é": "s is 3, \\"and\\" the sum is 4"}, "row": null, '
    '"tells": ["b", "[c"], "at": "2026-11-30T12:14:56+00:00"}'
)
WHOLE = (ANSWERED, f'{ASKED} "undo": true, "at": "2026-11-30T12:14:56+00:00"}}')


@pytest.mark.parametrize("line", WHOLE)
def test_a_line_that_is_cut_anywhere_is_one(line: str) -> None:
    content = line.encode()
    within = content.index(b"{1}") + 3 if b"{1}" in content else 0  # where a quote seems lost
    for end in range(1, len(content)):
        assert is_cut(content[:end]) == (end != within), content[:end]
    for none in (b"", content, content + b"\n", content + b"\r", content[:-1] + b"\n"):
        assert not is_cut(none)


@pytest.mark.parametrize("line", WHOLE)
def test_a_whole_line_that_lost_a_sign_in_an_editor_is_none(line: str) -> None:
    content = line.encode()
    for place, byte in enumerate(content):
        if byte in b'"{[]:,' and content[place - 1 : place] not in b"\\{":
            assert not is_cut(content[:place] + content[place + 1 :]), place


@pytest.mark.parametrize(
    "line",
    [
        b'{"image": "a", "page": 1}',
        b'{"image": "a", "page": 1}\r{"image": "a", "page": 1',
        b'{"image": "a", "page": 1}{"image": "a", "page": 1',
        b'{"image": "a", "pages": 1, "reading": "9',
        b'{"image": "a", "reading": "9", "page": 1',
        b'{"image": "a", "page": tr!',
        b'{"image": "a", "page": 1, "page": 1',
        b'{"image": "a", "page": ' + b"[" * 99_999,
        b'{"image": "a\xff',
        b'{"image": "' + b'\\"' * 99_999 + b"}",
        b'{"image": "a", "page": 1, "reading": "b", "field": "c", "text": "d", "value": "d}',
        b"hello",
    ],
)
def test_what_the_program_never_begins_is_none(line: bytes) -> None:
    assert not is_cut(line)
