"""The panel of the Slicer module. Each file is one part of it and gets the widgets of the .ui file.

parameters.py     what the user chose, kept in the scene
dependencies.py   which Python packages are missing, and the button that installs them
arrivals.py       the volume that is chosen while there is none
inputs.py         volume, further channels, model
running.py        the button, the progress, the messages: idle, running, cancelling
protocols.py      the labelling protocol
results.py        the table that follows the labels
further.py        the other volumes that it measures
verdict.py        the verdict, above the table
table.py          one row a structure
views.py          slices, surfaces, opacity, the way to the Segment Editor
exports.py        files and table nodes
files.py          the dialogs that ask for a file
notes.py          lines of text that wrap
"""
