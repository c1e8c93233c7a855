"""Starts the app for ``dgmseg app`` and tidies up behind it."""

import atexit
import logging
import shutil
import signal
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.language import speak
from DGMSegmentationLib.study.places import is_study

from .options import Options
from .temporary import own_folder


def run(options: Options, files: Sequence[Path] = ()) -> None:
    """Serve the app until it is ended; everything temporary lies in one folder that is removed at the end.

    ``files``: one QSM, or a study: its folder, a table of images, or several images.
    Raises InputError before anything is served when the file or the model cannot be used.
    """
    for name in ("SIGTERM", "SIGHUP"):  # before anything is there to be tidied up
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end)
    folder = own_folder()
    study = list(files) if len(files) > 1 or any(map(is_study, files)) else []
    file = files[0] if files and not study else None
    image = _read(file)
    # trame reads the command line by itself; ours means nothing to it.
    sys.argv = sys.argv[:1]
    _quiet()
    speak(options.language)
    from .application import Application

    application = Application(options)
    _quiet_window()
    atexit.register(application.close)
    application.controls.list_models(options.model)
    if file is not None:
        from DGMSegmentationLib.io.bids.names import subject_of
        from DGMSegmentationLib.io.files import stem

        application.controls.show(image, "volume", stem(file), subject_of(file))
    if study:
        application.room.open_study(study)
    application.server.controller.on_server_ready.add(lambda **_state: _announce(options))
    try:
        application.serve()
    finally:
        application.close()
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)


def _read(file: Path | None) -> Any:
    from DGMSegmentationLib.io.files import read_image

    if file is None:
        return None
    if not file.exists():
        raise InputError("file_missing", path=file)
    return read_image(file)


class _WindowGone(logging.Filter):
    """Drops what the web server says when a window closes in the middle of an answer: that is no fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        # wslink logs from within its except block, the others hand the error over.
        error = record.exc_info[1] if record.exc_info else sys.exc_info()[1]
        served = record.name.startswith(("wslink", "aiohttp", "asyncio"))
        return not (served and isinstance(error, ConnectionResetError))


def _quiet() -> None:
    """What means nothing to the user: requests, windows that close, VTK on a missing display or old event names."""
    import vtk

    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_WindowGone())
    vtk.vtkLogger.SetStderrVerbosity(vtk.vtkLogger.VERBOSITY_ERROR)
    vtk.vtkObject.GlobalWarningDisplayOff()


def _quiet_window() -> None:
    """Slicer's archive tells every file that it packs; Slicer's core sets the window anew, so this comes after it."""
    import vtk

    vtk.vtkOutputWindow.GetInstance().SetDisplayModeToNever()


def _announce(options: Options) -> None:
    print(f"DGMSegmentation runs at {options.url}  (Ctrl+C ends it)", flush=True)
    if options.token:
        print(
            "Other computers can reach it: whoever has this address sees the data. The connection is not encrypted; "
            "across a network use an SSH tunnel.",
            flush=True,
        )
    elif options.browser:
        # Not with a token: every user of this computer could read it in the browser's command line. A browser in
        # the terminal would not return, and the program would not answer it.
        threading.Thread(target=webbrowser.open, args=(options.url,), daemon=True).start()


def _end(_signal: int, _frame: Any) -> None:
    raise SystemExit(0)
