"""Errors that a user can mend: each message names the thing at fault and says what to do."""


class EmnistEdgeError(Exception):
    """Base of every error that the command line prints as one line, without a traceback."""


class PictureError(EmnistEdgeError):
    """A picture that cannot be opened, decoded or accepted."""


class DataError(EmnistEdgeError):
    """EMNIST files that are missing, damaged or not what their name says."""


class ModelError(EmnistEdgeError):
    """A model file or its sidecar that is missing, damaged or does not fit the other."""


class RuntimeMissingError(EmnistEdgeError):
    """A package that is needed for what was asked, and is not installed or does not load.

    Args:
        text: which, and why.
        advice: what to do.
        missing: whether it is not installed at all.
    """

    def __init__(self, text: str, advice: str = "", *, missing: bool = False) -> None:
        super().__init__(f"{text}; {advice}" if advice else text)
        self.text, self.advice, self.missing = text, advice, missing


class ParityError(EmnistEdgeError):
    """An exported model that departs from the trained one by more than is allowed."""


class SourceError(EmnistEdgeError):
    """A camera, stream or video that cannot be opened, or has failed while it was read."""


class OutputError(EmnistEdgeError):
    """A place that results cannot be sent to: a port, a window, a recording, a broker."""


class ConstraintError(EmnistEdgeError):
    """A charset, pattern or lexicon that is malformed, or that no text can match."""


class FormError(EmnistEdgeError):
    """A template of a form, a roster or a sheet that is malformed, or does not fit another."""


def shown(text: object) -> str:
    """Return ``text``, such as a path, for a line of a message: what is not printable is escaped.

    Names of files may hold line breaks, bytes that are no text, and commands for the terminal.
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in str(text)
    )
