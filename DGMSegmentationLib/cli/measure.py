"""``dgmseg measure``: ROI tables of existing segmentations."""

from pathlib import Path
from typing import Annotated

import typer

from .messages import warn
from .options import (
    AGE,
    NORMS,
    SEX,
    DecimalComma,
    LabelSetChoice,
    MeasuredUnits,
    Scheme,
    Sex,
    StructureChoice,
    chosen_label_set,
)


def measure(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE", help="Susceptibility maps (.nii, .nii.gz, .nrrd, DICOM folder)."),
    ],
    segmentation: Annotated[Path, typer.Option("--segmentation", "-s", help="Label map of the structures.")],
    scheme: Annotated[
        Scheme, typer.Option(help="Numbering of the label map: ours, the original's 2..11, FreeSurfer's.")
    ] = Scheme.dgm,
    label_set: LabelSetChoice = None,
    structure: StructureChoice = None,
    units: Annotated[
        MeasuredUnits,
        typer.Option(
            help="Unit of the images; own: other maps such as R2*, as they are (flag own_unit in each row)."
        ),
    ] = MeasuredUnits.auto,
    voxel_size: Annotated[
        str | None,
        typer.Option(
            metavar="X,Y,Z", help="True voxel edges in mm when the images' headers are wrong, as for segment."
        ),
    ] = None,
    orientation: Annotated[
        str,
        typer.Option(
            metavar="CODES",
            help="True axis codes when the images' headers are wrong, e.g. LPS, as for segment.",
        ),
    ] = "",
    reference: Annotated[
        str,
        typer.Option(
            metavar="none|brain|FILE|PPB",
            help="What mean_referenced_ppb is relative to: the brain's mean, that of a mask file (or of 'FILE:4,43', "
            "'FILE>0.9'), a number.",
        ),
    ] = "none",
    erode: Annotated[
        int, typer.Option(min=0, max=5, help="Layers of voxels to peel off every structure first.")
    ] = 0,
    subject: Annotated[
        str | None, typer.Option(help="Name of the subject (default: from each image's name).")
    ] = None,
    edited: Annotated[bool, typer.Option("--edited", help="The segmentation was corrected by hand.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the long table here (.tsv or .csv).")
    ] = None,
    wide: Annotated[Path | None, typer.Option(help="Write the wide table here, one row an image.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write the report page here (.html); for one image.")
    ] = None,
    norms: Annotated[Path | None, NORMS] = None,
    age: Annotated[float | None, AGE] = None,
    sex: Annotated[Sex | None, SEX] = None,
    decimal_comma: DecimalComma = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing tables.")] = False,
) -> None:
    """Measure the structures of a label map in images of one head, each on its own grid.

    A segmentation on another grid is carried over (nearest neighbour; flag "labels_resampled"), the image
    never. A table's sidecar (.json) tells unit, reference region and warnings of each image.
    """
    import sys

    from ..errors import InputError
    from ..image import label_set_of
    from ..io.atomic import all_or_none
    from ..io.files import check_writable, write_json
    from ..io.labels import read_labels
    from ..io.tables import check_table_name
    from ..measurement.files import image_names, measured_file
    from ..measurement.norms import read_norms
    from ..measurement.options import MeasureOptions
    from ..measurement.sidecar import sidecar, sidecar_path
    from ..measurement.tables import long_text, write_long, write_wide
    from ..options import orientation_of, voxel_size_of
    from .tables_on_screen import show_rows

    check_table_name(output, wide)
    if report is not None and report.suffix.lower() not in (".html", ".htm"):
        raise InputError("page_name", name=report.name)
    tables = [path for path in (output, wide) if path is not None]
    sidecars = dict.fromkeys(map(sidecar_path, tables))
    check_writable([*tables, *sidecars, *([report] if report else [])], overwrite)
    if report is not None and (len(images) > 1 or units is MeasuredUnits.own):
        raise InputError("page_one_map")
    if norms is not None and report is None:
        raise InputError("norms_need_page")
    size, codes = voxel_size_of(voxel_size), orientation_of(orientation)
    labels = read_labels(
        segmentation, scheme.value, label_set=chosen_label_set(label_set), structure=structure
    )
    known = label_set_of(labels)
    expected = read_norms(norms, age, sex.value if sex else None, known) if norms else None
    rows, decisions, cases = [], [], []
    for path, name in zip(images, image_names(images), strict=True):
        measured = measured_file(
            path,
            labels,
            units.value,
            MeasureOptions(subject or "", name, reference, erode, edited),
            size,
            codes,
        )
        warn(*measured.warnings)
        if measured.verdict.doubtful:
            of = f"{name}: " if len(images) > 1 else ""
            said = [remark.code for remark in measured.warnings]
            warn(f"{of}{measured.verdict.line(said=said)}")
        cases.append(measured)
        rows += measured.rows
        decisions.append(f"Unit of {name}: {measured.opened.units.reason}")
        if measured.resampled:
            warn(f"The segmentation was resampled to the grid of {path}.")
    with all_or_none():
        if report is not None:
            from .. import __version__
            from ..reports.case_page import write_report

            write_report(
                report,
                measured,
                title=rows[0].subject,
                provenance={
                    "software": f"DGMSegmentation {__version__}",
                    "input": images[0].name,
                    "segmentation": segmentation.name,
                    "edited": edited,
                    "units": measured.opened.units.reason,
                    "reference": rows[0].reference,
                    **(
                        {"warnings": [str(remark) for remark in measured.warnings]}
                        if measured.warnings
                        else {}
                    ),
                },
                norms=expected,
            )
        if output is not None:
            write_long(rows, output)
        if wide is not None:
            write_wide(rows, wide)
        for path in sidecars:
            write_json(path, sidecar(cases))
    if sys.stdout.isatty():
        print("\n".join(decisions))
        show_rows(rows, known)
    else:
        sys.stdout.write(long_text(rows))
