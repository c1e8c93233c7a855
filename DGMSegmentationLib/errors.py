"""What a user is told when something is wrong: a code with facts, which each face of the tool puts into words.

The faces are the command line, the panel, the app and Python. ``InputError("file_empty", path=path)`` says what is wrong;
the sentences and what to do on each face stand in :mod:`.sentences`, in one table.
"""

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

FACES = ("shell", "panel", "app", "python")
_BAD_PATH = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG)
_SHOWN = 5
_LONGEST = 300  # letters of an outside error's text
_face = "python"


@contextmanager
def speaking(face: str) -> Iterator[None]:
    """Let ``str()`` of all errors and remarks of this process speak to one face's user, as the command line does."""
    global _face
    before, _face = _face, face
    try:
        yield
    finally:
        _face = before


class Coded:
    """A code and its facts: what is wrong, or what to remark, without words."""

    code: str
    facts: dict[str, object]

    def _hold(self, code: str, facts: Mapping[str, object]) -> None:
        if not code.isidentifier():  # a sentence, which could not be worded for every face
            raise TypeError(f"{type(self).__name__} takes a code and facts, not {code[:60]!r}")
        self.code = code
        self.facts = {name: _plain(fact) for name, fact in facts.items()}

    def sentence(self, face: str | None = None) -> str:
        """One plain sentence or two for a face's user: what is wrong, where, what to do.

        Args:
            face: one of :data:`FACES`; None is the face that this process speaks to (:func:`speaking`), at first Python.
        """
        from .sentences.wording import worded

        return worded(self.code, self.facts, face or _face)

    def as_remark(self, change: Callable[[object], object] | None = None) -> "Remark":
        """The same without being an exception; ``change`` makes other facts of the facts."""
        return Remark(self.code, **{k: change(v) if change else v for k, v in self.facts.items()})

    def to_dict(self) -> dict[str, object]:
        """Code and facts as plain values for JSON; :func:`remark_of` reads them."""
        return {"code": self.code, "facts": {name: _bare(fact) for name, fact in self.facts.items()}}


class Remark(Coded):
    """Something that the user should know about a result: a warning, a doubt, a fall-back. ``str()`` is its sentence.

    Example:
        >>> str(Remark("labels_resampled", path="sub-01.nii.gz")).startswith("The segmentation was resampled")
        True
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        self._hold(code, facts)

    def __str__(self) -> str:
        return self.sentence()

    def __repr__(self) -> str:
        return f"Remark({', '.join([repr(self.code), *(f'{k}={v!r}' for k, v in self.facts.items())])})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remark) and (self.code, self.facts) == (other.code, other.facts)

    def __hash__(self) -> int:
        return hash((self.code, str(self.facts)))


class DGMError(Coded, Exception):
    """A run that failed; the command line ends with exit code 1. ``code`` and ``facts`` say what, ``str()`` in words.

    Example:
        >>> DGMError("out_of_memory").exit_code
        1
    """

    exit_code = 1
    kind = "failure"
    """Whose fault it is: "input" fails again with the same input, "failure" may not, "protocol" and "bug" are ours."""

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self._hold(code, facts)

    def __str__(self) -> str:
        return self.sentence()


class InputError(DGMError):
    """Bad input or bad options; the command line ends with exit code 2.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> try:
        ...     dgm.read_image("nowhere.nii.gz")
        ... except dgm.InputError as error:
        ...     print(error.code)
        file_missing
    """

    exit_code = 2
    kind = "input"


class ProtocolError(DGMError):
    """A message between the panel and its worker that this version of their protocol does not allow."""

    kind = "protocol"


class UnexpectedError(DGMError):
    """A fault of the program itself."""

    kind = "bug"


class PathError(DGMError):
    """A path that this user cannot reach: bad input for a command, though it may work again with the same input."""

    exit_code = 2


class Cancelled(DGMError):
    """The user asked for the run to stop.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> try:
        ...     dgm.segment(dgm.bundled_sample().image, cancel=lambda: True)
        ... except dgm.Cancelled as error:
        ...     print(error.code)
        cancelled
    """

    def __init__(self, code: str = "cancelled", /, **facts: object) -> None:
        super().__init__(code, **facts)


def remark_of(values: Mapping[str, object]) -> Remark:
    """The remark that :meth:`Coded.to_dict` made plain values of."""
    facts = values.get("facts")
    known = facts if isinstance(facts, Mapping) else {}
    return Remark(str(values["code"]), **{name: _coded_again(fact) for name, fact in known.items()})


def explained(error: BaseException, step: str = "The run") -> DGMError:
    """Any exception as an error with a code: those of outside causes (memory, disk, packages) in the same words everywhere.

    Args:
        error: what was caught.
        step: what failed, for an error that nobody foresaw.
    """
    if isinstance(error, DGMError):
        return error
    if isinstance(error, MemoryError):
        return DGMError("out_of_memory")
    if isinstance(error, ModuleNotFoundError):
        return DGMError("package_missing", package=error.name)
    if isinstance(error, OSError):
        reason = error.strerror or error
        if error.filename and error.errno in _BAD_PATH:
            # even to ask whether a file is there can fail, so anything may meet this anywhere
            return PathError("path_unreachable", path=error.filename, reason=reason)
        if error.filename:
            return DGMError("file_access", path=error.filename, reason=reason)
        return DGMError("some_file_access", reason=reason)
    return UnexpectedError("unexpected", step=step, type=type(error).__name__, text=error)


def _plain(fact: object) -> object:
    """A fact as a value that JSON knows, or as a remark within."""
    if fact is None or isinstance(fact, bool | int | float | str):
        return fact if type(fact) in (bool, int, float, type(None)) else _number_or_text(fact)
    if isinstance(fact, Remark):
        return fact
    if isinstance(fact, Coded):
        return fact.as_remark()
    if isinstance(fact, BaseException):
        text = " ".join(str(fact).split()) or type(fact).__name__
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    if isinstance(fact, Path):
        return str(fact)
    if hasattr(fact, "tolist"):  # numpy's scalars and arrays
        return _plain(fact.tolist())
    if isinstance(fact, Mapping):
        return {str(key): _plain(value) for key, value in fact.items()}
    if isinstance(fact, list | tuple | set | frozenset):
        return [_plain(part) for part in (sorted(fact) if isinstance(fact, set | frozenset) else fact)]
    return str(fact)


def _number_or_text(fact: object) -> object:
    """Without the class that an enumeration or numpy put around a number or a text."""
    for kind in (str, int, float):
        if isinstance(fact, kind):
            return kind(getattr(fact, "value", fact))
    return fact


def _bare(fact: object) -> object:
    if isinstance(fact, Remark):
        return fact.to_dict()
    if isinstance(fact, list):
        return [_bare(part) for part in fact]
    return fact


def _coded_again(fact: object) -> object:
    if isinstance(fact, Mapping) and set(fact) == {"code", "facts"}:
        return remark_of(fact)
    if isinstance(fact, list):
        return [_coded_again(part) for part in fact]
    return fact


def few(names: Sequence[str]) -> str:
    """ "a, b, c and 7 more", for a sentence."""
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
