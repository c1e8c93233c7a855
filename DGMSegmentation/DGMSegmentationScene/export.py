"""Tables and labels of the scene into files and table nodes. Files are written whole or not at all."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .labels import labels_on_volume
from .provenance import is_edited, provenance_of
from .segments import structure_segments
from .volumes import affine_of, refusal

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.roi import RoiRow


def write_table(rows: "Sequence[RoiRow]", path: Path | str, wide: bool = False) -> None:
    """Write the ROI table, long (one row a structure) or wide (one row a volume); .csv or .tsv by the suffix."""
    from DGMSegmentationLib.measurement.tables import write_long, write_wide

    _need_rows(rows)
    (write_wide if wide else write_long)(rows, Path(path))


def append_to_cohort(rows: "Sequence[RoiRow]", path: Path | str) -> int:
    """Add the rows to a long table on disk (made when missing); the same subject and image again replaces its rows.

    Returns the number of rows in the file.
    """
    from DGMSegmentationLib.measurement.tables import append_long

    _need_rows(rows)
    return len(append_long(rows, Path(path)))


def table_node(scene: Any, rows: "Sequence[RoiRow]", name: str) -> Any:
    """A new table node with the long table; numbers stay numbers, missing ones are NaN."""
    import vtk

    from DGMSegmentationLib.measurement.tables import COLUMNS

    _need_rows(rows)
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", scene.GenerateUniqueName(name))
    table = node.GetTable()
    for column in COLUMNS:
        values = [getattr(row, column) for row in rows]
        kind: Any = vtk.vtkStringArray
        if all(isinstance(v, int) and not isinstance(v, bool) for v in values):
            kind = vtk.vtkIntArray
        elif all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            kind = vtk.vtkDoubleArray
        array = kind()
        array.SetName(column)
        for value in values:
            array.InsertNextValue(str(value) if kind is vtk.vtkStringArray else value)
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
        raise InputError(
            "This segmentation holds none of its label set's structures: segment a QSM volume first."
        )
    reason = refusal(volume)
    if reason:
        raise InputError(reason)
    labels = labels_on_volume(node, volume).image
    edited = ", edited by hand" if is_edited(node) else ""
    if label_set_of(labels) != STANDARD:
        write_lookup_beside(Path(path), label_set_of(labels))
    write_nifti(
        Path(path),
        labels.data,
        affine_of(volume),
        description=f"DGMSegmentation labels{edited}",
        intent="label",
    )


def write_segmentation(node: Any, path: Path | str) -> None:
    """Write the segmentation as .seg.nrrd with names, colours, terminology and provenance tags."""
    import slicer

    from DGMSegmentationLib.io.files import atomic_path

    with atomic_path(Path(path)) as temporary:
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


def _need_rows(rows: "Sequence[RoiRow]") -> None:
    from DGMSegmentationLib.errors import InputError

    if not rows:
        raise InputError("There is no table yet: segment a QSM volume, or choose a segmentation, first.")
