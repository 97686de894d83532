"""A network's steps -> the text of its header and of its C file, after the folder of templates."""

from __future__ import annotations

import itertools
import textwrap
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from emnist_edge.alphabet import BYCLASS, NOTHING
from export.c99.tables import KERNELS, Tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from export.c99.arena import Arena
    from export.c99.lower import Program

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Network:
    """All that the C of one network is made of.

    name: of its functions and files, behind "emnist_". origin: a line on what it was made from.
    alphabet: character of each output. powers: of probabilities, by steps below the highest logit.
    """

    name: str
    origin: str
    alphabet: str
    program: Program
    arena: Arena
    powers: NDArray[np.uint16]

    @property
    def macro(self) -> str:
        """What names of macros begin with."""
        return f"EMNIST_{self.name.upper()}"


def header(network: Network) -> str:
    """Return the text of the header."""
    return _filled(
        "network.h.in",
        network,
        characters=_comment(" ".join(network.alphabet)),
        letters=_letters(network),
        nothing=_nothing(network),
    )


def body(network: Network) -> str:
    """Return the text of the C file."""
    tables = Tables()
    steps = _steps(network, tables)
    tables.numbers("uint16_t", "powers", network.powers)
    return _filled(
        "network.c.in",
        network,
        definitions="\n".join(tables.definitions),
        steps=",\n".join(steps),
        step_count=len(steps),
        power_count=len(network.powers),
        input=network.arena.buffers[0],
        output=network.arena.buffers[network.program.output],
        labels=",\n".join(f"    {_string(char)}" for char in network.alphabet),
    )


def _filled(template: str, network: Network, **values: object) -> str:
    """Return a template with the ``values`` of ``network`` in it."""
    longest = max(len(char.encode()) for char in network.alphabet)
    return Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(
        values,
        name=network.name,
        macro=network.macro,
        origin=network.origin,
        classes=len(network.alphabet),
        arena_size=network.arena.size,
        label_size=2 if longest == 1 else 4,
    )


def _letters(network: Network) -> int:
    """Return how many classes before the first of a symbol are of letters and digits."""
    return len(list(itertools.takewhile(lambda char: char in BYCLASS, network.alphabet)))


def _comment(text: str) -> str:
    """Return ``text`` in lines of a comment; nothing in it may look like the end of one."""
    return textwrap.fill(
        text, 96, initial_indent=" *     ", subsequent_indent=" *     ", break_on_hyphens=False
    )


def _nothing(network: Network) -> str:
    """Return the macro of the class that stands for no character, where there is one."""
    if NOTHING not in network.alphabet:
        return ""
    index = network.alphabet.index(NOTHING)
    return f"/* The class of what is no character. */\n#define {network.macro}_NOTHING {index}\n"


def _steps(network: Network, tables: Tables) -> list[str]:
    """Return the initializers of all steps, after defining their layers."""
    buffers = network.arena.buffers
    steps = []
    for step, scratch in zip(network.program.steps, network.arena.scratch, strict=True):
        kernel = KERNELS[type(step.layer)][0]
        first, *others = (buffers[number] for number in step.inputs)
        second = others[0] if others else scratch
        places = f"{first}, {second}, {buffers[step.output]}"
        steps.append(f"    {{emnist_{kernel}, &{tables.layer(step.layer)}, {places}}}")
    return steps


def _string(char: str) -> str:
    """Return ``char`` as a string of C."""
    if char in '"\\?':
        return f'"\\{char}"'
    if char.isascii():
        return f'"{char}"'
    return '"' + "".join(f"\\x{byte:02x}" for byte in char.encode()) + '"'
