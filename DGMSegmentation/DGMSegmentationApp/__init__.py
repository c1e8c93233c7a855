"""The browser app ``dgmseg app``: the scene logic of the Slicer module, on Slicer's own core, served by trame-slicer.

main.py           starts everything, prints the address, tidies up at the end
options.py        host, port, token, limits: what the command line decides
session.py        one volume and its segments in a scene: load, segment, measure, export; knows no browser
uploads.py        files that come in: limits, zip archives of DICOM series
editor.py         trame-slicer's segment editor for this segmentation
state.py          what the page shows, as names and values
controls.py       what the page's buttons do
table.py          the table's part of it: measured anew, rows, keys
models.py         which models are offered
messages.py       sentences and questions for the user
page.py           the page: bar, panel, views
panel.py          the panel at the left: model, Segment, table, tools
web.py            the web server's routes: uploads, downloads, one window, token
tools.py          the settings of the tool in use
static/           style, script and the two plain pages
"""
