"""Tables for people at a terminal; piped output is plain TSV instead."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..measure import RoiRow
from ..structures import by_label


def number(value: Any, digits: int = 1) -> str:
    """A number for reading; a dash where there is none."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def show_rows(rows: Iterable[RoiRow], file: Any = None) -> None:
    """Print ROI rows, one table an image."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(file=file)
    tables: dict[tuple[str, str], list[RoiRow]] = {}
    for row in rows:
        tables.setdefault((row.subject, row.image), []).append(row)
    for (subject, image), group in tables.items():
        referenced = any(math.isfinite(row.mean_referenced_ppb) for row in group)
        table = Table(
            title=escape(" ".join(dict.fromkeys(t for t in (subject, image) if t))), title_justify="left"
        )
        headings = ["structure", "voxels", "mm3", "mean ppb", "SD", "median", "L-R %"]
        headings[6:6] = ["referenced ppb"] if referenced else []
        for heading in headings:
            table.add_column(heading, justify="left" if heading == "structure" else "right")
        table.add_column("flags")
        for row in group:
            cells = [
                f"[{by_label(row.label).color}]■[/] {row.structure}",
                str(row.n_voxels),
                number(row.volume_mm3, 0),
                number(row.mean_ppb),
                number(row.sd_ppb),
                number(row.median_ppb),
                number(row.asymmetry_percent),
            ]
            cells[6:6] = [number(row.mean_referenced_ppb)] if referenced else []
            table.add_row(*cells, escape(row.flags.replace(";", ", ")))
        console.print(table)


def show_table(columns: Mapping[str, int | None], rows: Sequence[Mapping[str, Any]], title: str = "") -> None:
    """Print dicts as a table. ``columns``: heading -> digits after the point, None for text."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(title), title_justify="left")
    for column, digits in columns.items():
        table.add_column(column.replace("_", " "), justify="left" if digits is None else "right")
    for row in rows:
        table.add_row(
            *(
                escape(str(row.get(column, ""))) if digits is None else number(row.get(column), digits)
                for column, digits in columns.items()
            )
        )
    Console().print(table)
