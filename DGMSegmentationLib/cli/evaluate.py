"""``dgmseg evaluate``: score segmentations against references."""

from pathlib import Path
from typing import Annotated

import typer

from .messages import warn
from .options import DecimalComma, LabelSetChoice, Scheme, StructureChoice, Units, chosen_label_set


def evaluate(
    prediction: Annotated[
        Path,
        typer.Argument(
            help="Segmentation to score, a folder of them, or a manifest (.tsv: prediction, reference)."
        ),
    ],
    reference: Annotated[
        Path | None, typer.Argument(help="Reference segmentation, or the folder of them.")
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option("--image", help="The QSM (or the folder of them), for the error of ROI means."),
    ] = None,
    units: Annotated[Units, typer.Option(help="Unit of the images.")] = Units.auto,
    scheme: Annotated[Scheme, typer.Option(help="Numbering of the label maps.")] = Scheme.dgm,
    labels: LabelSetChoice = None,
    structure: StructureChoice = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write one row per case and structure here.")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(help="Write means, limits of agreement and ICC per structure here.")
    ] = None,
    decimal_comma: DecimalComma = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing tables.")] = False,
) -> None:
    """Dice, precision, sensitivity, HD95, surface Dice, volume error and error of the ROI mean.

    Errors are prediction minus reference. A structure that both lack has Dice 0.
    """
    import sys

    from ..errors import Remark
    from ..evaluation.columns import CASE_DESCRIPTIONS, SUMMARY_DESCRIPTIONS
    from ..evaluation.overlap import CASE_COLUMNS, SUMMARY_COLUMNS, case_rows, summarise
    from ..evaluation.overlap_files import evaluate_files, find_pairs
    from ..io.atomic import all_or_none
    from ..io.files import check_writable, write_json
    from ..io.tables import check_table_name, table_text, write_table
    from ..measurement.sidecar import sidecar_of_warnings, sidecars_of

    check_table_name(output, summary)
    tables = {
        path: about
        for path, about in ((output, CASE_DESCRIPTIONS), (summary, SUMMARY_DESCRIPTIONS))
        if path is not None
    }
    sidecars = sidecars_of(tables)
    check_writable([*tables, *sidecars], overwrite)
    said: list[Remark] = []

    def log(remark: Remark) -> None:
        said.append(remark)
        warn(remark)

    pairs = find_pairs(prediction, reference, image, log)
    label_set = chosen_label_set(labels)
    scores = evaluate_files(
        pairs, units=units.value, scheme=scheme.value, label_set=label_set, structure=structure, log=log
    )
    cases, summaries = case_rows(scores), summarise(scores)
    with all_or_none():
        if output is not None:
            write_table(output, CASE_COLUMNS, cases)
        if summary is not None:
            write_table(summary, SUMMARY_COLUMNS, summaries)
        for path, about in sidecars.items():
            write_json(path, sidecar_of_warnings(said, about))
    if not sys.stdout.isatty():
        sys.stdout.write(table_text(CASE_COLUMNS, cases))
        return
    from .tables_on_screen import show_table

    columns: dict[str, tuple[str, int | None]]
    if len({case["subject"] for case in cases}) == 1:
        columns = {
            "": ("abbreviation", None),
            "Dice": ("dice", 3),
            "prec.": ("precision", 3),
            "sens.": ("sensitivity", 3),
            "HD95 mm": ("hd95_mm", 1),
            "surf. 1mm": ("surface_dice_1mm", 3),
            "vol. %": ("volume_error_percent", 1),
            "mean ppb": ("mean_error_ppb", 1),
        }
        show_table(columns, cases, str(cases[0]["subject"]))
    columns = {
        "": ("structure", None),
        "n": ("n", 0),
        "Dice": ("dice_mean", 3),
        "SD": ("dice_sd", 3),
        "HD95": ("hd95_mm_mean", 1),
        "vol. %": ("volume_error_percent_mean", 1),
        "bias": ("mean_bias_ppb", 1),
        "low": ("mean_limit_low_ppb", 1),
        "high": ("mean_limit_high_ppb", 1),
        "ICC": ("icc_2_1", 2),
        "empty": ("n_empty", 0),
    }
    show_table(columns, summaries, "Summary (bias and limits of agreement of the ROI mean, ppb)")
