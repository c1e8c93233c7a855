"""Which Python packages are missing, and the button that installs them. Nothing is installed unasked."""

import importlib.util
import logging
from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

from .notes import Note


def missing(requirements: str) -> list[str]:
    """The names of the packages of a requirements file, and PyTorch, that are not there or too old; asks no network."""
    from slicer.packaging import load_requirements, pip_check

    lacking = [
        str(requirement) for requirement in load_requirements(requirements) if not pip_check(requirement)
    ]
    if importlib.util.find_spec("torch") is None:
        lacking.append("PyTorch")
    return lacking


class Dependencies:
    """The line on top of the panel; hidden when everything is there."""

    def __init__(self, ui: Any, requirements: str, changed: Callable[[], None]) -> None:
        self._ui, self._requirements, self._changed = ui, requirements, changed
        self._note = Note(ui.dependencyLabel)
        ui.installButton.connect("clicked(bool)", self.install)

    def show(self) -> bool:
        """Show or hide the line; True when everything is there."""
        lacking = missing(self._requirements)
        self._ui.dependencyBox.visible = bool(lacking)
        if lacking:
            self._note.show(_("Needed once: {packages}.").format(packages=", ".join(lacking)))
        return not lacking

    def install(self) -> None:
        """Install after the user's click: PyTorch by its own extension, the rest by Slicer's pip dialog."""
        from slicer.packaging import load_requirements, pip_ensure

        try:
            pip_ensure(load_requirements(self._requirements), requester="DGMSegmentation")
            if importlib.util.find_spec("torch") is None:
                self._install_torch()
        except RuntimeError as error:
            if "declined" not in str(
                error
            ):  # the user said no to pip_ensure: what is needed stays to be read
                self._note.show(str(error))
            return
        except Exception:  # pip failed (CalledProcessError), or what it installed cannot be loaded
            logging.exception("DGMSegmentation: the installation failed")
            self._note.show(
                _(
                    "The installation failed: check the internet connection, see the log, then click Install again."
                )
            )
            return
        importlib.invalidate_caches()
        self._changed()

    def _install_torch(self) -> None:
        try:
            import PyTorchUtils
        except ImportError:
            raise RuntimeError(
                _(
                    "Install the extension PyTorch in the Extensions Manager and restart, then click Install again."
                )
            ) from None
        if (
            PyTorchUtils.PyTorchUtilsLogic().installTorch(
                askConfirmation=True, torchVersionRequirement=">=2.4"
            )
            is None
        ):
            raise RuntimeError(_("PyTorch was not installed: see the log, then click Install again."))


def python_executable() -> str | None:
    """Slicer's Python launcher for the worker process; None where the interpreter is the process itself."""
    import shutil

    return shutil.which("PythonSlicer")


def application_folder() -> str:
    """The folder for temporary files that the user chose in the application settings."""
    return str(slicer.app.temporaryPath)
