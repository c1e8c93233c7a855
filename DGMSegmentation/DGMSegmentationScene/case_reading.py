"""One case of a study in the scene: its labels as the reader left them, and a journal that follows every edit."""

from typing import TYPE_CHECKING, Any

from .edits import mark_unedited
from .measurement import IMAGE_NAME
from .provenance import PREFIX, carry, write_provenance
from .segments import show_labels

if TYPE_CHECKING:
    from pathlib import Path

    from DGMSegmentationLib.image import Image
    from DGMSegmentationLib.measurement.case import MeasuredCase
    from DGMSegmentationLib.study.journal_writer import Journal
    from DGMSegmentationLib.study.review import StructureReview
    from DGMSegmentationLib.study.study import Opened, Study


class CaseReading:
    """What a reader does to one case; everything is in its journal as soon as it was measured."""

    def __init__(self, study: "Study", opened: "Opened") -> None:
        self.study, self.opened = study, opened
        self._journal: Journal | None = None
        self._means: dict[str, float] = {}

    @property
    def name(self) -> str:
        """Of the case."""
        return self.opened.case.name

    def show(self, node: Any, volume: Any, labels: "Image | None" = None) -> None:
        """Fill the segmentation with what the reader goes on with; what the model gave is known as unedited.

        ``labels``: others, on the volume's grid, which the reader opened from a file.
        """
        opened, made = self.opened, self.opened.record.automatic
        volume.SetAttribute(IMAGE_NAME, opened.case.shown)
        if opened.automatic is not None and made is not None:
            show_labels(node, volume, opened.automatic.data, opened.automatic.label_set)
            write_provenance(node, volume, made.provenance)
            node.SetAttribute(PREFIX + "Model", opened.model or made.model)
            carry(node)
            mark_unedited(node)
        labels = labels or opened.labels
        if labels is not None and labels is not opened.automatic:
            show_labels(node, volume, labels.data, labels.label_set)

    def record(self, case: "MeasuredCase") -> bool:
        """Write what changed since the last measurement into the journal; False when nothing did.

        Raises DGMError when the journal cannot be written; the next call tries again.
        """
        from DGMSegmentationLib.image import label_set_of

        before, self._means = self._means, {row.abbreviation: row.mean_ppb for row in case.rows}
        journal, opened, model = self._journal, self.opened, case.options.model
        if journal is None:
            began = opened.labels or case.labels
            self._journal = self.study.journal(opened, began, "" if opened.labels else model)
            if opened.labels is None or self._journal.label_set == label_set_of(case.labels):
                return self._journal.record(case.labels.data, model=model)
        elif journal.label_set == label_set_of(case.labels):
            means = {name: (before.get(name, mean), mean) for name, mean in self._means.items()}
            return journal.record(case.labels.data, means, model)
        # another protocol's structures
        self._journal = self.study.journal(opened, case.labels, model, after=journal)
        self._journal.begin()
        return True

    def sign(self, case: "MeasuredCase") -> "tuple[tuple[StructureReview, ...], Path | None]":
        """The reader is done; see :meth:`Study.sign`."""
        self.record(case)
        assert self._journal is not None
        return self.study.sign(self.opened, case.labels, case.image, self._journal)

    def reject(self, reason: str) -> None:
        """The case cannot be used, and why."""
        self._of_its_own().reject(reason)

    def reopen(self) -> None:
        """A case that was done or rejected is read again."""
        self._of_its_own().reopen()

    def _of_its_own(self) -> "Journal":
        if self._journal is None:
            self._journal = self.study.journal(self.opened, self._labels())
        return self._journal

    def _labels(self) -> Any:
        import numpy as np

        empty = np.zeros(self.opened.image.shape, self.study.settings.label_set().dtype)
        return self.opened.labels or self.opened.image.replace(
            data=empty, unit=None, label_set=self.study.settings.label_set()
        )
