"""The page of a cohort: who was measured, how the values spread, who stands out, what failed."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import numpy as np

from .. import __version__
from ..io.files import write_text
from ..io.suffixes import without_suffix
from ..measurement.quality import flags_of_quality
from ..measurement.roi import RoiRow
from ..measurement.row_structures import label_set_of_rows
from ..structures import STANDARD, LabelSet, Structure
from .case_page import environment, flatten

# Modified z-score (Iglewicz and Hoaglin 1993): 0.6745 (x - median) / MAD, an outlier beyond 3.5.
_MAD_TO_SD = 0.6745
OUTLIER_Z = 3.5
# Fewer values say nothing about who stands out.
_FEWEST = 5
MOST_DOTS = 1000
"""Of a structure, beside those that stand out: more cover each other, and no browser likes a hundred thousand."""
PAGE_ROWS = 500
"""Images shown at once in the table of all."""


Key = str | tuple[str, str]
"""What tells cases apart: their names in the cohort, or subject and image where there are none."""
Rows = Sequence[RoiRow] | Mapping[str, Sequence[RoiRow]]


@dataclass(frozen=True)
class Outlier:
    """A mean that stands apart from those of the other subjects."""

    subject: str
    image: str
    abbreviation: str
    mean_ppb: float
    median_ppb: float
    z: float
    case: "Key" = ""
    """Which case of the page it is."""


def _keyed(rows: Rows) -> list[tuple[Key, RoiRow]]:
    if isinstance(rows, Mapping):
        return [(name, row) for name, here in rows.items() for row in here]
    return [((row.subject, row.image), row) for row in rows]


def find_outliers(rows: Rows, known: LabelSet = STANDARD) -> list[Outlier]:
    """Means with a modified z-score beyond 3.5 that are also further off than a repeated scan would be.

    The furthest come first; a structure with fewer than five values has none. ``known`` tells its repeatability.
    """
    return _outliers(_keyed(rows), known)


def _outliers(everything: Sequence[tuple[Key, RoiRow]], known: LabelSet) -> list[Outlier]:
    outliers = []
    for structure in label_set_of_rows((row for _, row in everything), known):
        here = [
            (key, row)
            for key, row in everything
            if row.label == structure.label and math.isfinite(row.mean_ppb)
        ]
        values = np.array([row.mean_ppb for _, row in here])
        if len(values) < _FEWEST:
            continue
        median = float(np.median(values))
        mad = float(np.median(np.abs(values - median)))
        if mad == 0:
            continue
        for (key, row), value in zip(here, values, strict=True):
            z = float(_MAD_TO_SD * (value - median) / mad)
            if abs(z) > OUTLIER_Z and abs(value - median) > (structure.repeatability_ppb or 0):
                name = row.abbreviation
                outliers.append(Outlier(row.subject, row.image, name, float(value), median, z, key))
    return sorted(outliers, key=lambda outlier: -abs(outlier.z))


@dataclass(frozen=True)
class Doubts:
    """The doubtful cases of a cohort, and those that readers rejected."""

    cases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Name of the case -> sentences."""
    counted: bool = False
    """Whether they are in means and figures all the same."""
    rejected: Mapping[str, str] = field(default_factory=dict)
    """Name of the case -> why; they are in no mean and figure."""


