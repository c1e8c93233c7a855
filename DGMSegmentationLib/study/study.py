"""A study as a reader has it open: its cases, what each begins with, and how a reading is signed."""

import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from ..cohort.find import Cohort, CohortCase, find_cohort
from ..cohort.plan import CaseSettings
from ..cohort.record import Record, is_same, quick_stamp, read_record
from ..cohort.request import checked
from ..errors import InputError, Remark
from ..image import Image, label_set_of
from ..io.bids.derivatives import CasePaths, case_paths
from ..io.file_set import finish_sets
from ..io.files import read_image, sha256
from ..io.labels import read_labels
from .files import Signing, own_labels, signature_of, write_signed
from .journal import Session, journal_files, read_sessions
from .journal_writer import Journal, Origin
from .names import reader_label
from .opened import Opened, Taken, check_unread, is_image_of, is_of_other_labels, of_other
from .places import Place, find_study
from .resume import Begun, Resume, Resumed, parents_of, turned_with, words_of
from .review import StructureReview, review_of, with_editors
from .same_image import checksum_now, imprint, labels_of_model, made_of
from .state import IN_REVIEW, Reading, readings_of


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

    def look_again(self, kept: str = "") -> None:
        """Cases may have come into the folder, or gone; the one called ``kept`` stays. Raises InputError when none is left."""
        if self.place.loose is not None:
            find_study([self.place.loose], self.place.source.parent)  # the table names what came
        found = find_cohort(self.place.source, self.channels)
        names = {case.name for case in found.cases}
        gone = [case for case in self.cohort.cases if case.name == kept and kept not in names]
        self.cohort = replace(found, cases=(*found.cases, *gone))

    def folders_stamp(self) -> tuple[object, ...]:
        """Another one as soon as an image came, went, or grew; reads no file."""
        place = self.place.loose or self.place.source
        if place.is_file():
            return (quick_stamp(place),)
        patterns = () if self.place.loose else ("sub-*", "sub-*/anat", "sub-*/ses-*", "sub-*/ses-*/anat")
        folders = [place, *(found for pattern in patterns for found in place.glob(pattern))]
        return tuple(
            (entry.path, entry.stat().st_size if entry.is_file() else 0)
            for folder in sorted(set(folders))
            for entry in sorted(os.scandir(folder), key=lambda one: one.name)
        )

    def paths(self, name: str) -> CasePaths:
        """Where the files of a case lie."""
        return case_paths(self.output, name)

    def record(self, name: str) -> Record | None:
        """What the cohort knows of a case."""
        return read_record(self.paths(name).record)

    def hides_results(self, name: str) -> bool:
        """Whether what was measured of a case is withheld from this reader: it is that of labels which somebody else signed."""
        record = self.record(name) if self.blind else None
        return record is not None and record.edited is not None

    def sessions(self, name: str) -> tuple[Session, ...]:
        """The journals of a case that this reader may see."""
        found = read_sessions(self.output, name)
        return tuple(s for s in found if not self.blind or s.reader == self.reader)

    def readings(self, name: str) -> tuple[Reading, ...]:
        """Who read a case, and how far, as far as this reader may see."""
        found = readings_of(self.sessions(name), self.paths(name).folder)
        record = self.record(name) if found else None
        image, automatic = checksum_now(self.case(name).image, record), labels_of_model(record)
        return tuple(reading.as_of(image, automatic) for reading in found)

    def stamp(self, name: str) -> tuple[object, ...]:
        """Another one as soon as anybody's journal of a case, or its record, has changed, or a file of it came or went; reads
        no file.
        """
        paths = self.paths(name)
        files = (*journal_files(self.output, name), paths.record)
        folder = paths.folder.stat().st_mtime_ns if paths.folder.is_dir() else 0
        return (folder, *((path.name, quick_stamp(path)) for path in files))

    def is_stale(self, name: str) -> bool:
        """Whether the correction that the cohort takes is another one than its record measured."""
        case, paths, record = self.case(name), self.paths(name), self.record(name)
        corrected = [case.edited] if case.edited else paths.edited_labels()
        if not corrected:
            return record is not None and record.corrected
        return record is None or not is_same(corrected[0], record.edited)

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
        if automatic is not None:
            automatic = turned_with(image, automatic)
            if automatic is None:
                remarks.append(Remark("study_labels_other_grid", path=paths.labels))
        own = self._own_sessions(name)
        opened = Opened(
            case,
            image,
            automatic,
            automatic,
            record,
            model=record.automatic.model if record.automatic else "",
            parents=parents_of(own),
            image_sha256=checksum_now(case.image, record),
            image_imprint=imprint(image),
        )
        readings = self.readings(name)
        remarks += [of_other(reading) for reading in readings if reading.reader != self.reader]
        mine = next((reading for reading in readings if reading.reader == self.reader), None)
        found = self._own_labels(opened, own, mine, remarks) or self._file_labels(opened, mine, remarks)
        if found is not None:
            opened = replace(
                opened, labels=found.labels, model=found.model or opened.model, begun=found.begun
            )
        if automatic is not None and not is_image_of(opened, made_of(record), own):
            remarks.append(Remark("study_image_changed"))
            opened = replace(opened, automatic=None, labels=found.labels if found is not None else None)
        return replace(opened, remarks=tuple(remarks))

    def _own_labels(
        self, opened: Opened, own: Sequence[Session], mine: Reading | None, remarks: list[Remark]
    ) -> "Resumed | Taken | None":
        """As this reader left them: the last session's journal, unless somebody changed the signed file since."""
        if mine is None:
            return None
        if mine.gone:
            remarks.append(Remark("reading_file_gone", name=mine.gone))
        if mine.changed:
            path = self.paths(opened.case.name).folder / mine.changed
            changed, differs = (
                Remark("reading_file_changed", path=path),
                Remark("reading_file_differs", path=path),
            )
            remarks.append(changed if mine.signed else differs)
        if mine.signed is not None and mine.signed.labels:
            if mine.changed:
                return None
            if not own[-1].is_whole:  # the file is
                remarks += own[-1].remarks
                return None
        resumed = Resume(own, opened.image, opened.automatic, remarks.append).resumed()
        if resumed is None:
            return None
        first = resumed.session.opening
        if first is not None and not is_image_of(opened, first.image_sha256, own):
            remarks[:] = [one for one in remarks if one.code not in ("reading_turned", "reading_moved")]
            remarks.append(Remark("reading_other_image", time=words_of(first.time)))
        elif first is not None and is_of_other_labels(opened, first):
            remarks.append(Remark("reading_other_labels", time=words_of(first.time)))
        if (
            mine.state == IN_REVIEW
            and not mine.gone
            and (mine.strokes or not (mine.other_image or mine.other_labels))
        ):
            remarks.append(Remark("reading_resumed", time=words_of(mine.time), strokes=mine.strokes))
        return resumed

    def _file_labels(self, opened: Opened, mine: Reading | None, remarks: list[Remark]) -> "Taken | None":
        """Labels that were saved: those that this reader signed last, their own, else the correction that the cohort takes."""
        case, paths, image = opened.case, self.paths(opened.case.name), opened.image
        own = own_labels(paths, case.name, self.reader)
        shared = [] if self.blind else [case.edited] if case.edited else paths.edited_labels()
        signed = (
            [paths.folder / Path(mine.signed.labels).name]
            if mine and mine.signed and mine.signed.labels
            else []
        )
        file = next((path for path in (*signed, own, *shared) if path.is_file()), None)
        if file is None:
            return None
        from ..measurement.roi import labels_on_grid

        labels = read_labels(file, default=self.settings.label_set())
        data, resampled = labels_on_grid(labels, image)
        if resampled:
            remarks.append(Remark("labels_resampled", path=file))
        remarks.append(Remark("reading_of_file", name=file.name))
        placed, signature = Image(data, image.affine, label_set=labels.label_set), signature_of(file)
        return Taken(placed, signature.model, Begun(file.name, signature.editors, placed, now=True))

    def journal(
        self, opened: Opened, labels: Image, model: str = "", after: Journal | None = None
    ) -> Journal:
        """A new session on a case, which begins with these labels.

        Args:
            labels: on the image's grid.
            model: that made them, where it is another one than that of the labels which were opened.
            after: the session of this window that it goes on from, where it is not the first.
        """
        begun = opened.begun
        takes_file = begun.now and after is None
        origin = Origin(
            label_set_of(labels),
            opened.image.affine,
            model or (opened.model if after is None else after.model),
            opened.parents if after is None else after.parents,
            begun.file if takes_file else "",
            begun.editors if takes_file else {},
            opened.case.image.name,
            opened.image_sha256,
            opened.image_imprint,
            labels_of_model(opened.record) if opened.automatic is not None else "",
            self.blind,
        )
        return Journal(self.output, opened.case.name, self.reader, labels.data, origin)

    def journal_unread(self, name: str) -> Journal:
        """A new session on a case whose image cannot be read: it holds no labels, and takes a rejection with its reason."""
        label_set = self.settings.label_set()
        own = self._own_sessions(name)
        origin = Origin(label_set, parents=parents_of(own), blind=self.blind)
        nothing = np.zeros((0, 0, 0), label_set.dtype)
        return Journal(self.output, self.case(name).name, self.reader, nothing, origin)

    def sign(
        self, opened: Opened, labels: Image, in_ppb: Image, journal: Journal
    ) -> tuple[tuple[StructureReview, ...], Path | None]:
        """The reader is done: write the label file where a structure was changed, and sign the journal.

        Returns the review and the label file (None: all stayed as the model gave it). Raises DGMError when something cannot
        be written; nothing is signed then.
        """
        if not np.any(labels.data):
            raise InputError("study_no_labels", name=opened.case.name)
        own = self._own_sessions(opened.case.name)
        check_unread(own, opened.parents, journal)
        if labels_of_model(self.record(opened.case.name)) != labels_of_model(opened.record):
            raise InputError("study_labels_other_since")
        journal.record(labels.data)
        automatic, begun = opened.automatic, opened.begun
        if automatic is not None and label_set_of(automatic) != label_set_of(labels):
            automatic = None
        review = review_of(labels, automatic, in_ppb)
        own = self._own_sessions(opened.case.name)
        touched = {one for session in own for event in session.events for one in event.structures}
        review = with_editors(review, labels, self.reader, begun.labels, begun.editors, touched)
        made = opened.record.automatic.model if opened.record.automatic else ""
        signing = Signing(
            self.reader,
            journal.model,
            made,
            begun.file,
            self.paths(opened.case.name).labels.name if automatic is not None else "",
            opened.case.source,
            frozenset(event.labels_sha256 for one in own for event in one.events if event.labels_sha256),
        )
        paths = self.paths(opened.case.name)
        file = write_signed(opened.case, paths, labels, opened.image, review, signing, self.blind)
        journal.sign(
            [asdict(one) for one in review],
            file.name if file else "",
            made,
            begun.file,
            sha256(file) if file else "",
        )
        return review, file

    def _own_sessions(self, name: str) -> list[Session]:
        """This reader's journals of a case."""
        return [session for session in self.sessions(name) if session.reader == self.reader]

    def with_settings(self, **changes: object) -> CaseSettings:
        """The settings with other options of the network."""
        return replace(self.settings, options=self.settings.options.changed(**changes))
