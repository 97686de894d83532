r"""Charsets as users write them -> sets of characters: names, lists, ranges, and sets in brackets.

A name of :data:`CHARSETS`, or one of its synonyms, in capitals or not, stands for its characters.
Anything else lists characters and ranges, such as ``ABC``, ``0-9X``, ``A-F0-9`` or ``0-9/.``:
some models read symbols, which no name stands for. What looks like a word is taken for a mistyped
name and refused; in brackets, it is a list. Brackets are those of a pattern: ``[A-F\d]``,
``[[:alpha:]]``.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches

from emnist_device.decoding import CHARSETS
from emnist_device.text.pattern.sets import parse_brackets, span
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, SYMBOLS, UPPER
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
# What is written for a range in prose, such as A..F or A to F, and between two.
_PROSE_RANGE = re.compile(
    r"(\w)\s*(?:\.\.+|->|--+|[\u2010-\u2015\u2026\u2192\u2212\u223c\u301c~:>])\s*(\w)"
    r"|(?<!\w)(\w)\s+(?:-|to|thru|through|till|until|bis|\u00e0)\s+(\w)(?!\w)",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:[,;&+|]|(?<=\s)(?:and|or|und|et)(?=\s))\s*|\s+", re.IGNORECASE)
# What parts lists where symbols stand for themselves, and a name that symbols follow.
_APART = re.compile(r"\s*[,;]\s+|\s+(?:[&+|]|and|or|und|et|plus|with)\s+|\s+", re.IGNORECASE)
_NAMED = re.compile(r"([A-Za-z]{3,})([^A-Za-z0-9]*)")
_WITHIN_NAME = re.compile(r"(?<=[A-Za-z])[-_\s]+(?=[A-Za-z])")
_SYMBOLS = frozenset(SYMBOLS)
# No charset is longer, whatever it lists more than once.
_LONGEST = 1000
_WORD, _RANGE = re.compile("[A-Za-z]{3,}"), re.compile(".-.")


def expand_charset(charset: str | None) -> frozenset[str]:
    """Return the characters that ``charset`` names or lists; None stands for all.

    Raises :class:`ConstraintError` where it has something that no model reads, or looks like a name
    that there is not.
    """
    if charset is None:
        return frozenset(BYCLASS + SYMBOLS)
    plain = charset if "\\" in charset else _WITHIN_NAME.sub("", charset.strip()).lower()
    name = _NAMES.get(plain)
    if name is not None:
        return frozenset(CHARSETS[name])
    if not charset:
        raise ConstraintError(f"charset is empty: {_howto()}")
    if len(charset) > _LONGEST:
        raise ConstraintError(f"charset has {len(charset)} characters; list each once")
    if (meant := _with_symbols(charset) or _without_prose(charset)) is not None:
        raise ConstraintError(
            shown(f"charset '{charset}' is no name and no list of characters; write {meant}")
        )
    if charset.startswith("["):
        return _bracketed(charset)
    _refuse_words(charset)
    return _listed(charset)


def _without_accents(text: str) -> str:
    """Return ``text`` without accents."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(char for char in parts if not unicodedata.combining(char))


def _as_range(found: re.Match[str]) -> str:
    """Return the range that is ``found`` as prose; what it is where it is none."""
    first, last = filter(None, found.groups())
    return f"{first}-{last}" if _kind(first) == _kind(last) and first < last else found[0]


def _with_symbols(charset: str) -> str | None:
    """Return how to write ``charset`` where it is prose with symbols: digits and /, A..Z@."""
    plain = _PROSE_RANGE.sub(_as_range, charset.strip())
    parts = [plain] if plain.startswith("[") else _APART.split(plain)
    every: set[str] = set()
    names = 0
    for part in parts:
        named = _NAMED.fullmatch(part)
        name = _NAMES.get(named[1].lower()) if named else None
        rest = named[2] if named and name else part
        names += name is not None
        if _WORD.search(_RANGE.sub(" ", rest)) and not rest.startswith("["):
            return None
        try:
            every.update(CHARSETS[name] if name else "")
            every.update(_bracketed(rest) if rest.startswith("[") else _listed(rest))
        except ConstraintError:
            return None
    if (parts == [charset] and not names) or not every & _SYMBOLS:
        return None
    return _as_list(_ranges(frozenset(every)), frozenset(every))


def _without_prose(charset: str) -> str | None:
    """Return how to write ``charset`` where it is prose: A..F, uppercase letters, digits and X."""
    plain = _PROSE_RANGE.sub(_as_range, charset)
    parts = [plain] if plain.startswith("[") else _AND.split(plain)
    if parts == [charset]:
        return None
    try:
        sets = [expand_charset(part) for part in parts]
    except ConstraintError:
        return None
    if any(one & _SYMBOLS for one in sets):
        return None  # what parts symbols may be one
    names = [_NAMES.get(part.lower(), "") for part in parts]
    if any(names):
        return _of_several(names, sets)
    every = frozenset.union(*sets)
    joined = "".join(parts)
    return _as_list(_ranges(every) if "[" in joined and len(parts) > 1 else joined, every)


