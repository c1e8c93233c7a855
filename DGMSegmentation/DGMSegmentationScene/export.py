"""Tables and labels of the scene into files and table nodes. Files are written whole or not at all."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .edits import is_edited
from .labels import labels_on_volume
from .provenance import provenance_of
from .segments import structure_segments
from .volumes import affine_of, unusable

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.roi import RoiRow


TABLE_SUFFIXES = (".tsv", ".csv", ".txt")
LABEL_SUFFIXES = (".nii.gz", ".nii", ".seg.nrrd")


def checked_name(path: Path | str, suffixes: Sequence[str], default: str = "") -> Path:
    """The path with a suffix that says what the file is; one without any suffix gets ``default``.

    Raises InputError for a suffix of something else (labels as "lab.mha"), and for a folder that is not there: one that
    was mistyped shall not be made.
    """
    from DGMSegmentationLib.errors import InputError

    path = Path(path)
    if not path.name.lower().endswith(tuple(suffixes)):
        # What follows the last dot of "sub-01.2" is no suffix.
        if re.fullmatch(r"\.[A-Za-z]\w{0,4}", path.suffix) or not default:
            raise InputError("export_name", name=path.name, suffixes=suffixes)
        path = path.with_name(path.name + default)
    if not path.parent.is_dir():
        raise InputError("folder_missing", path=path.parent)
    return path


def write_table(rows: "Sequence[RoiRow]", path: Path | str, wide: bool = False) -> None:
    """Write the ROI table, long (one row a structure) or wide (one row a volume); .csv or .tsv by the suffix."""
    from DGMSegmentationLib.measurement.tables import write_long, write_wide

    need_rows(rows)
    (write_wide if wide else write_long)(rows, checked_name(path, TABLE_SUFFIXES))


def table_node(scene: Any, rows: "Sequence[RoiRow]", name: str) -> Any:
    """A new table node with the long table; numbers stay numbers, missing ones are NaN.

    An empty text is "n/a": Slicer drops the tab that a line of its table file begins with, and every column shifts.
    """
    import vtk

    from DGMSegmentationLib.io.tables import NOT_AVAILABLE
    from DGMSegmentationLib.measurement.tables import columns_of

    need_rows(rows)
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", scene.GenerateUniqueName(name))
    table = node.GetTable()
    for column in columns_of(rows):
        values = [getattr(row, column) for row in rows]
        kind: Any = vtk.vtkStringArray
        if all(isinstance(v, int) and not isinstance(v, bool) for v in values):
            kind = vtk.vtkIntArray
        elif all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            kind = vtk.vtkDoubleArray
        array = kind()
        array.SetName(column)
        for value in values:
            array.InsertNextValue((str(value) or NOT_AVAILABLE) if kind is vtk.vtkStringArray else value)
        table.AddColumn(array)
    node.Modified()
    return node


def write_labels(node: Any, volume: Any, path: Path | str) -> None:
    """Write the labels as NIfTI (.nii, .nii.gz) on the volume's grid, whatever is visible.

    Labels of another set than the standard one get their lookup table beside them (.tsv).
    """
    from DGMSegmentationLib.errors import InputError
    from DGMSegmentationLib.image import label_set_of
    from DGMSegmentationLib.io.files import write_nifti
    from DGMSegmentationLib.io.lookup import write_lookup_beside
    from DGMSegmentationLib.structures import STANDARD

    if not structure_segments(node):
        raise InputError("segmentation_foreign")
    problem = unusable(volume)
    if problem is not None:
        raise problem
    path = checked_name(path, LABEL_SUFFIXES[:2])
    labels = labels_on_volume(node, volume).image
    edited = ", edited by hand" if is_edited(node) else ""
    if label_set_of(labels) != STANDARD:
        write_lookup_beside(Path(path), label_set_of(labels))
    write_nifti(
        path,
        labels.data,
        affine_of(volume),
        description=f"DGMSegmentation labels{edited}",
        intent="label",
    )


def write_segmentation(node: Any, path: Path | str) -> None:
    """Write the segmentation as .seg.nrrd with names, colours, terminology and provenance tags."""
    import slicer

    from DGMSegmentationLib.io.files import atomic_path

    with atomic_path(checked_name(path, LABEL_SUFFIXES[2:])) as temporary:
        storage = slicer.vtkMRMLSegmentationStorageNode()
        storage.SetFileName(str(temporary))
        if not storage.WriteData(node):
            raise OSError(5, "Slicer could not write the segmentation", str(path))


def write_scene(scene: Any, path: Path | str) -> None:
    """Write the whole scene as one .mrb file for 3D Slicer; the scene's own path stays as it was."""
    import shutil
    import tempfile

    from DGMSegmentationLib.io.files import atomic_path

    path = Path(path)
    url, root = scene.GetURL(), scene.GetRootDirectory()
    try:
        with tempfile.TemporaryDirectory() as folder, atomic_path(path) as temporary:
            bundle = Path(folder) / path.name  # the name becomes that of the folder inside
            if not scene.WriteToMRB(str(bundle)):
                raise OSError(5, "Slicer could not write the scene", str(path))
            shutil.copyfile(bundle, temporary)
    finally:
        scene.SetURL(url or "")
        scene.SetRootDirectory(root or "")


def provenance_text(node: Any) -> str:
    """The provenance record of a segmentation as JSON text, with the word edited when a hand changed the labels."""
    import json

    return json.dumps({**provenance_of(node), "edited": is_edited(node)}, indent=2, ensure_ascii=False)


def need_rows(rows: "Sequence[RoiRow]") -> None:
    """Raise InputError when there is nothing to write."""
    from DGMSegmentationLib.errors import InputError

    if not rows:
        raise InputError("no_table_yet")
