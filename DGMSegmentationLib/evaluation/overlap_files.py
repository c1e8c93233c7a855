"""Score segmentation files: one pair, two folders, or a manifest of pairs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError, Remark
from ..io.bids.names import scan_of
from ..io.files import stem
from ..io.labels import read_labels
from ..io.suffixes import IMAGE_SUFFIXES
from ..io.tables import read_table
from ..measurement.files import open_ppb
from ..measurement.places import sides_exchanged
from ..preprocessing.alignment import aligned
from ..structures import LabelSet
from .overlap import CaseScore, evaluate_case

_NAME_ENDS = ("_seg-DGM_dseg", "_dseg", "_Chimap", "_QSM", "_qsm", "_label", "_labels", "_seg")


@dataclass(frozen=True)
class Pair:
    """The files of one case; ``image`` is the susceptibility map, when there is one."""

    subject: str
    prediction: Path
    reference: Path
    image: Path | None = None


def case_key(path: Path | str) -> str:
    """What files of one case share: the BIDS subject, session and run, else the name without its usual
    endings.
    """
    name = stem(path)
    if scan := scan_of(name):
        return scan
    trimmed = True
    while trimmed:
        trimmed = False
        for end in _NAME_ENDS:
            if name.endswith(end) and len(name) > len(end):
                name, trimmed = name.removesuffix(end), True
    return name


def find_cases(folder: Path, word: str) -> dict[str, Path]:
    """The image files below a folder by case; those with ``word`` ("dseg", "Chimap") in the name where there
    are any.

    Raises InputError when there is none, or two of one case.
    """
    files = sorted(
        p for p in folder.rglob("*") if p.name.endswith(IMAGE_SUFFIXES) and not p.name.startswith(".")
    )
    files = [p for p in files if word in p.name] or files
    if not files:
        raise InputError("folder_no_images", path=folder)
    cases: dict[str, Path] = {}
    for path in files:
        if case_key(path) in cases:
            raise InputError("two_files_of_a_case", other=cases[case_key(path)], path=path)
        cases[case_key(path)] = path
    return cases


def pairs_from_folders(
    prediction: Path, reference: Path, image: Path | None, log: Callable[[Remark], None] | None = None
) -> list[Pair]:
    """Pair the files of two (three) folders by case; ``log`` is told which predictions have no reference.

    Raises InputError when a reference has no prediction or no image: a case left out would beautify the
    result.
    """
    predictions, references = find_cases(prediction, "dseg"), find_cases(reference, "dseg")
    images = find_cases(image, "Chimap") if image else {}
    for cases, folder in ((predictions, prediction), *(((images, image),) if image else ())):
        missing = [key for key in references if key not in cases]
        if missing:
            raise InputError("no_file_for", path=folder, names=_first(missing))
    unknown = [key for key in predictions if key not in references]
    if unknown and log is not None:
        log(Remark("no_reference_for", path=reference, names=_first(unknown)))
    return [Pair(key, predictions[key], path, images.get(key)) for key, path in references.items()]


def _first(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{keys[0]} and {len(keys) - 1} more"


def pairs_from_manifest(path: Path) -> list[Pair]:
    """Read a table with the columns prediction, reference and, if wanted, subject and image; paths relative
    to it.
    """
    lines = read_table(path)
    for column in ("prediction", "reference"):
        if not lines or any(not line.get(column) for line in lines):
            raise InputError("pairs_empty_value", path=path, column=column)
    return [
        Pair(
            line.get("subject") or case_key(line["reference"]),
            path.parent / line["prediction"],
            path.parent / line["reference"],
            path.parent / line["image"] if line.get("image") else None,
        )
        for line in lines
    ]


def find_pairs(
    prediction: Path,
    reference: Path | None,
    image: Path | None = None,
    log: Callable[[Remark], None] | None = None,
) -> list[Pair]:
    """The pairs that the user means: two files, two folders, or one manifest; ``log`` is told what is left out.

    Raises InputError when the combination makes no sense.
    """
    if reference is None:
        if prediction.suffix.lower() not in (".tsv", ".csv"):
            raise InputError("pairs_unclear")
        if image is not None:
            raise InputError("pairs_image_option", path=prediction)
        return pairs_from_manifest(prediction)
    if prediction.is_dir() != reference.is_dir():
        raise InputError("pairs_mixed")
    if prediction.is_dir():
        return pairs_from_folders(prediction, reference, image, log)
    return [Pair(case_key(reference), prediction, reference, image)]


def evaluate_files(
    pairs: Iterable[Pair],
    *,
    units: str = "auto",
    scheme: str = "dgm",
    label_set: LabelSet | None = None,
    structure: str | None = None,
    progress: Callable[[int], None] | None = None,
    log: Callable[[Remark], None] = lambda remark: None,
) -> list[CaseScore]:
    """Score pairs of files; one row a structure and case. ``progress(done)`` is called after each case;
    ``log`` is told what is doubtful about images and labels.

    ``scheme`` is the label numbering of the predictions and references, ``label_set`` their set when the files shall not
    say it themselves, ``structure`` what they hold when they are masks. Raises InputError for bad files.
    """
    scores: list[CaseScore] = []
    for done, pair in enumerate(pairs, start=1):
        predicted, reference = (
            read_labels(path, scheme, label_set=label_set, structure=structure)
            for path in (pair.prediction, pair.reference)
        )
        predicted, moved = aligned(predicted, reference)
        for warning in (*predicted.warnings, *reference.warnings, *moved):
            log(warning)
        for labels, path in ((predicted, pair.prediction), (reference, pair.reference)):
            if sides_exchanged(labels):
                log(Remark("sides_exchanged_in_file", path=path))
        image = None
        if pair.image:
            opened = open_ppb(pair.image, units)
            image, moved = aligned(opened.image, reference)
            for warning in (*opened.warnings, *moved):
                log(warning)
        scores += evaluate_case(predicted, reference, image, subject=pair.subject)
        if progress:
            progress(done)
    return scores
