"""``dgmseg agreement``: how well reconstructions, scanners, sessions or segmentations agree."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from .messages import warn
from .options import DecimalComma, LabelSetChoice, Scheme, StructureChoice, Units, chosen_label_set


class Statistic(str, Enum):
    """What to compare."""

    mean_ppb = "mean_ppb"
    median_ppb = "median_ppb"
    mean_referenced_ppb = "mean_referenced_ppb"
    volume_mm3 = "volume_mm3"


def agreement(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT",
            help="ROI tables (one a method), a manifest (.tsv: subject, method, image, segmentation), "
            "or images of one head together with --segmentation.",
        ),
    ],
    segmentation: Annotated[
        Path | None, typer.Option("--segmentation", "-s", help="Labels to measure the images with.")
    ] = None,
    statistic: Annotated[Statistic, typer.Option(help="What to compare.")] = Statistic.mean_ppb,
    units: Annotated[Units, typer.Option(help="Unit of the images.")] = Units.auto,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="ses|acq|rec|run|desc",
            help="Compare the images within one ROI table by this part of their BIDS names.",
        ),
    ] = None,
    reference: Annotated[
        str,
        typer.Option(
            metavar="none|brain|FILE|PPB", help="Reference of images for --statistic mean_referenced_ppb."
        ),
    ] = "none",
    scheme: Annotated[Scheme, typer.Option(help="Numbering of the label maps.")] = Scheme.dgm,
    labels: LabelSetChoice = None,
    structure: StructureChoice = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the agreement table here.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw scatter and Bland-Altman plots here (.png, .pdf, .svg).")
    ] = None,
    changed: Annotated[
        Path | None,
        typer.Option(
            "--changes", help="Write each subject's change of the statistic and the detectable change here."
        ),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option(
            help="Write what other labels changed (Dice, volume, ppb; second minus first) here; needs a manifest."
        ),
    ] = None,
    decimal_comma: DecimalComma = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
) -> None:
    """Bias, limits of agreement, slope, ICC(2,1) and CCC per structure; differences are second minus first.

    Beside them stands the repeatability of repeated scans: a smaller difference of one subject may be chance.
    """
    import sys
    from itertools import combinations

    from ..errors import InputError, Remark, few
    from ..evaluation.agreement import (
        AGREEMENT_COLUMNS,
        change_columns,
        changes,
        compare,
        subjects_in_common,
        subjects_left_out,
    )
    from ..evaluation.agreement_files import (
        HowMeasured,
        is_roi_table,
        label_changes,
        methods_by_entity,
        methods_from_images,
        methods_from_manifest,
        methods_from_tables,
        read_manifest,
    )
    from ..evaluation.columns import AGREEMENT_DESCRIPTIONS, SUMMARY_DESCRIPTIONS
    from ..evaluation.overlap import SUMMARY_COLUMNS, summarise
    from ..io.atomic import all_or_none
    from ..io.files import check_writable, write_bytes, write_json
    from ..io.tables import check_table_name, table_text, write_table
    from ..measurement.sidecar import sidecar_of_warnings, sidecars_of
    from ..structures import STANDARD

    said: list[Remark] = []

    def log(remark: Remark) -> None:
        said.append(remark)
        warn(remark)

    check_table_name(output, changed, corrections)
    columns_of_changes = change_columns(statistic.value)
    kinds = (
        (output, AGREEMENT_DESCRIPTIONS),
        (changed, columns_of_changes),
        (corrections, SUMMARY_DESCRIPTIONS),
    )
    tables = {path: about for path, about in kinds if path is not None}
    sidecars = sidecars_of(tables)
    check_writable([*tables, *sidecars, *([plot] if plot else [])], overwrite)
    if plot is not None:
        from ..reports.agreement_plot import agreement_plot, plot_format

        kind = plot_format(plot)
    manifest = segmentation is None and len(inputs) == 1 and not is_roi_table(inputs[0])
    measures = segmentation is not None or manifest
    if by is not None and measures:
        raise InputError("by_for_one_table")
    if reference != "none" and not measures:
        raise InputError("reference_for_images")
    if reference != "none" and statistic is not Statistic.mean_referenced_ppb:
        raise InputError("reference_changes_nothing", statistic=statistic.value)
    edits = []
    label_set = chosen_label_set(labels)
    known = label_set or STANDARD
    how = HowMeasured(units.value, reference, scheme.value, label_set, structure)
    if segmentation is not None:
        methods = methods_from_images(inputs, segmentation, how, log)
    elif manifest:
        lines = read_manifest(inputs[0])
        methods = methods_from_manifest(lines, how, log)
        edits = summarise(label_changes(lines, how))
    elif by is not None:
        if len(inputs) > 1:
            raise InputError("by_needs_a_table")
        methods = methods_by_entity(inputs[0], by)
    else:
        methods = methods_from_tables(inputs)
    if corrections is not None and not edits:
        raise InputError("corrections_need_manifest")
    rows = compare(methods, statistic.value, known)
    if missing := subjects_left_out(methods):
        if len(missing) == 1:
            log(Remark("agreement_subject_left_out", name=missing[0]))
        else:
            log(Remark("agreement_subjects_left_out", count=len(missing), names=few(missing)))
    side_by_side = [
        row
        for first, second in combinations(methods, 2)
        for row in changes(methods[first], methods[second], (first, second), statistic.value, known)
    ]
    with all_or_none():
        if output is not None:
            write_table(output, AGREEMENT_COLUMNS, rows)
        if changed is not None:
            write_table(changed, tuple(columns_of_changes), side_by_side)
        if corrections is not None:
            write_table(corrections, SUMMARY_COLUMNS, edits)
        for path, about in sidecars.items():
            write_json(path, sidecar_of_warnings(said, about))
    if plot is not None:
        write_bytes(plot, agreement_plot(methods, statistic.value, kind, known))
    if not sys.stdout.isatty():
        sys.stdout.write(table_text(AGREEMENT_COLUMNS, rows))
        return
    from .tables_on_screen import show_table

    columns: dict[str, tuple[str, int | None]]
    who: dict[str, tuple[str, int | None]] = {"first": ("first", None), "second": ("second", None)}
    if len(subjects_in_common(methods)) == 1:
        unit = "mm3" if statistic is Statistic.volume_mm3 else "ppb"
        columns = {
            **who,
            "": ("abbreviation", None),
            unit: (f"first_{unit}", 1),
            f"{unit} ": (f"second_{unit}", 1),
            "change": (f"change_{unit}", 1),
            "detectable": ("detectable_change_ppb", 0),
            "beyond": ("beyond_chance", None),
        }
        show_table(columns, side_by_side, f"One subject: change of {statistic.value}")
    columns = {
        **who,
        "": ("structure", None),
        "n": ("n", 0),
        "bias": ("bias", 1),
        "low": ("limit_low", 1),
        "high": ("limit_high", 1),
        "slope": ("slope", 2),
        "ICC": ("icc_2_1", 2),
        "CCC": ("ccc", 2),
        "repeat": ("repeatability_ppb", 0),
    }
    show_table(columns, rows, statistic.value)
    if edits:
        columns = {
            "": ("structure", None),
            "n": ("n", 0),
            "Dice": ("dice_mean", 3),
            "bias ppb": ("mean_bias_ppb", 1),
        }
        show_table(columns, edits, "Labels, second minus first")
