"""Files and table nodes from what the table shows."""

import logging
import re
from pathlib import Path
from typing import Any

import qt
import slicer
from DGMSegmentationScene import export
from DGMSegmentationScene.report import write_report
from slicer.i18n import tr as _


class Exports:
    """The buttons of the section Export; each failure is one sentence below them."""

    def __init__(self, ui: Any, results: Any) -> None:
        self._ui, self._results = ui, results
        ui.saveTableButton.connect("clicked(bool)", self.save_table)
        ui.cohortButton.connect("clicked(bool)", self.append_to_cohort)
        ui.tableNodeButton.connect("clicked(bool)", self.to_table_node)
        ui.saveLabelsButton.connect("clicked(bool)", self.save_labels)
        ui.reportButton.connect("clicked(bool)", self.save_report)

    def refresh(self) -> None:
        """Enable what can be exported now."""
        has_rows = bool(self._results.measurement.rows)
        for name in (
            "saveTableButton",
            "cohortButton",
            "tableNodeButton",
            "saveLabelsButton",
            "reportButton",
        ):
            button = getattr(self._ui, name)
            button.enabled = has_rows

    def save_table(self) -> None:
        """Ask for a file and write the table, long or wide."""
        path = self._ask(_("Save table"), "rois.tsv", _("Tables (*.tsv *.csv)"))
        self._write(path, lambda: export.write_table(self._rows, path, self._ui.tableShape.currentIndex == 1))

    def append_to_cohort(self) -> None:
        """Ask for a cohort file and add the rows to it."""
        path = self._ask(_("Append to cohort file"), "cohort.tsv", _("Tables (*.tsv *.csv)"), overwrite=False)
        self._write(path, lambda: export.append_to_cohort(self._rows, path))

    def to_table_node(self) -> None:
        """Make a table node in the scene."""
        name = f"{self._results.node.GetName()} ROIs" if self._results.node is not None else "ROIs"
        self._write(
            name, lambda: export.table_node(slicer.mrmlScene, self._rows, name), _("Made the table {what}.")
        )

    def save_labels(self) -> None:
        """Ask for a file and write the labels, as NIfTI or as .seg.nrrd by the suffix."""
        path = self._ask(
            _("Save labels"), "dseg.nii.gz", _("NIfTI (*.nii.gz *.nii);;Segmentation (*.seg.nrrd)")
        )
        node, volume = self._results.node, self._results.volume
        if path.lower().endswith(".nrrd"):
            self._write(path, lambda: export.write_segmentation(node, path))
        else:
            self._write(path, lambda: export.write_labels(node, volume, path))

    def save_report(self) -> None:
        """Ask for a file and write the report page."""
        path = self._ask(_("Save report page"), "report.html", _("Web page (*.html)"))
        self._results.update()  # never export a table older than the labels
        measurement = self._results.measurement
        self._write(path, lambda: write_report(self._results.node, measurement, path))

    @property
    def _rows(self) -> Any:
        self._results.update()  # never export a table older than the labels
        return self._results.measurement.rows

    def _ask(self, title: str, ending: str, kinds: str, overwrite: bool = True) -> str:
        volume = self._results.volume
        stem = re.sub(r"[^\w.-]+", "_", volume.GetName()).strip("_") if volume is not None else "dgm"
        # PythonQt takes no text for the selected filter, a pointer in C++.
        options = () if overwrite else (None, qt.QFileDialog.DontConfirmOverwrite)
        chosen = qt.QFileDialog.getSaveFileName(
            slicer.util.mainWindow(), title, f"{stem}_{ending}", kinds, *options
        )
        return str(chosen or "")

    def _write(self, what: str, act: Any, done: str = "") -> None:
        if not what:
            return
        try:
            act()
            text = (done or _("Wrote {what}.")).format(what=what if done else Path(what).name)
        except Exception as error:
            from DGMSegmentationLib.errors import explained

            logging.exception("DGMSegmentation: export failed")
            text = explained(error, _("The export")).sentence("panel")
        self._ui.exportNote.text = text
        self._ui.exportNote.visible = True
