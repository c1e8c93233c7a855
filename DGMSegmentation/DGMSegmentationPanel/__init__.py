"""The panel of the Slicer module. Each file is one part of it and gets the widgets of the .ui file.

parameters.py     what the user chose, kept in the scene
dependencies.py   which Python packages are missing, and the button that installs them
inputs.py         volume, further channels, model
running.py        the button, the progress, the messages: idle, running, cancelling
results.py        the table that follows the labels, the views, the way to the Segment Editor
table.py          one row a structure
exports.py        files and table nodes
"""
