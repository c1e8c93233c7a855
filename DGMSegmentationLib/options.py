"""What a run of segment may be told: one object that holds its defaults and checks, made and passed by every face.

A further option is one field of :class:`SegmentOptions` and its use. Command line, worker, panel, app, cohort, provenance
and Python learn of it, its default and its words from the field.
"""

import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, asdict, dataclass, field, fields, replace
from functools import cache
from typing import Any, TypeVar

from .errors import InputError

DEFAULT_MODEL = "default"
DEVICES = ("auto", "cuda", "mps", "cpu")
UNITS = ("auto", "ppm", "ppb")
CONNECTIVITIES = (6, 18, 26)
"""Neighbours that connect voxels: by faces, also by edges, also by corners."""

Triple = tuple[float, float, float]
F = TypeVar("F", bound=Callable[..., object])
RENAMED = {"keep_probabilities": "save_probabilities"}
"""Names that ``segment`` took in 0.1, still understood."""


def voxel_size_of(value: "str | Iterable[str | float] | None") -> Triple | None:
    """Voxel edges in mm from three numbers, or from text such as "0.94,0.94,3"; None stays None.

    Raises InputError when it is no voxel size.
    """
    if value is None:
        return None
    parts = value.replace("x", ",").split(",") if isinstance(value, str) else value
    try:
        x, y, z = (float(part) for part in parts)
    except (TypeError, ValueError):
        x = y = z = 0.0
    if not all(0 < edge < 100 for edge in (x, y, z)):
        raise InputError("voxel_size_bad", given=value)
    return x, y, z


