r"""Charsets as users write them -> sets of characters: names, lists, ranges, and sets in brackets.

A name of :data:`CHARSETS`, or one of its synonyms, in capitals or not, stands for its characters.
Anything else lists characters and ranges, such as ``ABC``, ``0-9X`` or ``A-F0-9``. What looks like
a word is taken for a mistyped name and refused; in brackets, it is a list. Brackets are those of a
pattern: ``[A-F\d]``, ``[[:alpha:]]``.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from emnist_device.decoding import CHARSETS
from emnist_device.pattern_sets import parse_brackets, span
from emnist_edge.alphabet import BYCLASS
from emnist_edge.errors import ConstraintError, shown

_SYNONYMS = {
    "digits": (
        "digit",
        "number",
        "numbers",
        "numeric",
        "numerals",
        "num",
        "integer",
        "int",
        "decimal",
        r"\d",
    ),
    "letters": ("letter", "alpha", "alphabet", "alphabetic"),
    "upper": ("uppercase", "capital", "capitals", "caps"),
    "lower": ("lowercase", "small"),
    "alnum": ("alphanumeric", "alphanum", "all", "any", r"\w"),
    "hex": ("hexadecimal", "xdigit", "hexdigits"),
}
_NAMES = {name: name for name in CHARSETS} | {
    synonym: name for name, synonyms in _SYNONYMS.items() for synonym in synonyms
}
# Of difflib: "digist" and "digits" are alike by 0.83, "nubers" and "numbers" by 0.92; "abcde" and
# any name by less than 0.5.
_ALIKE = 0.75
# What is written for a range in prose.
_DASH = re.compile(r"(?<=[^\W_])(\.\.+|\u2026|\u2010|\u2011|\u2012|\u2013|\u2014)(?=[^\W_])")
# No charset is longer, whatever it lists more than once.
_LONGEST = 1000
_WORD, _RANGE, _SEPARATOR = re.compile("[A-Za-z]{3,}"), re.compile(".-."), re.compile(r"[^\w\\]+")


def expand_charset(charset: str | None) -> frozenset[str]:
    """Return the characters that ``charset`` names or lists; None stands for all.

    Raises :class:`ConstraintError` where it has something that no model reads, or looks like a name
    that there is not.
    """
    if charset is None:
        return frozenset(BYCLASS)
    plain = charset if "\\" in charset else re.sub(r"[-_\s]", "", charset).lower()
    name = _NAMES.get(plain)
    if name is not None:
        return frozenset(CHARSETS[name])
    if not charset:
        raise ConstraintError(f"charset is empty: {_howto()}")
    if len(charset) > _LONGEST:
        raise ConstraintError(f"charset has {len(charset)} characters; list each once")
    if charset.startswith("["):
        return _bracketed(charset)
    if len(parts := _SEPARATOR.split(charset)) > 1 and all(
        part.lower() in _NAMES for part in parts
    ):
        raise ConstraintError(
            shown(
                f"charset '{charset}' has several names; name one, or list the characters, such as "
                "0-9A-Z"
            )
        )
    for word in _WORD.findall(_RANGE.sub(" ", charset)):
        _refuse_word(word, charset)
    return _listed(charset)


def _bracketed(charset: str) -> frozenset[str]:
    """Return the characters of a set in brackets."""
    found, end = parse_brackets(charset, 0, f"charset '{charset}'")
    if end < len(charset):
        raise ConstraintError(
            shown(f"charset '{charset}' goes on after its brackets (at {end + 1}); put all in one")
        )
    return _readable(found - {" "} if charset.startswith("[^") else found, charset)


def _listed(charset: str) -> frozenset[str]:
    """Return the characters of a list of characters and ranges."""
    found: set[str] = set()
    at = 0
    while at < len(charset):
        if charset[at + 1 : at + 2] == "-" and at + 2 < len(charset):
            found.update(span(charset[at], charset[at + 2], f"charset '{charset}'", at))
            at += 3
        else:
            found.add(charset[at])
            at += 1
    return _readable(frozenset(found), charset)


def _readable(found: frozenset[str], charset: str) -> frozenset[str]:
    """Return ``found``, what ``charset`` lists, unless no model reads some of it."""
    known = found & frozenset(BYCLASS)
    unread = sorted(found - known)
    if not unread:
        return known
    rest = "".join(char for char in BYCLASS if char in known)
    advice = f"leave it out: [{rest}]" if rest else _howto()
    if (dashed := _DASH.sub("-", charset)) != charset:
        advice = f"for a range write {dashed}"
    if "\\" in unread:
        advice = r"write classes in brackets, such as [A-F\d]"
    raise ConstraintError(
        shown(f"charset '{charset}' has {unread[0]!r}, which no model reads; {advice}")
    )


def _refuse_word(word: str, charset: str) -> None:
    """Raise where ``word``, of letters in ``charset``, is rather a word than a list of letters."""
    near = get_close_matches(word.lower(), _NAMES, 1, _ALIKE)
    is_list = list(word.lower()) == sorted(word.lower()) or not word[1:].islower()
    if is_list and not near:
        return
    meant = f"did you mean {_NAMES[near[0]]}?" if near else f"names are {', '.join(CHARSETS)}."
    raise ConstraintError(
        shown(
            f"charset '{charset}' looks like a name, and is none; {meant} "
            f"To list characters, write them in brackets: [{word}]"
        )
    )


def _howto() -> str:
    return f"list letters and digits, such as A-F0-9, or name one of {', '.join(CHARSETS)}"
