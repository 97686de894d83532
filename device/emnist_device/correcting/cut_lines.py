"""The last line of a journal -> whether the program was ended while it wrote it.

Only such a line may be taken out; a person's mistake in an editor is another thing, and is told.
"""

from __future__ import annotations

import codecs
import re

from emnist_device.correcting.fields import DAMAGE, parsed

# What each line begins with, and the names in it, of which some are left out.
_BEGIN = '{"image": "'
_NAMES = (
    "image", "page", "reading", "field", "undo", "read", "text", "value", "settled", "faults",
    "row", "tells", "at",
)  # fmt: skip

# What closes a bracket.
_CLOSES = {"{": "}", "[": "]"}

# A string, or what is left of one.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*("|\\?$)')
_PART_OF_ESCAPE = re.compile(r"((?<!\\)(?:\\\\)*)\\(?:u[0-9a-f]{0,3})?$")
_WORD = re.compile(r"(?<=: )(?:t(?:r|ru)?|f(?:a|al|als)?|n(?:u|ul)?)$")
# One of these makes a whole of what ends in a string, or elsewhere; brackets are closed then.
_ENDS_IN_STRING = ('"', '": 0')
_ENDS = ("", "0", ": 0", ' "": 0', '"": 0')


def is_cut(line: bytes) -> bool:
    """Say whether ``line`` is a beginning of one that the journal writes, and no whole one."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(line)  # a character may be cut
    except UnicodeDecodeError:
        return False
    if not text.startswith(_BEGIN):
        return bool(text) and _BEGIN.startswith(text)
    closing = _closing(_STRING.sub("", text))
    if not closing or "\n" in text or "\r" in text:
        return False
    last = [*_STRING.finditer(text)][-1]
    if last[1] == '"':
        ends: tuple[str, ...] = _ENDS
        text = _WORD.sub("0", text)
    elif text.endswith("}"):  # a quote is lost, and not the end of the line
        return False
    else:
        ends, text = _ENDS_IN_STRING, _PART_OF_ESCAPE.sub(r"\1", text)
    return any(_is_beginning(text + end + closing) for end in ends)


def _closing(outside: str) -> str:
    """Return the brackets that close what is open in a line, given without its strings."""
    left: list[str] = []
    for char in outside:
        if char in _CLOSES:
            left.append(_CLOSES[char])
        elif left and char == left[-1]:
            left.pop()
    return "".join(reversed(left))


def _is_beginning(whole: str) -> bool:
    """Say whether a line that was made whole has the names of the journal, the last one cut."""
    try:
        *names, last = parsed(whole)
    except DAMAGE:
        return False
    left = iter(_NAMES)
    return all(name in left for name in names) and any(name.startswith(last) for name in left)
