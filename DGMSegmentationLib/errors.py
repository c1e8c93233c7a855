"""The errors that a user may see. Their text is one plain sentence: what is wrong, where, what to do."""

from collections.abc import Sequence

_SHOWN = 5


class DGMError(Exception):
    """A run that failed; the command line ends with exit code 1."""

    exit_code = 1


class InputError(DGMError):
    """Bad input or bad options; the command line ends with exit code 2."""

    exit_code = 2


class Cancelled(DGMError):
    """The user asked for the run to stop."""

    def __init__(self, message: str = "The run was cancelled; nothing was written.") -> None:
        super().__init__(message)


def few(names: Sequence[str]) -> str:
    """ "a, b, c and 7 more", for a sentence."""
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
