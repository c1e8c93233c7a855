"""``dgmseg demo``: the bundled model on the bundled sample, beside the truth."""

from pathlib import Path
from typing import Annotated

import typer

from ..options import SegmentOptions
from .messages import warn
from .options import check_qsm_alone, takes_options


@takes_options(only=("model", "device"))
def demo(
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the results.")
    ] = Path("dgmseg-demo"),
    options: SegmentOptions,
) -> None:
    """Segment the bundled sample volume and compare the result with its true labels and values.

    The sample is simulated, so the truth is known. An earlier demo in the same folder is replaced.
    """
    import time

    from ..errors import InputError
    from ..io.file_set import file_set
    from ..segmentation.outputs import output_paths, write_segmentation
    from ..segmentation.sample import NAME, bundled_sample, comparison, write_comparison
    from .progress import step_progress
    from .tables_on_screen import show_table

    start = time.perf_counter()
    sample = bundled_sample()
    check_qsm_alone(options.model, "demo")  # before torch is imported: a missing model is said at once
    paths = output_paths(sample.image, output, picture=True)
    if _changed_since(paths["labels"], paths["provenance"]):
        raise InputError("demo_labels_changed", path=paths["labels"])
    from ..segmentation.pipeline import segment

    table = output / f"{NAME}_comparison.tsv"
    with file_set(output, NAME) as claimed, step_progress() as progress:
        result = segment(sample.image, options=options.changed(subject=NAME), progress=progress)
        progress("Comparing with the truth", 0.93)
        compared = comparison(result, sample)
        progress("Writing the results", 0.95)
        warnings = write_segmentation(
            result,
            paths,
            overwrite=True,
            claimed=claimed,
            further={table: lambda path: write_comparison(compared, path)},
        )
        progress("Done", 1.0)
    warn(*warnings)
    columns: dict[str, tuple[str, int | None]] = {
        "structure": ("structure", None),
        "Dice": ("dice", 2),
        "mm3": ("volume_mm3", 0),
        "true": ("true_volume_mm3", 0),
        "ppb": ("mean_ppb", 1),
        "true ": ("true_mean_ppb", 1),
        "error": ("mean_error_ppb", 1),
    }
    show_table(columns, compared, f"{sample.image.name}: found and true")
    mean = sum(row["dice"] for row in compared) / len(compared)
    seconds = time.perf_counter() - start
    header = result.provenance["model"]
    typer.echo(
        f"Model {header['name']} {header['version']}: mean Dice {mean:.2f}, {seconds:.0f} s on "
        f"{result.provenance['options']['device']}. {header['intended_use']}"
    )
    typer.echo(f"Written to {output.resolve()}:")
    roles = {
        "report": "open this page in a browser",
        "picture": "the labels over the QSM",
        "labels": "labels, on the grid of the QSM",
        "table": "ROI table",
    }
    for role, what in roles.items():
        if paths[role].exists():
            typer.echo(f"  {paths[role].name}  {what}")
    typer.echo(f"  {table.name}  the table above")


def _changed_since(labels: Path, written_with: Path, seconds: float = 10.0) -> bool:
    """Whether the labels are younger than what was written with them: somebody has edited them."""
    if not labels.exists():
        return False
    return not written_with.exists() or labels.stat().st_mtime > written_with.stat().st_mtime + seconds
