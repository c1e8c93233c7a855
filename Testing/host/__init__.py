"""A small Slicer for tests: real MRML (slicer-core), real Qt (PySide6, offscreen) behind PythonQt's manners.

pythonqt.py        the module `qt`: properties as attributes, connect("clicked(bool)", f), .ui files
file_dialog.py     QFileDialog: Qt's own, typed into by the test
tool_tips.py       Slicer's wrapping of tooltips
vtk_errors.py      errors of VTK and Slicer's core, which fail a test
ctk_widgets.py     the module `ctk`: stand-ins for the few CTK widgets in use
mrml_widgets.py    stand-ins for the qMRML widgets, working on the real scene
application.py     slicer.app, slicer.modules, the main window, the module manager
slicer_python.py   Slicer's own Python modules from SLICER_SOURCE_DIR, or stand-ins for them
stand_ins/         those stand-ins: ScriptedLoadableModule, parameterNodeWrapper, i18n, packaging
gui.py             what a user does: click, choose, type, wait, answer a dialog

With SLICER_SOURCE_DIR (a checkout of Slicer's sources) ScriptedLoadableModule, parameterNodeWrapper, i18n, packaging,
util and Segment Statistics are Slicer's own. The same tests pass both ways.
"""

from .start import Host, missing, start

__all__ = ["Host", "missing", "start"]
