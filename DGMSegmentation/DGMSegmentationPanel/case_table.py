"""The table of a study's cases: picture, state, doubt, reader."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from DGMSegmentationLib.language import word

PICTURE_PX = 40


class CaseTable:
    """Shows a worklist in a table widget."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self._pictures: dict[str, Any] = {}
        table.setIconSize(qt.QSize(PICTURE_PX, PICTURE_PX))

    def show(self, items: Sequence[Any], current: str, output: Path) -> None:
        """A row a case, that of the name ``current`` selected; ``output`` is the study's folder of results."""
        table, heads = self._table, (_("Case"), _("State"), _("Doubt"), _("Reader"))
        table.setColumnCount(len(heads))
        table.setHorizontalHeaderLabels(list(heads))
        table.setRowCount(len(items))
        for row, item in enumerate(items):
            doubt = item.verdict if item.verdict in ("doubtful", "failed") else str(item.flagged or "")
            readers = [item.reader, *(f"{reader}: {word(state)}" for reader, state in item.others)]
            texts = (item.name, word(item.state), word(doubt), ", ".join(filter(None, readers)))
            for column, text in enumerate(texts):
                table.setItem(row, column, qt.QTableWidgetItem(text))
            self._show_picture(table.item(row, 0), item, output)
            if item.name == current:
                table.selectRow(row)

    def _show_picture(self, cell: Any, item: Any, output: Path) -> None:
        """The picture of a case that was measured; read again when the case changed."""
        from DGMSegmentationLib.study.pictures import picture_path

        path = picture_path(output, item.name)
        key = f"{path} {item.changed}"
        if key not in self._pictures and item.rows and path.is_file():
            self._pictures[key] = qt.QIcon(str(path))
        if key in self._pictures:
            cell.setIcon(self._pictures[key])
