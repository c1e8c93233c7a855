"""What DGMSegmentation does to a MRML scene, without Qt: used by the Slicer module and by the browser app.

volumes.py        a volume node as an image, and the reasons why a node is no QSM
segments.py       segments of a label set: names, colours, terminology, tags, reference geometry
labels.py         the segments back as one array of our labels, on the grid of any volume
provenance.py     how the labels were made
edits.py          whether a hand changed them since
measurement.py    the ROI table of a segmentation and any number of volumes
shown.py          numbers and flags as the table shows them
export.py         tables, labels and the scene into files and table nodes
cohort_file.py    a table on disk that grows from subject to subject
runner.py         one run through the worker process: start, poll, cancel
outcome.py        where its labels go
navigation.py     slices centred on a structure, opacity, which result is shown, the Segment Editor's settings
surfaces.py       surfaces in the 3D view, and its camera
"""
