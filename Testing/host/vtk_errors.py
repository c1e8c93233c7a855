"""What VTK and Slicer's core complain about. In the application it goes to the error log; here it fails the test."""

import re
from typing import Any

#: Errors that are not the module's: (regular expression, why). None is known.
EXPECTED: tuple[tuple[str, str], ...] = ()


class VtkErrors:
    """Collects VTK's error messages; nothing of them is printed."""

    def __init__(self) -> None:
        import vtk

        self.unexpected: list[str] = []
        self._window = vtk.vtkStringOutputWindow()

        @vtk.calldata_type(vtk.VTK_STRING)
        def remember(_caller: Any, _event: str, text: str) -> None:
            if not any(re.search(pattern, text) for pattern, _why in EXPECTED):
                self.unexpected.append(text.strip())

        self._window.AddObserver(vtk.vtkCommand.ErrorEvent, remember)
        vtk.vtkOutputWindow.SetInstance(self._window)
        vtk.vtkLogger.SetStderrVerbosity(vtk.vtkLogger.VERBOSITY_OFF)

    def take(self) -> list[str]:
        """The unexpected errors since the last call."""
        found, self.unexpected = self.unexpected, []
        self._window.Initialize() if hasattr(self._window, "Initialize") else None
        return found
