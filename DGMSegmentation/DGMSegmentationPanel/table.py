"""The ROI table in the panel: one row a structure of the segmentation's label set."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import qt
from DGMSegmentationScene.shown import TIPS, number, shown_flags
from slicer.i18n import tr as _

from DGMSegmentationLib.language import marked, word

from .notes import tool_tip

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.roi import RoiRow
    from DGMSegmentationLib.structures import LabelSet

COLUMNS = (marked("Structure"), marked("Side"), marked("Mean\nppb"), "SD\nppb", "mm\u00b3", marked("Flags"))
ROW_HEIGHT = 21
MOST_ROWS = 24  # further ones are scrolled to
STRUCTURE, SIDE, MEAN, SD, VOLUME, FLAGS = range(6)


class RoiTable:
    """Writes rows of measurements into the table widget."""

    def __init__(self, widget: Any) -> None:
        self._widget = widget
        self._label_set: LabelSet | None = None
        self._colours: dict[int, str] = {}
        widget.setColumnCount(len(COLUMNS))
        widget.setHorizontalHeaderLabels([_(name) for name in COLUMNS])
        for column, key in enumerate(("", "side", "mean_ppb", "sd_ppb", "volume_mm3", "flags")):
            widget.horizontalHeaderItem(column).setToolTip(tool_tip(word(TIPS[key])) if key else "")
        widget.verticalHeader().hide()
        widget.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = widget.horizontalHeader()
        header.setStretchLastSection(False)
        for column in range(len(COLUMNS)):
            header.setSectionResizeMode(column, qt.QHeaderView.ResizeToContents)
        header.setSectionResizeMode(FLAGS, qt.QHeaderView.Stretch)
        shortcut = qt.QShortcut(qt.QKeySequence("Ctrl+C"), widget)
        shortcut.setContext(qt.Qt.WidgetShortcut)
        shortcut.connect("activated()", self.copy)
        self._shortcut = shortcut

    def label_of(self, row: int) -> int:
        """The label of the structure in a row."""
        return self._label_set.values[row] if self._label_set is not None else 0

    def _list(self, label_set: "LabelSet") -> None:
        """One row a structure of the set."""
        if label_set == self._label_set:
            return
        self._label_set, widget = label_set, self._widget
        self._colours.clear()
        widget.setRowCount(len(label_set))
        for row, structure in enumerate(label_set):
            for column in range(len(COLUMNS)):
                item = qt.QTableWidgetItem()
                if column not in (STRUCTURE, FLAGS):
                    item.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
                widget.setItem(row, column, item)
            self._paint_swatch(row, structure.color)
            widget.item(row, STRUCTURE).setText(word(structure.nucleus_name))
            widget.item(row, SIDE).setText(structure.side)

    def show(
        self,
        rows: "Sequence[RoiRow]",
        label_set: "LabelSet",
        reasons: Mapping[str, str] | None = None,
        colours: Mapping[int, tuple[float, float, float]] | None = None,
    ) -> None:
        """Show the rows of one volume in the colours of the views; an empty sequence clears the numbers."""
        self._list(label_set)
        by_label = {row.label: row for row in rows}
        for index, structure in enumerate(label_set):
            row = by_label.get(structure.label)
            texts = ["", "", "", ""]
            tips: list[str] = []
            if row is not None:
                texts = [number(row.mean_ppb), number(row.sd_ppb), number(row.volume_mm3, 0), ""]
                flags = shown_flags(row, reasons)
                texts[3] = ", ".join(words for words, _reason in flags)
                tips = [reason for _words, reason in flags if reason]
            for column, text in zip((MEAN, SD, VOLUME, FLAGS), texts, strict=True):
                self._widget.item(index, column).setText(text)
            self._widget.item(index, FLAGS).setToolTip(tool_tip(*(tips or texts[3:])))
            if colours and structure.label in colours:
                red, green, blue = (round(255 * part) for part in colours[structure.label])
                self._paint_swatch(index, f"#{red:02x}{green:02x}{blue:02x}")
        self._fit_height()

    def copy(self) -> None:
        """Put the selected rows, whole and in the table's order, on the clipboard: a spreadsheet takes them as cells."""
        selected = sorted({index.row() for index in self._widget.selectionModel().selectedRows()})
        lines = [
            [self._widget.item(row, column).text() for column in range(len(COLUMNS))] for row in selected
        ]
        if len(lines) > 1:
            lines.insert(0, [_(name).replace("\n", " ") for name in COLUMNS])
        if lines:
            qt.QApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    def _paint_swatch(self, row: int, colour: str) -> None:
        if self._colours.get(row) != colour:
            self._colours[row] = colour
            swatch = qt.QPixmap(12, 12)
            swatch.fill(qt.QColor(colour))
            self._widget.item(row, STRUCTURE).setIcon(qt.QIcon(swatch))

    def _fit_height(self) -> None:
        """As high as all rows (up to MOST_ROWS): the panel scrolls, the table does not."""
        header = self._widget.horizontalHeader()
        hint = header.sizeHint() if callable(header.sizeHint) else header.sizeHint  # a property in PythonQt
        height = ROW_HEIGHT * min(self._widget.rowCount, MOST_ROWS) + hint.height() + 4
        if self._widget.minimumHeight != height:
            self._widget.setFixedHeight(height)
