"""Tables for people at a terminal; piped output is plain TSV instead."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from ..measurement.roi import RoiRow
from ..measurement.row_structures import label_set_of_rows
from ..structures import STANDARD, LabelSet


def number(value: object, digits: int = 1) -> str:
    """A number for reading; a dash where there is none."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def show_rows(rows: Iterable[RoiRow], known: LabelSet = STANDARD, file: "IO[str] | None" = None) -> None:
    """Print ROI rows, one table an image; ``known`` has the colours of their structures."""
    from rich.box import SIMPLE_HEAD
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
            box=SIMPLE_HEAD,
            title=escape(" ".join(dict.fromkeys(t for t in (subject, image) if t))),
            title_justify="left",
        )
        headings = ["structure", "mm3", "mean ± SD, ppb", "median", "L-R %"]
        headings[4:4] = ["referenced"] if referenced else []
        for heading in headings:
            table.add_column(heading, justify="left" if heading == "structure" else "right", no_wrap=True)
        table.add_column("flags")
        label_set = label_set_of_rows(group, known)
        for row in group:
            cells = [
                f"[{label_set.by_label(row.label).color}]■[/] {row.structure}",
                number(row.volume_mm3, 0),
                f"{number(row.mean_ppb)} ± {number(row.sd_ppb)}",
                number(row.median_ppb),
                number(row.asymmetry_percent),
            ]
            cells[4:4] = [number(row.mean_referenced_ppb)] if referenced else []
            table.add_row(*cells, escape(row.flags.replace(";", ", ")))
        console.print(table)


def show_table(
    columns: Mapping[str, tuple[str, int | None]], rows: Sequence[Mapping[str, object]], title: str = ""
) -> None:
    """Print dicts as a table. ``columns``: heading -> (key, digits after the point; None for text)."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, title=escape(title), title_justify="left")
    for heading, (_, digits) in columns.items():
        text = digits is None
        table.add_column(
            heading, justify="left" if text else "right", no_wrap=not text, min_width=5 if text else None
        )
    for row in rows:
        table.add_row(
            *(
                escape(str(row.get(key, ""))) if digits is None else number(row.get(key), digits)
                for key, digits in columns.values()
            )
        )
    Console().print(table)
