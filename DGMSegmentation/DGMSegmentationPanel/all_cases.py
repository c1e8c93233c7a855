"""The table of all cases of a study, as it grows, in a window of its own; and the cohort's page."""

from typing import TYPE_CHECKING, Any

import qt
import slicer
from DGMSegmentationScene.growing_table import growing_table
from slicer.i18n import tr as _

if TYPE_CHECKING:
    from .study import PanelStudy

SIZE_PX = (760, 420)


class AllCases:
    """What the button All cases opens."""

    def __init__(self, study: "PanelStudy") -> None:
        self._study = study
        self.window: Any = None

    def show(self, *_clicked: Any) -> None:
        """Open the window, or bring it to the front."""
        if self._study.walk is None:
            return
        if self.window is None:
            self._build()
        self.window.show()
        self.window.raise_()
        self.follow()

    def close(self) -> None:
        """The study is left."""
        if self.window is not None:
            self.window.close()

    def follow(self) -> None:
        """The means of all cases as they are now."""
        from DGMSegmentationLib.errors import Remark

        walk = self._study.walk
        if self.window is None or not self.window.visible or walk is None:
            return
        found, table = growing_table(walk.items), self.table
        columns = found["columns"]
        heads = [_("Case"), _("State"), *columns]
        table.setColumnCount(len(heads))
        table.setHorizontalHeaderLabels(heads)
        table.setRowCount(len(found["rows"]))
        for row, line in enumerate(found["rows"]):
            texts = [line["name"], line["words"], *(line["means"].get(column, "") for column in columns)]
            for column, text in enumerate(texts):
                cell = qt.QTableWidgetItem(text)
                if heads[column] in line["edited"]:
                    font = cell.font()
                    font.setBold(True)
                    font.setUnderline(True)
                    cell.setFont(font)
                table.setItem(row, column, cell)
        table.resizeColumnsToContents()
        blind = walk.study.blind
        self.page.visible = not blind
        self.words.text = (
            Remark("blind_withheld").sentence("panel")
            if blind
            else _("Bold and underlined: changed by hand.")
        )

    def _build(self) -> None:
        self.window = qt.QDialog(slicer.util.mainWindow())
        self.window.windowTitle = _("All cases: means in ppb")
        self.window.resize(*SIZE_PX)
        column = qt.QVBoxLayout(self.window)
        self.table, self.words = qt.QTableWidget(), qt.QLabel()
        self.table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        self.words.wordWrap = True
        self.page = qt.QPushButton(_("Page of all cases"))
        self.page.connect("clicked(bool)", self._open_page)
        for widget in (self.table, self.words, self.page):
            column.addWidget(widget)

    def _open_page(self, *_clicked: Any) -> None:
        from DGMSegmentationLib.cohort.layout import PAGE
        from DGMSegmentationLib.errors import Remark

        path = self._study.results / PAGE if self._study.results is not None else None
        if path is None or not path.is_file():
            self.words.text = Remark("study_file_later").sentence("panel")
        else:
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(path)))