def orientation_of(value: object) -> str:
    """Axis codes such as "LPS" in capitals: one letter each of L and R, A and P, S and I; "" stays "".

    Raises InputError when they are none.
    """
    codes = value.strip().upper() if isinstance(value, str) else "?"
    if codes and sorted("LRAPSI".find(code) // 2 for code in codes) != [0, 1, 2]:
        raise InputError("orientation_bad", given=value)
    return codes


def _model_of(value: "str | os.PathLike[str]") -> str:
    path = os.fspath(value)
    if not isinstance(path, str) or not path:
        raise TypeError
    return path


def _about(
    help: str,
    *,
    choices: tuple[object, ...] = (),
    convert: Callable[[Any], object] | None = None,
    recorded: str = "",
    offered: bool = False,
    command: bool = True,
    short: str = "",
) -> dict[str, object]:
    """What a field of :class:`SegmentOptions` says of itself.

    ``recorded``: "" when labels do not depend on it, "always" in a record of the run, "changed" only when it is not the
    default. ``offered``: panel and app ask for it. ``command``: the command line takes it, as ``--name`` and ``short``.
    """
    about = {"help": help, "choices": choices, "convert": convert, "recorded": recorded}
    return {**about, "offered": offered, "command": command, "short": short}


@dataclass(frozen=True, repr=False)
class SegmentOptions:
    """The options of one run of segment; raises InputError that names the first wrong one.

    Example:
        >>> options = SegmentOptions(device="cpu", connectivity=26)
        >>> options.changed(units="ppm").units
        'ppm'
        >>> SegmentOptions(connectivity=7)
        Traceback (most recent call last):
        DGMSegmentationLib.errors.InputError: The option connectivity is 7: give one of 6, 18, 26.
    """

    model: str = field(
        default=DEFAULT_MODEL,
        metadata=_about(
            "A bundled model's name or a model file.", convert=_model_of, offered=True, short="-m"
        ),
    )
    protocol: str = field(
        default="",
        metadata=_about(
            "A labelling protocol's name or file (dgmseg protocol list); none: the model's own classes.",
            recorded="changed",
            offered=True,
        ),
    )
    """ "" is the model's own."""
    device: str = field(
        default="auto", metadata=_about("Where the network runs.", choices=DEVICES, offered=True)
    )
    units: str = field(default="auto", metadata=_about("Unit of the QSM.", choices=UNITS, offered=True))
    orientation: str = field(
        default="",
        metadata=_about(
            "True axis codes of the image when its header is wrong, e.g. LPS: where its three array axes point to.",
            convert=orientation_of,
            recorded="changed",
        ),
    )
    """ "" is as the header says."""
    voxel_size: Triple | None = field(
        default=None,
        metadata=_about(
            "True voxel edges in mm when the header is wrong, e.g. 0.94,0.94,3.",
            convert=voxel_size_of,
            recorded="changed",
        ),
    )
    largest_component: bool = field(
        default=True,
        metadata=_about("Keep only the largest piece of each structure.", recorded="always", offered=True),
    )
    connectivity: int = field(
        default=6,
        metadata=_about(
            "Neighbours that connect voxels: 6, 18 or 26.", choices=CONNECTIVITIES, recorded="always"
        ),
    )
    flip_average: bool = field(
        default=False,
        metadata=_about("Average with the mirrored head (twice the time).", recorded="always", offered=True),
    )
    use_prior_box: bool = field(
        default=True,
        metadata=_about("Look only where the model expects structures.", recorded="changed", command=False),
    )
    save_probabilities: bool = field(
        default=False, metadata=_about("Also write the probabilities (STEM_probseg.nii.gz).")
    )
    weighted_means: bool = field(
        default=False,
        metadata=_about(
            "Also the means weighted by the network's probabilities (column mean_weighted_ppb).",
            recorded="changed",
        ),
    )
    subject: str = field(
        default="",
        metadata=_about("Name of the subject in tables and pages (default: from the image's name)."),
    )

    def __post_init__(self) -> None:
        for option in fields(self):
            object.__setattr__(self, option.name, _checked(option, getattr(self, option.name)))

    def __repr__(self) -> str:
        """What is not the default."""
        settings = [f"{f.name}={getattr(self, f.name)!r}" for f in fields(self)]
        plain = [f"{f.name}={f.default!r}" for f in fields(self)]
        return f"SegmentOptions({', '.join(one for one, other in zip(settings, plain, strict=True) if one != other)})"

    def changed(self, **changes: Any) -> "SegmentOptions":
        """A copy with other values; raises InputError for an unknown name, too."""
        return replace(self, **_known(changes))

    def to_dict(self) -> dict[str, object]:
        """All options as plain JSON values."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "SegmentOptions":
        """Read back what :meth:`to_dict` wrote; what is missing has its default. Raises InputError as the class does."""
        return cls(**_known(values))

    def recorded(self) -> dict[str, object]:
        """What the labels depend on besides image and model, for records: options that were not asked for stay out."""
        values, kept = self.to_dict(), {}
        for option in fields(self):
            when = option.metadata["recorded"]
            if when == "always" or (when and getattr(self, option.name) != option.default):
                kept[option.name] = values[option.name]
        return kept


def shows_options(function: F) -> F:
    """Let help() and notebooks show the fields of SegmentOptions in place of a function's ``**changes``."""
    own = inspect.signature(function)
    shown = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    for option in fields(SegmentOptions):
        if option.name not in own.parameters:
            parameter = inspect.Parameter(
                option.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=option.default,
                annotation=option.type,
            )
            shown.append(parameter)
    function.__signature__ = own.replace(parameters=shown)  # type: ignore[attr-defined]
    return function


def option_fields(**wanted: object) -> "list[Field[Any]]":
    """The fields whose properties are as wanted: ``option_fields(offered=True)`` for panel and app."""
    return [f for f in fields(SegmentOptions) if all(f.metadata[key] == v for key, v in wanted.items())]


@cache
def recorded_default(name: str) -> object:
    """What a record that does not name an option was made with; None when there is no such option."""
    return next((f.default for f in fields(SegmentOptions) if f.name == name), None)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    names = [f.name for f in fields(SegmentOptions)]
    values = {RENAMED.get(name, name): value for name, value in values.items()}
    unknown = next((name for name in values if name not in names), None)
    if unknown is not None:
        raise InputError("option_unknown", option=unknown, choices=names)
    return values


def _checked(option: "Field[Any]", value: object) -> object:
    choices, convert = option.metadata["choices"], option.metadata["convert"]
    kind = type(option.default)
    expected = {bool: "True or False", int: "a whole number", str: "a text"}.get(kind, "another value")
    if any(choices):
        expected = f"one of {', '.join(map(str, choices))}"
    elif choices:
        expected = "nothing, for this version knows none"
    try:
        value = convert(value) if convert is not None else value
    except TypeError:
        good = False
    else:
        good = option.default is None or type(value) is kind
    if not good or (choices and value not in choices):
        raise InputError("option_wrong", option=option.name, value=value, expected=expected)
    return value
