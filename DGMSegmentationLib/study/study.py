"""A study as a reader has it open: its cases, what each begins with, and how a reading is signed."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ..cohort.find import Cohort, CohortCase, find_cohort
from ..cohort.plan import CaseSettings
from ..cohort.record import Record, quick_stamp, read_record
from ..cohort.request import checked
from ..errors import InputError, Remark
from ..image import Image, label_set_of
from ..io.bids.derivatives import CasePaths, case_paths
from ..io.file_set import finish_sets
from ..io.files import read_image
from ..io.labels import read_labels
from .files import Signing, own_labels, owner_of, write_signed
from .journal import Journal, Session, journal_files, read_sessions
from .places import Place, reader_label
from .review import StructureReview, review_of
from .state import DONE, IN_REVIEW, REJECTED, Reading, readings_of


@dataclass(frozen=True, eq=False)
class Opened:
    """A case as it is shown first."""

    case: CohortCase
    image: Image
    automatic: Image | None
    """The model's labels on the image's grid; None when there are none."""
    labels: Image | None
    """What the reader goes on with: an earlier session's, a label file's, or the automatic ones."""
    record: Record
    remarks: tuple[Remark, ...] = ()


class Study:
    """The cases of one folder for one reader.

    Args:
        place: see :func:`.places.find_study`.
        reader: a name; by default who is logged in.
        settings: how new cases are segmented.
        blind: the reader sees nothing of what others did, and writes label files of their own.

    Raises InputError when the model or the folder cannot be used.
    """

    def __init__(
        self, place: Place, reader: str = "", settings: CaseSettings | None = None, blind: bool = False
    ) -> None:
        self.place, self.reader, self.blind = place, reader_label(reader), blind
        self.channels, self.settings = checked(settings or CaseSettings())
        self.cohort: Cohort = find_cohort(place.source, self.channels)

    @property
    def output(self) -> Path:
        """The folder of the results."""
        return self.place.output

    @property
    def name(self) -> str:
        """What the study is called on a page."""
        source = self.place.source
        return source.name if source.is_dir() else source.parent.parent.name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all cases in the order of the cohort."""
        return tuple(case.name for case in self.cohort.cases)

    def case(self, name: str) -> CohortCase:
        """One of the cases; raises InputError for a name that is none."""
        found = next((case for case in self.cohort.cases if case.name == name), None)
        if found is None:
            raise InputError("study_no_case", name=name, path=self.place.source)
        return found

    def look_again(self) -> None:
        """Cases may have been added to the folder."""
        self.cohort = find_cohort(self.place.source, self.channels)

    def paths(self, name: str) -> CasePaths:
        """Where the files of a case lie."""
        return case_paths(self.output, name)

    def record(self, name: str) -> Record | None:
        """What the cohort knows of a case."""
        return read_record(self.paths(name).record)

    def sessions(self, name: str) -> tuple[Session, ...]:
        """The journals of a case that this reader may see."""
        found = read_sessions(self.output, name)
        return tuple(s for s in found if not self.blind or s.reader == self.reader)

    def readings(self, name: str) -> tuple[Reading, ...]:
        """Who read a case, and how far, as far as this reader may see."""
        return readings_of(self.sessions(name))

    def stamp(self, name: str) -> tuple[object, ...]:
        """Another one as soon as anybody's journal of a case, or its record, has changed; reads no file."""
        files = (*journal_files(self.output, name), self.paths(name).record)
        return tuple((path.name, quick_stamp(path)) for path in files)

    def open(self, name: str) -> Opened:
        """Read a case's image and labels. Raises InputError for what cannot be read, and for a case with a problem."""
        case, paths = self.case(name), self.paths(name)
        if case.problem:
            raise InputError("study_case_unusable", name=name, problem=case.problem)
        remarks = list(finish_sets(paths.folder)) if paths.folder.is_dir() else []
        image = read_image(case.image)
        record = read_record(paths.record, remarks.append) or Record()
        automatic = None
        if record.automatic is not None and paths.labels.is_file():
            automatic = read_labels(paths.labels, default=self.settings.label_set())
        if automatic is not None and not automatic.grid.same_as(image.grid):
            remarks.append(Remark("study_labels_other_grid", path=paths.labels))
            automatic = None
        labels = self._own_labels(case, paths, image, remarks)
        labels = labels if labels is not None else self._file_labels(case, paths, image, remarks)
        return Opened(case, image, automatic, automatic if labels is None else labels, record, tuple(remarks))

    def _own_labels(
        self, case: CohortCase, paths: CasePaths, image: Image, remarks: list[Remark]
    ) -> Image | None:
        """As this reader left them: the last session's journal, unless somebody changed the signed file since."""
        own = [session for session in self.sessions(case.name) if session.reader == self.reader]
        others = [r for r in self.readings(case.name) if r.reader != self.reader]
        for other in others:
            code = {DONE: "reading_done_by", REJECTED: "reading_rejected_by"}.get(other.state)
            if code == "reading_done_by":
                remarks.append(Remark("reading_done_by", reader=other.reader, time=_words(other.time)))
            elif code:
                remarks.append(Remark("reading_rejected_by", reader=other.reader, reason=other.reason))
            else:
                remarks.append(Remark("reading_open_by", reader=other.reader, time=_words(other.time)))
        if not own:
            return None
        last = own[-1]
        remarks += last.remarks
        mine = next(r for r in readings_of(own) if r.reader == self.reader)
        if mine.signed is not None and mine.signed.labels:
            file = paths.folder / Path(mine.signed.labels).name
            if file.is_file() and owner_of(file) != self.reader:
                remarks.append(Remark("reading_file_changed", path=file))
                return None
        try:
            labels = last.replay()
        except InputError as error:
            remarks.append(Remark("reading_not_replayed", path=last.path, problem=error))
            return None
        if labels.shape != image.shape:
            remarks.append(Remark("reading_other_grid", path=last.path))
            return None
        if mine.state == IN_REVIEW:
            remarks.append(Remark("reading_resumed", time=_words(mine.time), strokes=mine.strokes))
        return Image(labels, image.affine, label_set=last.label_set)

    def _file_labels(
        self, case: CohortCase, paths: CasePaths, image: Image, remarks: list[Remark]
    ) -> Image | None:
        """Labels that were saved: this reader's own, else the correction that the cohort takes."""
        own = own_labels(paths, case.name, self.reader)
        shared = [] if self.blind else [case.edited] if case.edited else paths.edited_labels()
        file = next((path for path in (own, *shared) if path.is_file()), None)
        if file is None:
            return None
        from ..measurement.roi import labels_on_grid

        labels = read_labels(file, default=self.settings.label_set())
        data, resampled = labels_on_grid(labels, image)
        if resampled:
            remarks.append(Remark("labels_resampled", path=file))
        remarks.append(Remark("reading_of_file", name=file.name))
        return Image(data, image.affine, label_set=labels.label_set)

    def journal(self, opened: Opened, labels: Image) -> Journal:
        """A new session on a case, which begins with these labels."""
        model = opened.record.automatic.model if opened.record.automatic else ""
        return Journal(
            self.output, opened.case.name, self.reader, labels.data, label_set_of(labels), model, self.blind
        )

    def sign(
        self, opened: Opened, labels: Image, in_ppb: Image, journal: Journal
    ) -> tuple[tuple[StructureReview, ...], Path | None]:
        """The reader is done: write the label file where a structure was changed, and sign the journal.

        Returns the review and the label file (None: all stayed as the model gave it). Raises DGMError when something cannot
        be written; nothing is signed then.
        """
        if not np.any(labels.data):
            raise InputError("study_no_labels", name=opened.case.name)
        automatic = opened.automatic
        if automatic is not None and label_set_of(automatic) != label_set_of(labels):
            automatic = None
        review = review_of(labels, automatic, in_ppb)
        made = opened.record.automatic
        paths = self.paths(opened.case.name)
        signing = Signing(
            self.reader,
            made.model if made else "",
            paths.labels.name if automatic is not None else "",
            opened.case.source,
        )
        journal.record(labels.data)
        file = write_signed(opened.case, paths, labels, opened.image, review, signing, self.blind)
        journal.sign([asdict(one) for one in review], file.name if file else "")
        return review, file

    def with_settings(self, **changes: object) -> CaseSettings:
        """The settings with other options of the network."""
        return replace(self.settings, options=self.settings.options.changed(**changes))


def _words(time: str) -> str:
    """A time of a journal as people read it."""
    return time[:16].replace("T", " ") + " UTC"
