"""How a study comes to the page: a folder by its name, or several images that the browser sent."""

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from DGMSegmentationLib.errors import DGMError, InputError, Remark
from DGMSegmentationLib.language import texts_of

from .controls import Controls
from .options import Options, is_loopback
from .reading_room import ReadingRoom
from .temporary import temporary_folder

_ = texts_of(__name__)


class StudyOpening:
    """Opens a study in place of what is shown; asks first where edited labels would be lost."""

    def __init__(self, room: ReadingRoom, controls: Controls, options: Options) -> None:
        self._room, self._controls, self._options = room, controls, options

    def folder(self, name: str) -> None:
        """The dialog Open > Study: a folder below the user's own or the one where the program was started.

        Nobody who can reach the page shall read, or write into, any other folder; with other computers let in, none.
        """
        path = Path(str(name or "").strip()).expanduser()
        allowed = (Path.home().resolve(), Path.cwd().resolve())
        try:
            if not is_loopback(self._options.host):
                raise InputError("folder_from_elsewhere")
            if not any(path.resolve().is_relative_to(place) for place in allowed):
                raise InputError("folder_not_below", path=path, places=[str(place) for place in allowed])
            self._open(partial(self._now, [path]))
        except (DGMError, OSError) as error:
            self._controls.fail(error, _("Opening the study"))
        finally:
            self._controls.state.dgm_naming_folder = False

    def sent(self, files: Sequence[Path]) -> None:
        """Several images that the browser sent: a study in a new folder where the program was started, else at home.

        Raises InputError where other computers can send files.
        """
        if not is_loopback(self._options.host):
            raise InputError("several_from_elsewhere")
        waiting = temporary_folder("several-")  # until the user has agreed
        self._open(partial(self._keep, [Path(shutil.move(file, waiting / file.name)) for file in files]))

    def _keep(self, files: Sequence[Path]) -> None:
        name = datetime.now().strftime("dgmseg-study-%Y%m%d-%H%M%S")
        folder = (Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path.home()) / name
        try:
            folder.mkdir()
            kept = [Path(shutil.move(file, folder / file.name)) for file in files]
        except OSError as error:
            problem = InputError("several_not_copied", path=folder, reason=error.strerror or error)
            self._controls.fail(problem, _("Opening the study"))
            return
        self._now(kept, Remark("several_as_study", count=len(kept), path=folder))

    def _open(self, act: Callable[[], None]) -> None:
        if self._room.flush():
            self._controls.unless_lost("volume", act)

    def _now(self, paths: Sequence[Path], said: Remark | None = None) -> None:
        try:
            self._room.open_study(paths)
        except (DGMError, OSError) as error:
            self._controls.fail(error, _("Opening the study"))
            return
        self._controls.show_message("")
        self._room.start(said)
