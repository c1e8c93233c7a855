"""``dgmseg segment``: one image in, labels, table, page and provenance out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ..options import SegmentOptions
from .messages import warn
from .options import AGE, NORMS, SEX, DecimalComma, Sex, takes_options


@takes_options()
def segment(
    *,
    qsm: Annotated[
        Path, typer.Argument(metavar="QSM", help="The QSM: .nii, .nii.gz, .nrrd, or a DICOM folder.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for the results (default: beside the input)."),
    ] = None,
    options: SegmentOptions,
    channel: Annotated[
        list[str] | None,
        typer.Option(
            help="A further channel that the model wants, as NAME=FILE; on another grid it is resampled and registered."
        ),
    ] = None,
    dicom_seg: Annotated[
        bool, typer.Option("--dicom-seg", help="Also write STEM_dseg.dcm; the input must be DICOM.")
    ] = False,
    norms: Annotated[Path | None, NORMS] = None,
    age: Annotated[float | None, AGE] = None,
    sex: Annotated[Sex | None, SEX] = None,
    decimal_comma: DecimalComma = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results of an earlier run.")
    ] = False,
) -> None:
    """Segment the structures that the model knows in a QSM and write labels, ROI table, report page and provenance.

    Writes STEM_dseg.nii.gz, STEM_dseg.tsv, STEM_rois.tsv, STEM_report.html and STEM_provenance.json.
    """
    import sys

    from ..errors import InputError
    from ..io.fetched import check_fetched

    check_fetched(qsm)  # before anything that takes longer to import than this to say
    if not qsm.exists():
        raise InputError("file_missing", path=qsm)
    from ..io.lean import import_nibabel

    import_nibabel()
    from ..image import Image, label_set_of
    from ..io.bids.names import subject_of
    from ..io.dicom_seg import check_series, need_highdicom
    from ..io.file_set import finish_sets
    from ..io.files import check_writable, read_image
    from ..measurement.norms import read_norms
    from ..models.model import find_model, read_header
    from ..segmentation.convention import model_for, structures_given
    from ..segmentation.outputs import output_paths, outputs_claimed, write_segmentation
    from .progress import step_progress

    paths = output_paths(qsm, output, options.save_probabilities, dicom_seg=dicom_seg)
    warn(*finish_sets(paths["labels"].parent))
    check_writable(list(paths.values()), overwrite)
    extra = _named_files(channel or [])
    known = structures_given(read_header(find_model(model_for(options)))[0], options.protocol)
    expected = read_norms(norms, age, sex.value if sex else None, known) if norms else None
    source: Image | Path = qsm
    if dicom_seg:
        need_highdicom()
        source = read_image(qsm)
        if source.kind != "dicom":
            raise InputError("input_no_series", path=qsm)
        check_series(qsm)
    from ..segmentation.pipeline import segment as run

    with outputs_claimed(paths, overwrite) as claimed, step_progress() as progress:
        result = run(
            source,
            options=options.changed(subject=options.subject or subject_of(qsm)),
            extra_channels=extra,
            progress=progress,
        )
        progress("Writing the results", 0.95)
        warnings = write_segmentation(result, paths, overwrite, expected, claimed)
        progress("Done", 1.0)
    warn(*warnings)
    if sys.stdout.isatty():
        from .tables_on_screen import show_rows

        unit = result.provenance["units"]
        print(f"Unit: {unit['unit']}, {'detected' if unit['detected'] else 'as told'} ({unit['reason']})")
        show_rows(result.rows, label_set_of(result.labels))
        print(
            f"Written to {paths['labels'].parent}: " + ", ".join(p.name for p in paths.values() if p.exists())
        )
    else:
        from ..measurement.tables import long_text

        sys.stdout.write(long_text(result.rows))


def _named_files(texts: Sequence[str]) -> dict[str, Path]:
    """Further channels by name. Raises InputError for what is not NAME=FILE, and for a name that stands there twice."""
    from ..errors import InputError

    found: dict[str, Path] = {}
    for text in texts:
        name, sign, path = text.partition("=")
        if not sign or not name or not path:
            raise InputError("channel_bad", channel=text)
        if name in found:
            raise InputError("channel_twice", name=name, one=found[name], other=path)
        found[name] = Path(path)
    return found