def _kind(char: str) -> str | None:
    """Return the kind of ``char``: all digits, capitals or small letters; None where it is none."""
    return next((kind for kind in (DIGITS, UPPER, LOWER) if char in kind), None)


def _of_several(names: list[str], sets: list[frozenset[str]]) -> str:
    """Return how to write what has several ``names``, each of its set, "" for a list."""
    if "hex" in names and any(names[names.index("hex") + 1 :] + names[: names.index("hex")]):
        return "0-9A-F" if "upper" in names else "0-9a-f" if "lower" in names else "hex"
    # Of uppercase letters, or numbers 1-6, the wider one says nothing.
    kept = [
        one
        for name, one in zip(names, sets, strict=True)
        if not (name and any(other < one for other in sets))
    ]
    every = frozenset.union(*kept)
    same = (name for name in CHARSETS if every == frozenset(CHARSETS[name]))
    return next(same, None) or _as_list(_ranges(every), every)


def _ranges(chars: frozenset[str]) -> str:
    """Return ``chars`` as a list of ranges and symbols, such as 0-9A-Z./."""
    runs: list[str] = []
    for kind in (DIGITS, UPPER, LOWER):
        marked = "".join(char if char in chars else " " for char in kind)
        runs += [run if len(run) < 3 else f"{run[0]}-{run[-1]}" for run in marked.split()]
    # Each stands where it stands for itself: a hyphen last, no bracket or caret first.
    places = {"]": 0, "^": 2, "[": 3, "-": 4}
    runs += sorted(chars & _SYMBOLS, key=lambda char: (places.get(char, 1), SYMBOLS.index(char)))
    return "".join(runs)


def _bracketed(charset: str) -> frozenset[str]:
    """Return the characters of a set in brackets."""
    found, end = parse_brackets(charset, 0, f"charset '{charset}'", frozenset(BYCLASS + SYMBOLS))
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
        ends = charset[at : at + 3 : 2]
        # Between two symbols, as in +-*, it stands for itself.
        if charset[at + 1 : at + 2] == "-" and len(ends) == 2 and not _SYMBOLS.issuperset(ends):
            found.update(span(charset[at], charset[at + 2], f"charset '{charset}'", at))
            at += 3
        else:
            found.add(charset[at])
            at += 1
    return _readable(frozenset(found), charset)


def _readable(found: frozenset[str], charset: str) -> frozenset[str]:
    """Return ``found``, what ``charset`` lists, unless no model reads some of it."""
    known = found & frozenset(BYCLASS + SYMBOLS)
    unread = sorted(found - known)
    if not unread:
        return known
    advice = f"leave it out: {_as_list(_ranges(known), known)}" if known else _howto()
    wrong = unread[0]
    if "\\" in unread:
        wrong, advice = "\\", r"write classes in brackets, such as [A-F\d]"
    named = "" if wrong.isascii() else f" ({unicodedata.name(wrong, 'not named')})"
    raise ConstraintError(
        shown(f"charset '{charset}' has {wrong!r}{named}, which no model reads; {advice}")
    )


def _as_list(text: str, chars: frozenset[str]) -> str:
    """Return ``text``, which lists ``chars``, in brackets where it would be taken for a name."""
    try:
        return text if expand_charset(text) == chars else f"[{text}]"
    except ConstraintError:
        return f"[{text}]"


def _refuse_words(charset: str) -> None:
    """Raise where something in ``charset`` is rather a word than a list of letters."""
    words = _WORD.findall(_RANGE.sub(" ", _without_accents(charset)))
    near = [get_close_matches(word.lower(), _NAMES, 1, _ALIKE) for word in words]
    meant = next((_NAMES[names[0]] for names in near if names), None)
    if meant is None and all(_is_list(word) for word in words):
        return
    if meant is None and not charset.isascii():
        return  # what no model reads is said in place of it
    advice = f"did you mean {meant}?" if meant else f"names are {', '.join(CHARSETS)}."
    if words == [charset]:
        advice += f" To list characters, write them in brackets: [{charset}]"
    raise ConstraintError(shown(f"charset '{charset}' looks like a name, but is not one; {advice}"))


def _is_list(word: str) -> bool:
    """Say whether ``word``, of letters, is rather a list of them: in order, or of capitals."""
    return list(word.lower()) == sorted(word.lower()) or not word[1:].islower()


def _howto() -> str:
    return f"list letters and digits, such as A-F0-9, or name one of {', '.join(CHARSETS)}"
