"""The report page of one case: one self-contained HTML file with the picture, the table, the flags and the
provenance.
"""

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__
from ..evaluation.agreement import DETECTABLE_FACTOR
from ..image import label_set_of
from ..io.files import write_text
from ..measurement.case import MeasuredCase
from ..measurement.norms import Norms
from ..measurement.quality import Flag
from ..measurement.roi import RoiRow
from ..resources import resource_path
from ..structures import LabelSet
from .contact_sheet import contact_sheet

if TYPE_CHECKING:
    from jinja2 import Environment

# The strip of a structure with a norm spans this many SD to each side.
_STRIP_SD = 4.0


def write_report(
    path: Path | str,
    measured: MeasuredCase,
    *,
    title: str,
    provenance: Mapping[str, object],
    norms: Norms | None = None,
    picture: bytes | None = None,
) -> None:
    """Write the page, whole or not at all.

    ``provenance`` may be nested; it is shown as it is, escaped.
    ``norms`` adds a strip per structure where the table that the user loaded has an expectation.
    ``picture``: the contact sheet (PNG) when it was drawn already.
    """
    rows, flags = measured.rows, measured.flags
    drawn = contact_sheet(measured.image, measured.labels) if picture is None else picture
    label_set = label_set_of(measured.labels)
    write_text(
        path,
        environment()
        .get_template("report.html")
        .render(
            title=title,
            picture=base64.b64encode(drawn).decode("ascii"),
            structures={s.abbreviation: s for s in label_set},
            nuclei=[_nucleus(nucleus, label_set, rows, flags) for nucleus in label_set.nuclei],
            rows=rows,
            referenced=any(math.isfinite(row.mean_referenced_ppb) for row in rows),
            reference=rows[0].reference if rows else "none",
            edited=any(row.edited for row in rows),
            reasons=list(dict.fromkeys(flag.reason for flag in flags)),
            strips=[strip for row in rows if norms and (strip := _strip(row, norms, label_set))],
            norms=norms,
            verdict=measured.verdict.status,
            headline=measured.verdict.headline(),
            doubts=measured.verdict.sentences(),
            provenance=list(flatten({k: v for k, v in provenance.items() if k != "verdict"})),
            software=f"DGMSegmentation {__version__}",
        ),
    )


@cache
def environment() -> "Environment":
    """The jinja2 environment of the project's templates: everything is escaped, a forgotten variable is an
    error.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(
        loader=FileSystemLoader(resource_path("Templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["number"] = show_number
    return env


def show_number(value: object, digits: int = 1) -> str:
    """A number for reading with a real minus sign; a dash where there is none."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    text = f"{value:.{digits}f}"
    return (text[1:] if float(text) == 0 and text.startswith("-") else text).replace("-", "\u2212")


def flatten(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested provenance as (key, text) lines: "model / name", ..."""
    for key, value in values.items():
        name = f"{prefix}{key}".replace("_", " ")
        if isinstance(value, Mapping):
            yield from flatten(value, f"{name} / ")
        elif isinstance(value, (list, tuple)):
            yield name, ", ".join(map(str, value)) if value else "none"
        else:
            yield name, "none" if value is None else str(value)


def _nucleus(
    nucleus: str, label_set: LabelSet, rows: Sequence[RoiRow], flags: Sequence[Flag]
) -> dict[str, object]:
    members = label_set.of_nucleus(nucleus)
    structure = members[0]
    labels = [s.label for s in members]
    sides = {row.side: row for row in rows if row.label in labels}
    volumes = [sides[side].volume_mm3 if side in sides else 0.0 for side in "LR"]
    mean = sum(volumes) / 2
    return {
        "name": structure.nucleus_name,
        "colors": [s.color for s in members],
        "sides": sides,
        "single": sides.get(""),
        "asymmetry": sides["L"].asymmetry_percent if "L" in sides else math.nan,
        "volume_asymmetry": 100 * (volumes[0] - volumes[1]) / mean if all(volumes) else math.nan,
        "detectable": None
        if structure.repeatability_ppb is None
        else DETECTABLE_FACTOR * structure.repeatability_ppb,
        "flagged": any(flag.abbreviation in [s.abbreviation for s in members] for flag in flags),
    }


def _strip(row: RoiRow, norms: Norms, label_set: LabelSet) -> dict[str, object] | None:
    """Where the mean lies relative to its expectation, in percent of the strip's width."""
    expected = norms.expected(row.abbreviation)
    if expected is None or not math.isfinite(row.mean_ppb):
        return None
    mean, sd = expected
    z = (row.mean_ppb - mean) / sd
    place = 50 + 49 * max(-1.0, min(1.0, z / _STRIP_SD))  # a mark at the end is still whole
    return {
        "row": row,
        "mean": mean,
        "sd": sd,
        "z": z,
        "place": round(place, 2),
        "band": (50 - 98 / _STRIP_SD, 196 / _STRIP_SD),
        "color": label_set.by_label(row.label).color,
    }
