"""Rows for a notebook: a list that shows itself as a table and becomes a pandas frame."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from html import escape
from typing import TYPE_CHECKING, TypeVar

from ..errors import DGMError

if TYPE_CHECKING:
    import pandas

T = TypeVar("T")


class Table(list[T]):
    """A list of rows (dataclasses or mappings), which a notebook shows as a table.

    Example:
        >>> Table([{"structure": "GP_L", "dice": 0.91}]).to_html()[:7]
        '<table>'
    """

    def to_dataframe(self) -> "pandas.DataFrame":
        """The rows as a pandas DataFrame. Raises DGMError where pandas is not installed."""
        return dataframe(self)

    def to_html(self) -> str:
        """The rows as an HTML table."""
        return html_table(self)

    def _repr_html_(self) -> str:
        return self.to_html()


def dataframe(rows: Iterable[object]) -> "pandas.DataFrame":
    """Rows as a pandas DataFrame, one column a field. Raises DGMError where pandas is not installed."""
    try:
        import pandas
    except ModuleNotFoundError as error:
        raise DGMError("package_missing", package="pandas") from error
    return pandas.DataFrame([_plain(row) for row in rows])


def html_table(rows: Iterable[object], columns: Sequence[str] = ()) -> str:
    """Rows as an HTML table, numbers with three digits; ``columns`` chooses and orders what is shown."""
    plain = [_plain(row) for row in rows]
    names = list(columns or (plain[0] if plain else ()))
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(row.get(name)))}</td>" for name in names) + "</tr>"
        for row in plain
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _plain(row: object) -> Mapping[str, object]:
    if is_dataclass(row) and not isinstance(row, type):
        return asdict(row)
    if isinstance(row, Mapping):
        return row
    raise TypeError(f"{type(row).__name__} is no row of a table")


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
