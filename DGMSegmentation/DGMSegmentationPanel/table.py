"""The ROI table in the panel: one row a structure of the segmentation's label set."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import qt
from DGMSegmentationScene.shown import TIPS, number, shown_flags
from slicer.i18n import tr as _

if TYPE_CHECKING:
    from DGMSegmentationLib.structures import LabelSet

COLUMNS = ("Structure", "Side", "Mean ppb", "SD", "mm\u00b3", "Flags")
ROW_HEIGHT = 21
MOST_ROWS = 24  # further ones are scrolled to
STRUCTURE, SIDE, MEAN, SD, VOLUME, FLAGS = range(6)


class RoiTable:
    """Writes rows of measurements into the table widget."""

    def __init__(self, widget: Any) -> None:
        self._widget = widget
        self._label_set: LabelSet | None = None
        widget.setColumnCount(len(COLUMNS))
        widget.setHorizontalHeaderLabels([_(name) for name in COLUMNS])
        for column, key in enumerate(("", "side", "mean_ppb", "sd_ppb", "volume_mm3", "flags")):
            widget.horizontalHeaderItem(column).setToolTip(_(TIPS[key]) if key else "")
        widget.verticalHeader().hide()
        widget.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = widget.horizontalHeader()
        header.setStretchLastSection(False)
        for column in range(len(COLUMNS)):
            header.setSectionResizeMode(column, qt.QHeaderView.ResizeToContents)
        header.setSectionResizeMode(FLAGS, qt.QHeaderView.Stretch)

    def label_of(self, row: int) -> int:
        """The label of the structure in a row."""
        return self._label_set.values[row] if self._label_set is not None else 0

    def _list(self, label_set: "LabelSet") -> None:
        """One row a structure of the set."""
        if label_set == self._label_set:
            return
        self._label_set, widget = label_set, self._widget
        widget.setRowCount(len(label_set))
        for row, structure in enumerate(label_set):
            for column in range(len(COLUMNS)):
                item = qt.QTableWidgetItem()
                if column not in (STRUCTURE, FLAGS):
                    item.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
                widget.setItem(row, column, item)
            swatch = qt.QPixmap(12, 12)
            swatch.fill(qt.QColor(structure.color))
            widget.item(row, STRUCTURE).setIcon(qt.QIcon(swatch))
            widget.item(row, STRUCTURE).setText(_(structure.nucleus_name))
            widget.item(row, SIDE).setText(structure.side)
        header = widget.horizontalHeader()
        header_height = (
            header.sizeHint() if callable(header.sizeHint) else header.sizeHint
        )  # a property in PythonQt
        shown = min(len(label_set), MOST_ROWS)
        widget.setFixedHeight(ROW_HEIGHT * shown + header_height.height() + 4)

    def show(
        self, rows: Sequence[Any], label_set: "LabelSet", reasons: Mapping[str, str] | None = None
    ) -> None:
        """Show the rows of one volume; an empty sequence clears the numbers."""
        self._list(label_set)
        by_label = {row.label: row for row in rows}
        for index, structure in enumerate(label_set):
            row = by_label.get(structure.label)
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
