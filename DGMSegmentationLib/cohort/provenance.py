"""How the results of a cohort were made, told by the records: one run may have brought only some cases up to date."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from .. import __version__
from ..models.model import read_header
from ..options import option_fields, recorded_default
from .entries import Entry
from .plan import CaseSettings
from .request import Request

_OF_LABELS = tuple(f.name for when in ("always", "changed") for f in option_fields(recorded=when))
_OF_ROWS = ("units", "reference")


def group_provenance(request: Request, settings: CaseSettings, entries: Sequence[Entry]) -> dict[str, object]:
    """What the page of the cohort says of its making; "mixed: ..." where the cases differ."""
    header, _ = read_header(settings.options.model)
    found, differ = _found(entries), mixed(entries)

    def common(name: str, setting: object) -> object:
        values = found[name]
        return differ.get(name) or (next(iter(values)) if values else setting)

    made_by = str(next(iter(found["model"]), ""))
    ours = not made_by or made_by.endswith(
        settings.model_sha256[:8]
    )  # else the run has brought none up to date
    model = {"name": header.name, "version": header.version, "sha256": settings.model_sha256}
    asked = {**settings.of_labels(), **vars(settings)}
    names = [n for n in (*_OF_LABELS, *_OF_ROWS) if n in asked or set(found[n]) - {recorded_default(n)}]
    return {
        "software": f"DGMSegmentation {__version__}",
        "images": request.source.name,
        "model": differ.get("model") or (model if ours else made_by),
        "options": {name: common(name, asked.get(name)) for name in names},
        "norms": Path(settings.norms).name if settings.norms else None,
    }


def mixed(entries: Sequence[Entry]) -> dict[str, str]:
    """Option -> "mixed in reference: brain (2), none (38)", for those in which the measured cases differ."""
    return {
        name: f"mixed in {name.replace('_', ' ')}: {', '.join(f'{value} ({n})' for value, n in counts.most_common())}"
        for name, counts in _found(entries).items()
        if len(counts) > 1
    }


def _found(entries: Sequence[Entry]) -> Mapping[str, Counter[object]]:
    """How often each option had which value; labels corrected by hand come from no model."""
    found: dict[str, Counter[object]] = {name: Counter() for name in ("model", *_OF_LABELS, *_OF_ROWS)}
    for entry in entries:
        record = entry.record
        if record is None or entry.status != "done":
            continue
        _count(found, record.rows_of, _OF_ROWS)
        automatic = record.automatic
        if automatic and not record.edited:
            options = automatic.options
            defaults = {name: recorded_default(name) for name in _OF_LABELS}
            _count(found, {**defaults, **options}, _OF_LABELS)
            found["model"][f"{automatic.model} {str(options.get('model_sha256', ''))[:8]}".strip()] += 1
    return found


def _count(found: Mapping[str, Counter[object]], options: Mapping[str, object], names: Sequence[str]) -> None:
    for name in names:
        if name in options:
            value = options[name]
            found[name][value if isinstance(value, str | int | float | None) else str(value)] += 1
