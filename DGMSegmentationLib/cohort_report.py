"""The page of a cohort: who was measured, how the values spread, who stands out, what failed."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from . import __version__
from .files import write_text
from .measure import RoiRow
from .report import environment, flatten
from .structures import STRUCTURES, Structure

# Modified z-score (Iglewicz and Hoaglin 1993): 0.6745 (x - median) / MAD, an outlier beyond 3.5.
_MAD_TO_SD = 0.6745
OUTLIER_Z = 3.5
# Fewer values say nothing about who stands out.
_FEWEST = 5


@dataclass(frozen=True)
class Outlier:
    """A mean that stands apart from those of the other subjects."""

    subject: str
    image: str
    abbreviation: str
    mean_ppb: float
    median_ppb: float
    z: float


def find_outliers(rows: Sequence[RoiRow]) -> list[Outlier]:
    """Means with a modified z-score beyond 3.5 that are also further off than a repeated scan would be.

    The furthest come first; a structure with fewer than five values has none.
    """
    outliers = []
    for structure in STRUCTURES:
        here = [row for row in rows if row.label == structure.label and math.isfinite(row.mean_ppb)]
        values = np.array([row.mean_ppb for row in here])
        if len(values) < _FEWEST:
            continue
        median = float(np.median(values))
        mad = float(np.median(np.abs(values - median)))
        if mad == 0:
            continue
        for row, value in zip(here, values, strict=True):
            z = float(_MAD_TO_SD * (value - median) / mad)
            if abs(z) > OUTLIER_Z and abs(value - median) > structure.repeatability_ppb:
                outliers.append(Outlier(row.subject, row.image, row.abbreviation, float(value), median, z))
    return sorted(outliers, key=lambda outlier: -abs(outlier.z))


def write_cohort_report(
    path: Path | str,
    rows: Sequence[RoiRow],
    *,
    title: str = "Cohort",
    pages: Mapping[tuple[str, str], str] | None = None,
    failures: Sequence[tuple[str, str]] = (),
    provenance: Mapping[str, Any] | None = None,
    related: Mapping[str, str] | None = None,
) -> None:
    """Write one self-contained page, whole or not at all.

    ``pages``: (subject, image) -> path of that case's own page, relative to this one, with forward slashes.
    ``failures``: (subject, reason) of the cases that could not be measured. ``related``: further pages, title -> path.
    """
    links = {key: quote(page) for key, page in (pages or {}).items()}
    cases: dict[tuple[str, str], dict[str, RoiRow]] = {}
    for row in rows:
        cases.setdefault((row.subject, row.image), {})[row.abbreviation] = row
    outliers, scale = find_outliers(rows), _Scale.of(rows)
    write_text(
        path,
        environment()
        .get_template("cohort.html")
        .render(
            title=title,
            cases=[
                {
                    "subject": subject,
                    "image": image,
                    "short": _short(subject, image),
                    "link": links.get((subject, image)),
                    "rows": by_name,
                    "edited": any(row.edited for row in by_name.values()),
                    "flags": _flag_counts(by_name.values()),
                    "outliers": {
                        o.abbreviation for o in outliers if (o.subject, o.image) == (subject, image)
                    },
                }
                for (subject, image), by_name in cases.items()
            ],
            several_images=len({image for _, image in cases}) > 1,
            strips=[strip for s in STRUCTURES if (strip := _strip(s, rows, outliers, links, scale))],
            ticks=[{"value": value, "x": scale.place(value)} for value in scale.ticks()],
            outliers=[(o, links.get((o.subject, o.image))) for o in outliers],
            failures=failures,
            related={title: quote(page) for title, page in (related or {}).items()},
            provenance=list(flatten(provenance or {})),
            software=f"DGMSegmentation {__version__}",
        ),
    )


def _flag_counts(rows: Collection[RoiRow]) -> str:
    """ "asymmetry (2), components": the codes of a case and on how many structures; no number where it is one or all."""
    counts: dict[str, int] = {}
    for row in rows:
        for code in row.flag_list:
            counts[code] = counts.get(code, 0) + 1
    return ", ".join(f"{code} ({n})" if 1 < n < len(rows) else code for code, n in counts.items())


def _short(subject: str, image: str) -> str:
    """What the name of an image adds to its subject: "sub-01_ses-1_run-2_Chimap.nii.gz" is "ses-1_run-2" of sub-01."""
    name = image.removesuffix(".gz").removesuffix(".nii").removesuffix(".nrrd").removesuffix("_Chimap")
    return name.removeprefix(f"{subject}_") or image


@dataclass(frozen=True)
class _Scale:
    """The common scale of all means, with 0 in it."""

    low: float
    high: float

    @classmethod
    def of(cls, rows: Sequence[RoiRow]) -> "_Scale":
        means = [row.mean_ppb for row in rows if math.isfinite(row.mean_ppb)]
        return cls(min(0.0, *means), max(1.0, *means)) if means else cls(0.0, 1.0)

    def place(self, value: float) -> float:
        """Percent of the width."""
        return round(1 + 98 * (value - self.low) / (self.high - self.low), 3)

    def ticks(self) -> list[float]:
        """Three to eight round values: steps of 1, 2 or 5 times a power of ten."""
        power = 10.0 ** math.floor(math.log10((self.high - self.low) / 4))
        step = next(k * power for k in (1, 2, 5, 10) if (self.high - self.low) / (k * power) <= 8)
        return [k * step for k in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]


def _strip(
    structure: Structure,
    rows: Sequence[RoiRow],
    outliers: Sequence[Outlier],
    links: Mapping[tuple[str, str], str],
    scale: _Scale,
) -> dict[str, Any] | None:
    """The dots of one structure on the common scale."""
    here = [row for row in rows if row.label == structure.label and math.isfinite(row.mean_ppb)]
    if not here:
        return None
    apart = {(o.subject, o.image) for o in outliers if o.abbreviation == structure.abbreviation}

    values = np.array([row.mean_ppb for row in here])
    q25, median, q75 = (float(q) for q in np.percentile(values, (25, 50, 75)))
    dots = [
        {
            "x": scale.place(row.mean_ppb),
            # Spread up and down by a fixed pattern, so that equal values stay visible.
            "y": round(6 + 3.2 * ((index * 0.618) % 1 - 0.5), 2),
            "name": f"{row.subject} {row.image}: {row.mean_ppb:.1f} ppb",
            "link": links.get((row.subject, row.image)),
            "apart": (row.subject, row.image) in apart,
        }
        for index, row in enumerate(here)
    ]
    return {
        "structure": structure,
        "n": len(here),
        "median": median,
        "q25": q25,
        "q75": q75,
        "sd": float(values.std(ddof=1)) if len(values) > 1 else math.nan,
        "mean": float(values.mean()),
        "box": (scale.place(q25), scale.place(q75), scale.place(median)),
        "dots": dots,
    }