def write_cohort_report(
    path: Path | str,
    rows: Rows,
    *,
    pages: Mapping[Key, str] | Mapping[str, str] | Mapping[tuple[str, str], str] | None = None,
    failures: Sequence[tuple[str, str]] = (),
    doubts: Doubts | None = None,
    provenance: Mapping[str, object] | None = None,
    related: Mapping[str, str] | None = None,
    known: LabelSet = STANDARD,
) -> None:
    """Write one self-contained page, whole or not at all.

    ``rows``: by the name of their case, or in one list, where subject and image tell the cases apart.
    ``pages``: the same name (or subject and image) -> path of that case's own page, relative to this one, with forward
    slashes. ``failures``: (subject, reason) of the cases that could not be measured. ``doubts``: which cases are doubtful.
    ``related``: further pages, title -> path. ``known``: what is known of the structures beyond their rows, such as their
    colours.
    """
    everything = _keyed(rows)
    links: dict[Key, str] = {key: quote(page) for key, page in (pages or {}).items()}
    cases: dict[Key, dict[str, RoiRow]] = {}
    for key, row in everything:
        cases.setdefault(key, {})[row.abbreviation] = row
    first = {key: next(iter(by_name.values())) for key, by_name in cases.items()}
    shown = {key: _short(row.subject, row.image, key) for key, row in first.items()}
    subjects = [row.subject for row in first.values()]
    label_set = label_set_of_rows((row for _, row in everything), known)
    doubts = doubts or Doubts()
    doubted: Mapping[Key, Sequence[str]] = dict(doubts.cases.items())
    include_doubtful = doubts.counted
    rejected: Mapping[Key, str] = dict(doubts.rejected.items())
    counted = [
        (key, row)
        for key, row in everything
        if key not in rejected and (include_doubtful or key not in doubted)
    ]
    outliers, scale = _outliers(counted, known), _Scale.of([row for _, row in counted])
    drawn = [_strip(s, counted, shown, outliers, links, scale) for s in label_set]
    apart: dict[Key, set[str]] = {}
    for outlier in outliers:
        apart.setdefault(outlier.case, set()).add(outlier.abbreviation)
    write_text(
        path,
        environment()
        .get_template("cohort.html")
        .render(
            title="Cohort",
            structures={s.abbreviation: s for s in label_set},
            cases=[
                {
                    "subject": first[key].subject,
                    "image": first[key].image,
                    "short": shown[key],
                    "link": links.get(key),
                    "rows": by_name,
                    "doubtful": key in doubted,
                    "rejected": key in rejected,
                    "edited": any(row.edited for row in by_name.values()),
                    "flags": _flag_counts(by_name.values()),
                    "outliers": apart.get(key, set()),
                }
                for key, by_name in cases.items()
            ],
            several_images=len(set(subjects)) < len(subjects),
            page_rows=PAGE_ROWS,
            every_nth=_every_nth(len(cases)),
            strips=[strip for strip in drawn if strip],
            ticks=[{"value": value, "x": scale.place(value)} for value in scale.ticks()],
            outliers=[(o, shown[o.case], links.get(o.case)) for o in outliers],
            failures=failures,
            doubts=[(name, links.get(name), sentences) for name, sentences in doubted.items()],
            include_doubtful=include_doubtful,
            rejected=[(name, links.get(name), why) for name, why in rejected.items()],
            related={title: quote(page) for title, page in (related or {}).items()},
            provenance=list(flatten(provenance or {})),
            software=f"DGMSegmentation {__version__}",
        ),
    )


def _flag_counts(rows: Collection[RoiRow]) -> str:
    """ "asymmetry (2), components": the codes of a case and on how many structures; no number where it is one or all."""
    counts: dict[str, int] = {}
    for row in rows:
        for code in flags_of_quality(row):
            counts[code] = counts.get(code, 0) + 1
    return ", ".join(f"{code} ({n})" if 1 < n < len(rows) else code for code, n in counts.items())


def _short(subject: str, image: str, case: Key) -> str:
    """What the name of an image adds to its subject: "sub-01_ses-1_run-2_Chimap.nii.gz" is "ses-1_run-2" of sub-01.

    Where the image's name lacks what tells the case apart (the session of a table), that comes before it.
    """
    name = without_suffix(image).removesuffix("_Chimap")
    short = name.removeprefix(f"{subject}_") or image
    apart = case.partition("_")[2] if isinstance(case, str) else ""
    return short if apart in short else f"{apart} {short}"


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


def _every_nth(values: int) -> int:
    """Which of so many are drawn as dots."""
    return max(1, -(-values // MOST_DOTS))


def _strip(
    structure: Structure,
    rows: Sequence[tuple[Key, RoiRow]],
    shown: Mapping[Key, str],
    outliers: Sequence[Outlier],
    links: Mapping[Key, str],
    scale: _Scale,
) -> dict[str, object] | None:
    """The dots of one structure on the common scale."""
    here = [(key, row) for key, row in rows if row.label == structure.label and math.isfinite(row.mean_ppb)]
    if not here:
        return None
    apart = {o.case for o in outliers if o.abbreviation == structure.abbreviation}

    values = np.array([row.mean_ppb for _, row in here])
    q25, median, q75 = (float(q) for q in np.percentile(values, (25, 50, 75)))
    step = _every_nth(len(here))
    dots = [
        {
            "x": scale.place(row.mean_ppb),
            # Spread up and down by a fixed pattern, so that equal values stay visible.
            "y": round(50 + 27 * ((index * 0.618) % 1 - 0.5), 1),
            "name": f"{row.subject} {shown[key]}: {row.mean_ppb:.1f} ppb",
            "link": links.get(key),
            "apart": key in apart,
        }
        for index, (key, row) in enumerate(here)
        if index % step == 0 or key in apart
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
