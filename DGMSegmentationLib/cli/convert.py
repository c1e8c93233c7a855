"""``dgmseg convert``: labels and tables in the formats of other programs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .messages import warn
from .options import DecimalComma, LabelSetChoice, Scheme, StructureChoice, chosen_label_set

if TYPE_CHECKING:
    from ..image import Image


def convert(
    source: Annotated[
        Path, typer.Argument(help="Label map, Slicer segmentation, or long ROI table (.tsv, .csv).")
    ],
    target: Annotated[
        Path,
        typer.Argument(
            help="What to write: .nii.gz, .nii, .seg.nrrd, .dcm; for a table .stats, .tsv or .csv."
        ),
    ],
    from_scheme: Annotated[
        Scheme,
        typer.Option("--from", help="Numbering of the source: ours, the original's 2..11, FreeSurfer's."),
    ] = Scheme.dgm,
    to_scheme: Annotated[Scheme, typer.Option("--to", help="Numbering of a written NIfTI.")] = Scheme.dgm,
    label_set: LabelSetChoice = None,
    structure: StructureChoice = None,
    dicom: Annotated[
        Path | None,
        typer.Option(help="For .dcm (DICOM SEG): the DICOM series (folder) that was segmented."),
    ] = None,
    edited: Annotated[
        bool, typer.Option("--edited", help="For .dcm: the labels were corrected by hand.")
    ] = False,
    lookup: Annotated[
        Path | None, typer.Option(help="Also write the table of numbers, names and colours here (.tsv).")
    ] = None,
    wide: Annotated[bool, typer.Option("--wide", help="Write a table with one row an image.")] = False,
    decimal_comma: DecimalComma = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
) -> None:
    """Convert label maps between numberings and formats, or a ROI table to FreeSurfer's .stats.

    FreeSurfer numbers no red nucleus: it becomes 20001 (left) and 20002 (right). A NIfTI of another label set than the
    standard one gets its lookup table beside it.
    """
    from ..errors import InputError
    from ..image import label_set_of
    from ..io.atomic import all_or_none
    from ..io.files import check_writable, stem, write_text
    from ..io.labels import read_labels
    from ..io.lookup import lookup_text
    from ..io.tables import check_table_name, separator
    from ..measurement.places import side_doubts
    from ..structures import STANDARD

    check_table_name(lookup)
    check_writable([path for path in (target, lookup) if path is not None], overwrite)
    ending = target.name.lower()
    is_table = source.suffix.lower() in (".tsv", ".csv", ".txt")  # the names under which tables are written
    if is_table and (to_scheme is not Scheme.dgm or from_scheme is not Scheme.dgm):
        raise InputError("table_has_no_scheme", path=source)
    if to_scheme is not Scheme.dgm and ending.endswith((".seg.nrrd", ".dcm")):
        raise InputError("target_keeps_numbers", name=target.name)
    if wide and not (is_table and ending.endswith((".tsv", ".csv"))):
        raise InputError("wide_for_tables")
    labels = None
    if not is_table:
        chosen = chosen_label_set(label_set)
        labels = read_labels(source, from_scheme.value, label_set=chosen, structure=structure)
    if labels is not None and lookup is None and label_set_of(labels) != STANDARD and ".nii" in ending:
        lookup = target.with_name(f"{stem(target)}.tsv")
        check_writable([target, lookup], overwrite)
    with all_or_none():
        _write(source, target, labels, wide, to_scheme, dicom, edited)
        if lookup is not None:
            meant = STANDARD if labels is None else label_set_of(labels)
            write_text(lookup, lookup_text(meant, to_scheme.value, separator(lookup)))
    if labels is not None:
        warn(*labels.warnings, *side_doubts(labels))


def _write(
    source: Path,
    target: Path,
    labels: "Image | None",
    wide: bool,
    to_scheme: Scheme,
    dicom: Path | None,
    edited: bool,
) -> None:
    """The table or the labels in the format of the target's name."""
    from ..errors import InputError
    from ..io.labels import write_labels
    from ..measurement.freesurfer_stats import write_stats
    from ..measurement.tables import read_long, write_long, write_wide

    ending = target.name.lower()
    if labels is None:
        rows = read_long(source)
        if ending.endswith(".stats"):
            write_stats(target, rows)
        elif ending.endswith((".tsv", ".csv")):
            (write_wide if wide else write_long)(rows, target)
        else:
            raise InputError("table_target_format", name=target.name)
    elif ending.endswith(".dcm"):
        from ..io.dicom_seg import write_dicom_seg

        if dicom is None:
            raise InputError("dicom_seg_needs_folder")
        write_dicom_seg(target, labels, dicom, edited=edited)
    elif ending.endswith((".nii", ".nii.gz", ".seg.nrrd")):
        write_labels(target, labels, to_scheme.value)
    else:
        raise InputError("labels_target_format", name=target.name)
