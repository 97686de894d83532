"""Class index <-> character for every EMNIST split, and the shapes that no pixel tells apart."""

import string

DIGITS = string.digits
UPPER = string.ascii_uppercase
LOWER = string.ascii_lowercase

#: Lower-case letters that ByMerge and Balanced file under their capital (Cohen et al. 2017).
MERGED = "cijklmopsuvwxyz"

#: Classes of ByMerge and Balanced, in the order of their indices.
BYMERGE = DIGITS + UPPER + "".join(c for c in LOWER if c not in MERGED)
#: Classes of ByClass, in the order of their indices.
BYCLASS = DIGITS + UPPER + LOWER

#: What people write in dates, prices, part numbers, sums and addresses, and in mathematics and
#: programs, as far as models tell it: classes that some have, or some of which they have, after
#: those of letters and digits. New ones come at the end.
SYMBOLS = ".,-/:;+=()#&?!'\"@%*$€_<>[]{}^~"
#: Stands for what is no character, in the alphabets of models that tell that.
NOTHING = "∅"

#: Characters whose hand-printed shapes overlap: only context decides between them.
CONFUSABLE = ("0O", "1IL", "2Z", "5S", "9gq", "Ff")


def fold(text: str) -> str:
    """Write ``text`` with the 47 ByMerge classes: merged lower-case letters become capitals.

    >>> fold("Mouse fan")
    'MOUSe fan'
    """
    return "".join(c.upper() if c in MERGED else c for c in text)


def confusable_group(char: str) -> str:
    """Return the confusable group of ``char``, or ``char`` itself when it stands alone."""
    return next((group for group in CONFUSABLE if char in group), char)


def confusable_groups(alphabet: str) -> tuple[str, ...]:
    """Return the confusable group of each character of ``alphabet``, folded to ByMerge.

    >>> confusable_groups("0oA")
    ('0O', '0O', 'A')
    """
    return tuple(confusable_group(fold(char)) for char in alphabet)
