"""Options that commands share: the model, what is known of a text, what a picture may cost."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from emnist_edge.artifact import DEFAULT_MODEL, FORM_MODEL
from emnist_edge.cli.completion import complete_model
from emnist_edge.cli.declare import declare
from emnist_edge.cli.numbers import FiniteRange
from emnist_edge.errors import ConstraintError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.batch.pages import Choice
    from emnist_device.decoding import Decoding, Holds
    from emnist_device.image.limits import Limits
    from emnist_device.image.region import Grid, Region

_OPTIONS = (
    click.option("--line", is_flag=True, help="Each picture holds one line of writing."),
    click.option("--single", is_flag=True, help="Each picture holds one character."),
    click.option(
        "--charset",
        metavar="NAME|CHARS",
        help="What there is: digits, letters, upper, lower, alnum, hex, or characters and ranges.",
    ),
    click.option(
        "--pattern",
        metavar="PATTERN",
        help="What lines or words look like: a mask such as AA-999, or a regular expression.",
    ),
    click.option(
        "--lexicon",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Words that there are, one a line.",
    ),
    click.option(
        "--out-of-lexicon",
        type=FiniteRange(0, 1),
        default=0.01,
        show_default=True,
        metavar="P",
        help="How probable it is that a word is not in the lexicon.",
    ),
    click.option(
        "--context",
        type=click.Choice(["english", "neutral", "none"]),
        default="english",
        show_default=True,
        help="What neighbours tell: all, all but the language, nothing.",
    ),
    click.option(
        "--min-confidence",
        type=FiniteRange(0, 1),
        default=0.0,
        show_default=True,
        metavar="P",
        help="Print ? for characters that are less probable.",
    ),
    click.option(
        "--hand-only", is_flag=True, help="Leave out lines that a machine rather than a hand wrote."
    ),
)


def decoding_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the options; it gets them as one argument ``decoding``, a ``Decoding``."""

    @wraps(command)
    def with_decoding(
        *args: Any,
        line: bool,
        single: bool,
        charset: str | None,
        pattern: str | None,
        lexicon: Path | None,
        out_of_lexicon: float,
        context: Any,
        min_confidence: float,
        hand_only: bool,
        **kwargs: Any,
    ) -> Any:
        if line and single:
            raise click.UsageError("choose one of --line and --single")
        holds: Holds = "line" if line else "character" if single else "page"
        try:
            decoding = _decoding(
                charset, pattern, lexicon, out_of_lexicon, context, min_confidence, holds, hand_only
            )
            return command(*args, decoding=decoding, **kwargs)
        except ConstraintError as error:
            raise click.UsageError(str(error)) from error

    return declare(with_decoding, _OPTIONS)


def _decoding(
    charset: str | None,
    pattern: str | None,
    lexicon: Path | None,
    out_of_lexicon: float,
    context: Any,
    min_confidence: float,
    holds: Holds,
    hand_only: bool,
) -> Decoding:
    """Return what the options say, and say on stderr what a lexicon is read without."""
    from emnist_device.decoding import Decoding

    given = click.get_current_context().get_parameter_source("out_of_lexicon")
    if lexicon is None and given is not ParameterSource.DEFAULT:
        raise ConstraintError("--out-of-lexicon goes with --lexicon; name a file of words")
    decoding = Decoding(
        charset, pattern, lexicon, out_of_lexicon, context, min_confidence, holds, hand_only
    )
    if lexicon is not None:
        load_module("numpy")
        from emnist_device.text.lexicon import read_lexicon

        for note in read_lexicon(lexicon).notes:
            click.echo(note, err=True)
    return decoding


def _parsed(parse: Callable[[str], Any]) -> Callable[..., Any]:
    """Return the callback of an option whose value, or each of whose values, is parsed."""

    def callback(_: click.Context, __: click.Parameter, given: Any) -> Any:
        try:
            if isinstance(given, tuple):
                return tuple(map(parse, given))
            return None if given is None else parse(given)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return callback


def _region(text: str) -> Region:
    """Return the region that ``text`` is; raises ValueError."""
    from emnist_device.image.region import parse_region

    return parse_region(text)


def _grid(text: str) -> Grid:
    """Return the grid that ``text`` is; raises ValueError."""
    from emnist_device.image.region import parse_grid

    return parse_grid(text)


_PARTS = (
    click.option(
        "--region",
        "regions",
        multiple=True,
        metavar="X,Y,W,H",
        callback=_parsed(_region),
        help="Read this part alone, in pixels or percent (10%,20%,50%,5%); several in turn.",
    ),
    click.option(
        "--grid",
        metavar="RxC",
        callback=_parsed(_grid),
        help="Each picture, or region, is a grid of rows and columns with one character a cell.",
    ),
)


def part_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` what part of each picture is read, as ``regions`` and ``grid``."""
    return declare(command, _PARTS)


def _limits(_: click.Context, __: click.Parameter, settings: tuple[str, ...]) -> Limits:
    """Return the limits with the ``settings`` of the command line."""
    from emnist_device.image.limits import DEFAULTS

    try:
        return DEFAULTS.raised(settings)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--limit") from error


def _model_option(default: str | None, *, shown: str | bool = True) -> Callable[[Any], Any]:
    return click.option(
        "--model",
        default=default,
        show_default=shown,
        shell_complete=complete_model,
        help="Installed name, or file.",
    )


#: Gives a command the model, as its argument ``model``.
model_option = _model_option(DEFAULT_MODEL)
#: The same for one that reads sheets of forms.
form_model_option = _model_option(FORM_MODEL)
#: The same for one that may read either; None where the user says nothing.
any_model_option = _model_option(None, shown=f"{DEFAULT_MODEL}; with --form {FORM_MODEL}")
#: Gives a command what a picture may cost, as its argument ``limits``.
limit_option = click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_limits,
    help="Change what a picture may cost: file_bytes, pixels, side, decoded_bytes, characters, "
    "seconds, memory.",
)


def _choice(_: click.Context, __: click.Parameter, text: str | None) -> Choice | None:
    """Return which pages ``text`` chooses."""
    from emnist_device.batch.pages import Choice

    try:
        return None if text is None else Choice(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


#: Gives a command which pages of a file are read, as its argument ``chosen``.
pages_option = click.option(
    "--pages",
    "chosen",
    metavar="N-M,...",
    callback=_choice,
    help="Which pages of a PDF or TIFF, such as 1-3,5 or 8-; all where none are given.",
)
