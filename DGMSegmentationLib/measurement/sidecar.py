"""The JSON file beside a table of measurements: what its columns mean, and of each image what no column holds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import InputError, Remark
from ..io.files import stem
from .case import MeasuredCase
from .tables import COLUMN_DESCRIPTIONS

_NAME = "DGMSegmentation"


def sidecar_path(table: Path) -> Path:
    """The sidecar's name: the table's with .json. Raises InputError where another JSON file has it, of an image say."""
    path = table.with_name(f"{stem(table)}.json")
    if path.exists() and not _is_ours(path):
        raise InputError("sidecar_name_taken", path=path, table=table.name)
    return path


def sidecars_of(tables: Mapping[Path, Mapping[str, str]]) -> dict[Path, dict[str, str]]:
    """The sidecars of tables with what the columns of each mean; two tables that differ in their suffix share one."""
    found: dict[Path, dict[str, str]] = {}
    for table, columns in tables.items():
        found.setdefault(sidecar_path(table), {}).update(columns)
    return found


def sidecar(cases: Sequence[MeasuredCase]) -> dict[str, Any]:
    """As plain values: BIDS' descriptions of the columns, and the images with what is to be known of them."""
    return {
        "GeneratedBy": [{"Name": _NAME, "Version": __version__}],
        "Images": [_image(case) for case in cases],
        **_described(COLUMN_DESCRIPTIONS),
    }


def sidecar_of_warnings(warnings: Sequence[Remark], columns: Mapping[str, str]) -> dict[str, Any]:
    """The sidecar of a table that compares: what was doubtful about the images and labels, and what its columns mean."""
    return {
        "GeneratedBy": [{"Name": _NAME, "Version": __version__}],
        "Warnings": plain_warnings(list(dict.fromkeys(warnings))),
        **_described(columns),
    }


def _described(columns: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """As BIDS has it."""
    return {name: {"Description": text} for name, text in columns.items()}


def _image(case: MeasuredCase) -> dict[str, Any]:
    return {
        "subject": case.options.subject,
        "image": case.options.image_name,
        "unit": case.opened.units.unit,
        "unit_reason": case.opened.units.reason,
        "reference": None if case.reference is None else case.reference.to_dict(),
        "warnings": plain_warnings(case.warnings),
    }


def plain_warnings(warnings: Sequence[Remark]) -> list[dict[str, Any]]:
    """Warnings as plain values: code, facts and sentence of each."""
    return [{**remark.to_dict(), "sentence": str(remark)} for remark in warnings]


def _is_ours(path: Path) -> bool:
    try:
        made_by = json.loads(path.read_text(encoding="utf-8"))["GeneratedBy"]
        return bool(made_by[0]["Name"] == _NAME)
    except (OSError, ValueError, LookupError, TypeError):
        return False
