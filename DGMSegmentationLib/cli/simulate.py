"""``dgmseg simulate``: simulated QSM with exact labels, from label maps."""

from pathlib import Path
from typing import Annotated

import typer


def simulate(
    labelmaps: Annotated[
        Path, typer.Option("--labelmaps", metavar="DIR", help="Folder with hoa2/, wholehead/ and cit168/.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder of the data set.")],
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="Number of subjects.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same subjects.")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes to run side by side.")] = 1,
    cache: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Prepared anatomies, kept (default: OUTPUT/sourcedata/anatomies)."),
    ] = None,
    anatomies: Annotated[
        int | None,
        typer.Option(min=1, help="Use only the first so many anatomies (about ten seconds each, once)."),
    ] = None,
    voxel_size: Annotated[
        str | None, typer.Option(help="Voxel edges in mm, e.g. 1,1,3 (default: random per subject).")
    ] = None,
    channels: Annotated[
        str,
        typer.Option(
            metavar="magnitude,r2star",
            help="Also maps of the magnitude, R2* or both (*_part-mag_T2starw, *_R2starmap).",
        ),
    ] = "",
    contact_sheet: Annotated[
        Path | None, typer.Option("--contact-sheet", metavar="PNG", help="Draw the first subjects.")
    ] = None,
    no_veins: Annotated[bool, typer.Option("--no-veins", help="Leave out veins (an ablation).")] = False,
    no_deformation: Annotated[
        bool, typer.Option("--no-deformation", help="Leave the anatomies as they are (an ablation).")
    ] = False,
    reconstruction: Annotated[
        str,
        typer.Option(metavar="random|tkd|l2|tikhonov|tv", help="One reconstruction for all (an ablation)."),
    ] = "random",
) -> None:
    """Simulate QSM with labels of the ten structures, as a data set for ``dgmseg train``.

    Run it again to go on where it stopped, or with a larger --count to add subjects.
    """
    from ..errors import InputError
    from ..io.files import check_writable
    from ..options import voxel_size_of
    from ..simulation.dataset import image_path, labels_path, simulate_dataset
    from ..simulation.inversion import RECONSTRUCTIONS
    from ..simulation.relaxation import checked_channels
    from ..simulation.subject import Options
    from ..simulation.workers import Work
    from .progress import step_progress

    if reconstruction != "random" and reconstruction not in RECONSTRUCTIONS:
        raise InputError(
            "reconstruction_unknown", reconstruction=reconstruction, choices=list(RECONSTRUCTIONS)
        )
    size = voxel_size_of(voxel_size)
    if size is not None and not all(0.4 <= s <= 6.0 for s in size):
        raise InputError("simulated_voxel_size")
    if contact_sheet is not None:
        check_writable([contact_sheet], overwrite=True)  # before minutes of work
    options = Options(
        veins=not no_veins,
        deform=not no_deformation,
        reconstructions=RECONSTRUCTIONS if reconstruction == "random" else (reconstruction,),
        voxel_size=size,
        channels=checked_channels([name.strip() for name in channels.split(",") if name.strip()]),
    )
    with step_progress() as show:
        subjects = simulate_dataset(
            labelmaps, output, count, seed, options=options, cache=cache, anatomies=anatomies,
            work=Work(jobs, lambda stage, done, total: show(f"{stage} {done}/{total}", done / max(total, 1))),
        )  # fmt: skip
    if contact_sheet is not None:
        from ..simulation.sheet import write_sheet

        write_sheet([(image_path(output, s), labels_path(output, s)) for s in subjects[:8]], contact_sheet)
    typer.echo(f"{len(subjects)} simulated subjects in {output}")
