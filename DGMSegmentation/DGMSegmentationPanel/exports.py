"""Files and table nodes from what the table shows."""

import html
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import slicer
from DGMSegmentationScene import cohort_file, export
from DGMSegmentationScene.report import write_report
from slicer.i18n import tr as _

from .files import Kind, ask_save
from .notes import Note
from .results import Results

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.roi import RoiRow

TABLES = (
    Kind(_("Tab-separated table"), (".tsv",)),
    Kind(_("Comma-separated table"), (".csv",)),
)
LABELS = (Kind(_("NIfTI"), (".nii.gz", ".nii")), Kind(_("Segmentation"), (".seg.nrrd",)))
PAGE = (Kind(_("Web page"), (".html",)),)


class Exports:
    """The buttons of the section Export; what became of the last click is one sentence below them."""

    def __init__(self, ui: Any, results: Results) -> None:
        self._ui, self._results = ui, results
        self._note = Note(ui.exportNote)
        self._cohort = cohort_file.CohortFile()
        ui.saveTableButton.connect("clicked(bool)", self.save_table)
        ui.cohortButton.connect("clicked(bool)", self.append_to_cohort)
        ui.tableNodeButton.connect("clicked(bool)", self.to_table_node)
        ui.saveLabelsButton.connect("clicked(bool)", self.save_labels)
        ui.reportButton.connect("clicked(bool)", self.save_report)

    def refresh(self) -> None:
        """Enable what can be exported now."""
        has_rows = bool(self._results.measurement.rows)
        for button in (
            self._ui.saveTableButton,
            self._ui.cohortButton,
            self._ui.tableNodeButton,
            self._ui.saveLabelsButton,
            self._ui.reportButton,
        ):
            button.enabled = has_rows

    def forget(self) -> None:
        """The scene is gone, or another result is shown: the last sentence is about something else."""
        self._note.show("")

    def save_table(self) -> None:
        """Ask for a file and write the table, long or wide."""
        wide = self._ui.tableShape.currentIndex == 1

        def act() -> str:
            path = ask_save(_("Save table"), self._name("rois.tsv"), TABLES, self._results.volume)
            return path and self._wrote(path, lambda: export.write_table(self._rows, path, wide))

        self._do(act)

    def append_to_cohort(self) -> None:
        """Ask for a cohort file and add the rows to it; rows of another image are replaced only after a yes."""

        def act() -> str:
            volume = self._results.volume
            path = ask_save(_("Append to cohort file"), "cohort.tsv", TABLES, volume, replaces=False)
            if not path:
                return ""
            rows, sources = self._rows, self._results.sources()
            clash = self._cohort.clash(rows, sources, path)
            if clash and not slicer.util.confirmYesNoDisplay(f"<p>{html.escape(clash)}</p>"):
                return ""
            added, replaced = self._cohort.append(rows, sources, path)
            template = _("Added {added} rows to {name}.") if added or not replaced else ""
            if replaced:
                template = f"{template} {_('Replaced {replaced} rows in {name}.')}".strip()
            return template.format(added=added, replaced=replaced, name=Path(path).name)

        self._do(act)

    def to_table_node(self) -> None:
        """Make a table node in the scene."""

        def act() -> str:
            node = self._results.node
            name = f"{node.GetName()} ROIs" if node is not None else "ROIs"
            made = export.table_node(slicer.mrmlScene, self._rows, name)
            return _("Made the table {name}.").format(name=made.GetName())

        self._do(act)

    def save_labels(self) -> None:
        """Ask for a file and write the labels, as NIfTI or as .seg.nrrd by the suffix."""

        def act() -> str:
            node, volume = self._results.node, self._results.volume
            path = ask_save(_("Save labels"), self._name("dseg.nii.gz"), LABELS, volume)
            if path.lower().endswith(".nrrd"):
                return self._wrote(path, lambda: export.write_segmentation(node, path))
            return path and self._wrote(path, lambda: export.write_labels(node, volume, path))

        self._do(act)

    def save_report(self) -> None:
        """Ask for a file and write the report page."""

        def act() -> str:
            node, volume = self._results.node, self._results.volume
            path = ask_save(_("Save report page"), self._name("report.html"), PAGE, volume)
            self._results.update()  # never export a table older than the labels
            measurement = self._results.measurement
            return path and self._wrote(path, lambda: write_report(node, measurement, path))

        self._do(act)

    @property
    def _rows(self) -> "list[RoiRow]":
        self._results.update()  # never export a table older than the labels
        return self._results.measurement.rows

    def _name(self, ending: str) -> str:
        volume = self._results.volume
        stem = re.sub(r"[^\w.-]+", "_", volume.GetName()).strip("_") if volume is not None else "dgm"
        return f"{stem}_{ending}"

    def _wrote(self, path: str, write: Callable[[], None]) -> str:
        write()
        return _("Wrote {name}.").format(name=Path(path).name)

    def _do(self, act: Callable[[], str]) -> None:
        """Take the old sentence away, act, and say what came of it; nothing when the user closed a dialog."""
        self._note.show("")
        try:
            text = act()
        except Exception as error:
            from DGMSegmentationLib.errors import explained

            logging.exception("DGMSegmentation: export failed")
            text = explained(error, _("The export")).sentence("panel")
        self._note.show(text)
