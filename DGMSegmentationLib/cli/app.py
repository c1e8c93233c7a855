"""``dgmseg app``: the same tool in a browser, on 3D Slicer's own core."""

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from .options import MODEL

_NEEDED = ("trame_slicer", "slicer", "trame")


def app(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE or STUDY",
            help="A QSM to open (.nii, .nii.gz, .nrrd, or a DICOM folder), or a study: a BIDS folder, a table of images, a "
            "folder of images, or several images.",
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen at (default: 8650, or a free one when it is taken).")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen at; any but this computer's own asks for a token.")
    ] = "127.0.0.1",
    token: Annotated[
        str,
        typer.Option(
            envvar="DGMSEG_APP_TOKEN",
            help="The token to ask for (default: none here, a random one for another host).",
        ),
    ] = "",
    model: Annotated[str, MODEL] = "",
    no_browser: Annotated[
        bool,
        typer.Option("--no-browser", help="Print the address, do not open the browser (as with a token)."),
    ] = False,
    max_upload_mb: Annotated[int, typer.Option(help="Largest upload in MB.")] = 2048,
    reader: Annotated[
        str, typer.Option(help="Who reads the study: letters and digits (default: who is logged in).")
    ] = "",
    blind: Annotated[
        bool, typer.Option("--blind", help="A second reading that sees nothing of what others did.")
    ] = False,
    language: Annotated[
        str,
        typer.Option(
            help="Language of the page, en or de (default: that of this computer, by LANG and the like; else en)."
        ),
    ] = "",
) -> None:
    """Open the app in the browser: load, segment, correct with a brush, read the table, save; or read a whole study."""
    find_app()
    from DGMSegmentationApp.main import run
    from DGMSegmentationApp.options import decide, page_language

    options = decide(host, port, token, not no_browser, model, max_upload_mb, reader, blind)
    run(replace(options, language=page_language(language)), files or [])


def find_app() -> None:
    """Raise InputError when the app or its packages are not installed, or when it is that of another checkout."""
    from ..errors import InputError

    found = importlib.util.find_spec("DGMSegmentationApp")
    if found is None or any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise InputError("app_packages")
    beside = Path(__file__).resolve().parents[2] / "DGMSegmentation" / "DGMSegmentationApp"
    here = Path(found.origin or "").resolve().parent
    if beside.is_dir() and here != beside:  # this library is a source checkout
        raise InputError("app_of_another_checkout", path=here, own=beside.parents[1])
