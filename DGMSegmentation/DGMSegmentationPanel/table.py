"""The ROI table in the panel: ten rows, one per structure and side."""

from collections.abc import Mapping, Sequence
from typing import Any

import qt
from DGMSegmentationScene.shown import TIPS, number, shown_flags
from slicer.i18n import tr as _

COLUMNS = ("Structure", "Side", "Mean ppb", "SD", "mm\u00b3", "Flags")
ROW_HEIGHT = 21
STRUCTURE, SIDE, MEAN, SD, VOLUME, FLAGS = range(6)


class RoiTable:
    """Writes rows of measurements into the table widget."""

    def __init__(self, widget: Any) -> None:
        from DGMSegmentationLib.structures import STRUCTURES

        self._widget = widget
        widget.setColumnCount(len(COLUMNS))
        widget.setHorizontalHeaderLabels([_(name) for name in COLUMNS])
        for column, key in enumerate(("", "side", "mean_ppb", "sd_ppb", "volume_mm3", "flags")):
            widget.horizontalHeaderItem(column).setToolTip(_(TIPS[key]) if key else "")
        widget.setRowCount(len(STRUCTURES))
        widget.verticalHeader().hide()
        widget.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = widget.horizontalHeader()
        header.setStretchLastSection(False)
        for column in range(len(COLUMNS)):
            header.setSectionResizeMode(column, qt.QHeaderView.ResizeToContents)
        header.setSectionResizeMode(FLAGS, qt.QHeaderView.Stretch)
        for row, structure in enumerate(STRUCTURES):
            for column in range(len(COLUMNS)):
                item = qt.QTableWidgetItem()
                if column not in (STRUCTURE, FLAGS):
                    item.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
                widget.setItem(row, column, item)
            swatch = qt.QPixmap(12, 12)
            swatch.fill(qt.QColor(structure.color))
            widget.item(row, STRUCTURE).setIcon(qt.QIcon(swatch))
            widget.item(row, STRUCTURE).setText(_(structure.name.split(" ", 1)[1].capitalize()))
            widget.item(row, SIDE).setText(structure.side)
        header_height = (
            header.sizeHint() if callable(header.sizeHint) else header.sizeHint
        )  # a property in PythonQt
        widget.setFixedHeight(ROW_HEIGHT * len(STRUCTURES) + header_height.height() + 4)

    def show(self, rows: Sequence[Any], reasons: Mapping[str, str] | None = None) -> None:
        """Show the ten rows of one volume; an empty sequence clears the numbers."""
        by_label = {row.label: row for row in rows}
        for index in range(10):
            row = by_label.get(index + 1)
            texts = ["", "", "", ""]
            tip = ""
            if row is not None:
                texts = [number(row.mean_ppb), number(row.sd_ppb), number(row.volume_mm3, 0), ""]
                flags = shown_flags(row, reasons)
                texts[3] = ", ".join(words for words, _reason in flags)
                tip = " ".join(reason for _words, reason in flags if reason)
            for column, text in zip((MEAN, SD, VOLUME, FLAGS), texts, strict=True):
                self._widget.item(index, column).setText(text)
            self._widget.item(index, FLAGS).setToolTip(tip or texts[3])
