"""The label files of readers: whose they are, which one a reader writes, and the signed set of label file and record."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from itertools import count
from pathlib import Path

from .. import __version__
from ..cohort.find import CohortCase
from ..errors import InputError
from ..image import Image, label_set_of
from ..io.bids.derivatives import CasePaths
from ..io.bids.names import described_stem
from ..io.file_set import file_set
from ..io.files import sha256, write_json, write_nifti, write_text
from ..io.lookup import lookup_text
from ..io.typed import read_typed
from ..structures import STANDARD
from .review import EDITED, StructureReview
from .same_image import file_checksum

_LABELS, _RECORD, _LOOKUP = ".nii.gz", ".json", ".tsv"


@dataclass(frozen=True)
class _Signed:
    abbreviation: str = ""
    status: str = ""
    edited_by: str | None = None
    """None: a version that did not write it."""


@dataclass(frozen=True)
class Signature:
    """What the record beside a label file says of its reading."""

    reader: str = ""
    model: str = ""
    """That made the labels which the reader began with."""
    labels_sha256: str = ""
    structures: tuple[_Signed, ...] = ()

    @property
    def editors(self) -> dict[str, str]:
        """Who edited what: abbreviation -> reader."""
        edited = (one for one in self.structures if one.status == EDITED)
        return {one.abbreviation: self.reader if one.edited_by is None else one.edited_by for one in edited}


@dataclass(frozen=True)
class _Sidecar:
    DGMSegmentation: Signature = field(default_factory=Signature)


@dataclass(frozen=True)
class Signing:
    """Who signs what."""

    reader: str
    model: str
    """That made the labels which the reader began with."""
    automatic_model: str
    """That made the automatic labels, with which the review compares."""
    begun_from: str
    """Name of the label file that the reading began with; empty: the automatic labels."""
    automatic: str
    """Name of the automatic label file; empty when there is none."""
    source: str
    """The image, from the study's folder."""
    signed_before: frozenset[str] = frozenset()
    """Checksums of the label files that the reader signed before: these are theirs, also without the record beside them."""


def own_labels(paths: CasePaths, case: str, reader: str) -> Path:
    """The label file of a reader beside the one that the cohort takes."""
    return paths.folder / f"{described_stem(case, reader)}_dseg{_LABELS}"


def signature_of(labels: Path) -> Signature:
    """Whose reading wrote a label file, and how; empty when nobody's did, or somebody has changed it since."""
    record = labels.with_name(labels.name.removesuffix(_LABELS) + _RECORD)
    try:
        signature = read_typed(record, _Sidecar).DGMSegmentation
        return signature if signature.labels_sha256 == sha256(labels) else Signature()
    except (OSError, InputError):
        return Signature()


def owner_of(labels: Path) -> str:
    """Whose reading wrote a label file; empty when nobody's did, or somebody has changed it since."""
    return signature_of(labels).reader


def is_for_cohort(case: CohortCase, paths: CasePaths, signing: Signing, blind: bool) -> bool:
    """Whether a reader's labels go into the file that ``dgmseg cohort`` takes as the correction.

    Not those of a blind reading, nor where that file is somebody else's, or the table of images names another one.
    """
    if blind or case.edited is not None:
        return False
    there = paths.edited_labels()
    ours = paths.of(f"_dseg{_LABELS}", edited=True)
    return not there or (there == [ours] and _is_theirs(ours, signing))


def _is_theirs(labels: Path, signing: Signing) -> bool:
    return owner_of(labels) == signing.reader or file_checksum(labels) in signing.signed_before


def _beside(paths: CasePaths, case: str, signing: Signing) -> Iterator[Path]:
    """The files beside the cohort's that the reader's labels may lie in: those that are there, and the first free name."""
    for number in count(1):
        path = own_labels(paths, case, signing.reader + (str(number) if number > 1 else ""))
        yield path
        if not path.is_file():
            return


def _remove_older(paths: CasePaths, case: str, signing: Signing) -> None:
    """The reader's files beside the cohort's, which hold what they signed before."""
    for labels in [path for path in _beside(paths, case, signing) if path.is_file()]:
        if _is_theirs(labels, signing):
            for end in (_RECORD, _LOOKUP, _LABELS):
                labels.with_name(labels.name.removesuffix(_LABELS) + end).unlink(missing_ok=True)


def write_signed(
    case: CohortCase,
    paths: CasePaths,
    labels: Image,
    image: Image,
    review: Sequence[StructureReview],
    signing: Signing,
    blind: bool,
) -> Path | None:
    """Write labels that a reader changed, with the record of who signed what; None when none were and none lie there.

    The files appear together or not at all; one that somebody changed since it was signed stays, and the next number goes
    behind the reader's name. ``image``: whose geometry it is, as its file was read. Raises InputError when nothing can be
    written there.
    """
    edited = any(one.status == EDITED for one in review)
    shared = paths.of("_dseg", edited=True).name
    if is_for_cohort(case, paths, signing, blind):
        if not edited and not paths.edited_labels():
            _remove_older(paths, case.name, signing)
            return None
        try:
            with file_set(paths.folder, shared) as claimed:
                if is_for_cohort(case, paths, signing, blind):  # nobody came first
                    made = _write(claimed.staging, shared, labels, image, review, signing)
                    claimed.commit(made)
                    _remove_older(paths, case.name, signing)
                    return paths.folder / made[0].name
        except InputError as error:
            if error.code != "outputs_in_use":  # else somebody signs this case at this very moment
                raise
    # What somebody changed since it was signed is nobody's to replace.
    free = (
        path for path in _beside(paths, case.name, signing) if not path.is_file() or _is_theirs(path, signing)
    )
    own = next(free)
    if not edited and not own.is_file():
        return None
    name = own.name.removesuffix(_LABELS)
    with file_set(paths.folder, name) as claimed:
        made = _write(claimed.staging, name, labels, image, review, signing)
        claimed.commit(made)
        return paths.folder / made[0].name


def _write(
    folder: Path,
    name: str,
    labels: Image,
    image: Image,
    review: Sequence[StructureReview],
    signing: Signing,
) -> list[Path]:
    label_set = label_set_of(labels)
    made = [folder / f"{name}{_LABELS}", folder / f"{name}{_RECORD}"]
    write_nifti(
        made[0],
        labels.data,
        image.affine,
        like=image,
        description="DGM labels, edited by hand",
        intent="label",
    )
    if label_set != STANDARD:
        made.append(folder / f"{name}{_LOOKUP}")
        write_text(made[-1], lookup_text(label_set))
    sources = [f"bids:raw:{signing.source}", *([signing.automatic] if signing.automatic else [])]
    record = {
        "Description": "Deep-gray-matter nuclei, read and corrected by hand",
        "Sources": sources,
        "Manual": True,
        "DGMSegmentation": {
            "reader": signing.reader,
            "signed": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "model": signing.model,
            "automatic_model": signing.automatic_model,
            "begun_from": signing.begun_from,
            "software": f"DGMSegmentation {__version__}",
            "labels_sha256": sha256(made[0]),
            "structures": [asdict(one) for one in review],
        },
    }
    write_json(made[1], record)
    return made
