"""File dialogs that begin where the user works, and give a name that says what the file is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import qt
import slicer
from DGMSegmentationScene.export import checked_name
from slicer.i18n import tr as _

FOLDER = "DGMSegmentation/Folder"
"""Where the last file was chosen, in the application's settings; with the kind of file behind it."""


class Kind(NamedTuple):
    """A kind of file: its words and its suffixes, the first one for a name that is typed without."""

    words: str
    suffixes: tuple[str, ...]


def ask_open(title: str, kind: Kind, what: str) -> str:
    """The path of an existing file, or "" when the user closes the dialog. ``what`` has a last folder of its own."""
    window = slicer.util.mainWindow()
    chosen = qt.QFileDialog.getOpenFileName(window, title, folder_for(what=what), _filter(kind))
    return _remembered(str(chosen or ""), what)


def ask_save(title: str, name: str, kinds: Sequence[Kind], volume: Any = None, replaces: bool = True) -> str:
    """The path for a new file, or "" when the user closes the dialog or keeps the file that is there.

    A name without a suffix gets that of the chosen kind. ``replaces``: ask before a file is replaced.
    Raises InputError for a suffix of another kind of file.
    """
    dialog = qt.QFileDialog(slicer.util.mainWindow(), title, folder_for(volume))
    dialog.setAcceptMode(qt.QFileDialog.AcceptSave)
    dialog.setNameFilters([_filter(kind) for kind in kinds])
    dialog.setOption(qt.QFileDialog.DontConfirmOverwrite, not replaces)
    suffixes = {_filter(kind): kind.suffixes[0] for kind in kinds}

    def follow_kind(chosen: str) -> None:  # then the dialog itself asks about the file that will be written
        dialog.setDefaultSuffix(suffixes.get(chosen, kinds[0].suffixes[0]).lstrip("."))

    follow_kind("")
    dialog.connect("filterSelected(QString)", follow_kind)
    dialog.selectFile(name)
    if not dialog.exec_():
        return ""
    typed = str(dialog.selectedFiles()[0])
    ending = suffixes.get(str(dialog.selectedNameFilter()), kinds[0].suffixes[0])
    path = str(checked_name(typed, [s for kind in kinds for s in kind.suffixes], ending))
    if replaces and path != typed and Path(path).exists():
        question = _("{name} exists already. Replace it?").format(name=Path(path).name)
        if not slicer.util.confirmYesNoDisplay(question):
            return ""
    return _remembered(path)


def folder_for(volume: Any = None, what: str = "") -> str:
    """The folder in which a dialog begins: that of the last file, else the volume's, else the user's own."""
    last = str(qt.QSettings().value(FOLDER + what) or "")
    for folder in (last, _folder_of(volume)):
        if folder and Path(folder).is_dir():
            return folder
    return str(Path.home())


def _filter(kind: Kind) -> str:
    return f"{kind.words} ({' '.join('*' + suffix for suffix in kind.suffixes)})"


def _remembered(path: str, what: str = "") -> str:
    if path:
        qt.QSettings().setValue(FOLDER + what, str(Path(path).parent))
    return path


def _folder_of(volume: Any) -> str:
    """Where the volume was loaded from; empty for one that lies in a folder of the application (scene, sample)."""
    storage = volume.GetStorageNode() if volume is not None else None
    file = storage.GetFullNameFromFileName() if storage is not None else ""
    if not file:
        return ""
    folder = Path(file).resolve().parent
    cache = slicer.mrmlScene.GetCacheManager()
    own = [slicer.app.temporaryPath, cache.GetRemoteCacheDirectory() if cache is not None else ""]
    if any(place and folder.is_relative_to(Path(place).resolve()) for place in own):
        return ""
    return str(folder)
