"""One QSM volume and its segments in a MRML scene: load, segment, measure, export. Knows nothing of a browser."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from DGMSegmentationScene import export, hierarchy, navigation
from DGMSegmentationScene.case_reading import CaseReading
from DGMSegmentationScene.edits import fingerprint, is_edited, mark_unedited
from DGMSegmentationScene.labels import labels_for_volume
from DGMSegmentationScene.measurement import Measurement, Measurer
from DGMSegmentationScene.provenance import attribute, provenance_of
from DGMSegmentationScene.report import write_report
from DGMSegmentationScene.runner import IDLE, Runner
from DGMSegmentationScene.segments import create_segmentation, label_set_of_node, show_labels
from DGMSegmentationScene.updates import Update
from DGMSegmentationScene.volumes import add_volume, unusable

from DGMSegmentationLib.errors import InputError, Remark
from DGMSegmentationLib.image import label_set_of
from DGMSegmentationLib.io.files import stem
from DGMSegmentationLib.language import texts_of
from DGMSegmentationLib.options import SegmentOptions

if TYPE_CHECKING:
    from DGMSegmentationScene.case_loading import LoadedCase

    from DGMSegmentationLib.image import Image
    from DGMSegmentationLib.structures import LabelSet
    from DGMSegmentationLib.study.study import Study

_ = texts_of(__name__)
# What can be downloaded -> how its name ends.
EXPORTS = {
    "table-csv": "_rois.csv",
    "table-tsv": "_rois.tsv",
    "wide-csv": "_rois-wide.csv",
    "labels": "_dseg.nii.gz",
    "segmentation": ".seg.nrrd",
    "scene": ".mrb",
    "report": "_report.html",
    "provenance": "_provenance.json",
}


class Session:
    """The state of the app: at most one volume, with one segmentation that is there from the start (empty, to paint in)."""

    def __init__(self, scene: Any, runner: Runner | None = None) -> None:
        self.scene = scene
        self.runner = runner or Runner()
        self.volume: Any = None
        self.segmentation: Any = None
        self.measurement = Measurement([])
        self.units = "auto"
        self.warnings: tuple[Remark, ...] = ()
        """What is doubtful about the files that are shown: geometry, names of labels."""
        self._image: Image | None = None
        self._measurer = Measurer()
        self.reading: CaseReading | None = None
        """What the reader of a study does to the case that is open; None outside a study."""
        self._saved: set[str] = set()  # the labels that a file holds, as fingerprints

    @property
    def label_set(self) -> "LabelSet":
        """The structures of the segmentation that is shown."""
        return label_set_of_node(self.segmentation)

    @property
    def has_labels(self) -> bool:
        """True when at least one structure has a voxel (after :meth:`measure`)."""
        return any(row.n_voxels for row in self.measurement.rows)

    @property
    def edited(self) -> bool:
        """True when a hand changed the labels, or when they came from a file."""
        return self.has_labels and is_edited(self.segmentation)

    @property
    def unsaved(self) -> bool:
        """True when the labels hold manual work that no download holds yet, and no journal of a study."""
        return self.reading is None and self.has_labels and self._holds_unsaved(self.segmentation)

    @property
    def unsaved_aside(self) -> bool:
        """True when a hidden copy, which a run replaced, holds manual work that no download holds yet."""
        nodes = self.scene.GetNodesByClass("vtkMRMLSegmentationNode")
        return any(node is not self.segmentation and self._holds_unsaved(node) for node in nodes)

    def open_volume(self, image: "Image", name: str, subject: str = "") -> Remark | None:
        """Show a QSM with empty segments in place of what was open; returns a note for the user, mostly None.

        Raises InputError and changes nothing then.
        """
        units = self._units_for(image)  # no QSM, a map of phase: said before anything
        had_volume = self.volume is not None
        self._place(image, name, subject)
        note = None
        if units != "auto" and had_volume:
            note = Remark("unit_as_chosen", name=name, unit=units)
        self.units = units
        self.show()
        self.measure()
        return note

    def open_case(self, loaded: "LoadedCase", study: "Study") -> None:
        """Show a case of a study in place of what was open, as its reader left it; every edit goes into its journal.

        Raises InputError and changes nothing then.
        """
        opened = loaded.opened
        self._place(opened.image, stem(opened.case.shown), opened.case.subject)
        self.units = "auto"
        self.reading = CaseReading(study, opened)
        self.reading.show(self.segmentation, self.volume)
        self._measurer.adopt(loaded.measured_on(self.segmentation, self.volume))
        self.show()
        self.measure()

    def clear(self) -> None:
        """Show nothing, as at the start."""
        self.runner.abort()
        for kind in ("vtkMRMLSegmentationNode", "vtkMRMLScalarVolumeNode"):
            self._remove(kind)
        self.volume = self.segmentation = self.reading = self._image = None
        self.measurement, self.warnings = Measurement([]), ()
        self._saved.clear()

    def _place(self, image: "Image", name: str, subject: str) -> None:
        """A new volume with empty segments in place of what was open; raises InputError and changes nothing then."""
        import numpy as np

        volume = add_volume(self.scene, image, name)
        problem = unusable(volume)
        if problem is not None:
            hierarchy.remove(volume)
            raise problem
        self.runner.abort()
        for kind in ("vtkMRMLSegmentationNode", "vtkMRMLScalarVolumeNode"):
            self._remove(kind, keep=volume)
        volume.SetName(name)
        hierarchy.place_alone(volume, subject)
        self.volume, self.reading = volume, None
        self.segmentation = create_segmentation(self.scene, volume)
        show_labels(self.segmentation, volume, np.zeros(image.shape, np.uint8))
        mark_unedited(self.segmentation)
        self._saved.clear()
        # Where the file lies is asked for again when labels come; the voxels are the volume's.
        self._image = image.replace(data=np.broadcast_to(np.uint8(0), image.shape))
        self.warnings = image.warnings

    def open_labels(self, labels: "Image", name: str) -> Remark | None:
        """Show labels from a file in place of the present ones; returns a note for the user, None when all is plain."""
        if self.volume is None:
            raise InputError("labels_before_volume")
        if not labels.data.any():
            raise InputError("labels_none", name=name)
        placed, resampled, said = labels_for_volume(labels, self.volume, self._image)
        self.runner.abort()
        old = self.segmentation
        self.segmentation = create_segmentation(self.scene, self.volume, name)
        show_labels(self.segmentation, self.volume, placed, label_set_of(labels))
        if self.reading is not None:
            on_grid = labels.replace(data=placed, label_set=label_set_of(labels))
            self.reading.show(self.segmentation, self.volume, on_grid)
        hierarchy.remove(old)
        self.measure()
        self._saved.add(_state_of(self.segmentation))
        self.warnings = (*(self._image.warnings if self._image else ()), *said)
        return Remark("labels_brought_to_grid") if resampled else None

    def _units_for(self, image: "Image") -> str:
        """The setting for a new volume: what was chosen for the one before holds only where the values leave it open."""
        from DGMSegmentationLib.preprocessing.mask import brain_mask
        from DGMSegmentationLib.preprocessing.units import decide_units

        mask = brain_mask(image.data)
        if self.volume is not None and self.units != "auto":
            try:
                decide_units(image.data, mask)
                return "auto"
            except InputError:
                pass
        decide_units(image.data, mask, self.units)
        return self.units

    def show(self) -> None:
        """Show the volume in the slices, a QSM with the window of -100..200 ppb."""
        unit = self.unit
        navigation.show_volume(self.scene, self.volume, unit.factor_to_ppb if unit else None)

    @property
    def unit(self) -> Any:
        """How the volume's values become ppb (a UnitDecision); None without a volume, or when it is no QSM."""
        if self.volume is None:
            return None
        return self._measurer.unit_of(self.volume, self.units, self.segmentation)

    @property
    def units_wait(self) -> bool:
        """True when the chosen units differ from those of the run that made the labels: its numbers stay as they are."""
        unit = self.unit
        if unit is None or not self.has_labels:
            return False
        return not unit.detected if self.units == "auto" else bool(unit.unit != self.units)

    def start(self, options: SegmentOptions) -> None:
        """Begin a run that fills the segmentation; raises InputError with one plain sentence."""
        if self.volume is None:
            raise InputError("no_volume")
        problem = unusable(self.volume)
        if problem is not None:
            raise problem
        self.runner.start(self.volume, options, self.segmentation)

    @property
    def protocol(self) -> str:
        """The protocol that was chosen for the run that made the labels; empty: the model's own."""
        return str(provenance_of(self.segmentation).get("options", {}).get("protocol", ""))

    def can_relabel(self, options: SegmentOptions) -> bool:
        """Whether the last run can be labelled by another protocol without the network."""
        return self.volume is not None and self.runner.can_relabel(self.volume, options)

    def poll(self) -> list[Update]:
        """What the run says since the last call; when it has finished, its labels are there.

        Labels that were edited while it went on stay the shown ones; those of the run are then kept hidden in the scene.
        """
        updates = self.runner.poll()
        for index, update in enumerate(updates):
            if update.kind == "finished":
                if self.shows(update):
                    self._measurer.adopt(update.measured)
                    self.measure()
                else:
                    self.scene.GetNodeByID(update.node_id).SetDisplayVisibility(False)
                    updates[index] = replace(
                        update,
                        text=Remark("edited_meanwhile").sentence("app"),
                        detail=update.detail or update.text,
                    )
        return updates

    def shows(self, update: Update) -> bool:
        """True when the labels of a finished run are the shown ones."""
        return bool(update.node_id == self.segmentation.GetID())

    @property
    def running(self) -> bool:
        """True from the start of a run to its end."""
        return self.runner.state != IDLE

    def measure(self) -> Measurement:
        """Measure again; the rows stay in :attr:`measurement`. In a study what was edited goes into the journal.

        Raises DGMError when that cannot be written; the rows are those of now all the same.
        """
        self.measurement = Measurement([])
        if self.segmentation is not None:
            self.measurement = self._measurer.measure(self.segmentation, [self.volume], self.units)
        if self.reading is not None and self.measurement.cases:
            self.reading.record(self.measurement.cases[0])
        return self.measurement

    @property
    def origin(self) -> str:
        """Where the labels come from, in words."""
        if not self.has_labels:
            return ""
        model = attribute(self.segmentation, "Model")
        if not model:
            return _("Labels from a file or by hand")
        return _("{model}, edited by hand").format(model=model) if self.edited else model

    def export(self, what: str, folder: Path) -> Path:
        """Write one of EXPORTS into a folder; raises InputError when there is nothing to write yet."""
        if what not in EXPORTS:
            raise InputError("export_unknown", name=what)
        if self.volume is None:
            raise InputError("nothing_to_save")
        if not self.has_labels and what != "scene":
            raise InputError("no_labels_yet")
        path = folder / (safe_name(self.volume.GetName()) + EXPORTS[what])
        rows = self.measure().rows
        if what.startswith(("table", "wide")):
            export.write_table(rows, path, wide=what.startswith("wide"))
        elif what == "labels":
            export.write_labels(self.segmentation, self.volume, path)
        elif what == "segmentation":
            export.write_segmentation(self.segmentation, path)
        elif what == "scene":
            export.write_scene(self.scene, path)
        elif what == "report":
            write_report(self.segmentation, self.measurement, path)
        else:
            path.write_text(export.provenance_text(self.segmentation), encoding="utf-8")
        if what in ("labels", "segmentation"):
            self._saved.add(_state_of(self.segmentation))
        elif what == "scene":
            self._saved.update(map(_state_of, self.scene.GetNodesByClass("vtkMRMLSegmentationNode")))
        return path

    def close(self) -> None:
        """End the worker process; safe to call more than once."""
        self.runner.stop()

    def _holds_unsaved(self, node: Any) -> bool:
        return is_edited(node) and _state_of(node) not in self._saved

    def _remove(self, kind: str, keep: Any = None) -> None:
        for node in list(self.scene.GetNodesByClass(kind)):
            if node is not keep:
                hierarchy.remove(node)


def _state_of(node: Any) -> str:
    return str(fingerprint(node))


def safe_name(name: str) -> str:
    """A name that every file system takes."""
    kept = "".join(c if c.isalnum() or c in "-_. " else "_" for c in name).strip(" .")
    return kept[:120] or "volume"
