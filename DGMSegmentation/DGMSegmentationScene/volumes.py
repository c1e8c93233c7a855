"""A volume node of the scene as an image of the library, and the reasons why a node is no QSM."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from DGMSegmentationLib.errors import InputError
    from DGMSegmentationLib.image import Image

SMALLEST = 8  # voxels along an axis; less is a thumbnail or a single slice, no head


def unusable(volume: Any) -> "InputError | None":
    """Why this node cannot be segmented; None when it can."""
    from DGMSegmentationLib.errors import InputError

    if volume is None:
        return InputError("volume_unchosen")
    if not hasattr(volume, "IsA"):  # from a script
        return InputError("node_of_no_volume", node=repr(volume))
    name = volume.GetName()
    if not volume.IsA("vtkMRMLVolumeNode"):
        return InputError("node_no_volume", name=name)
    if volume.IsA("vtkMRMLLabelMapVolumeNode"):
        return InputError("volume_of_labels", name=name)
    image = volume.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0:
        return InputError("volume_empty", name=name)
    components = image.GetNumberOfScalarComponents()
    if components != 1 or volume.IsA("vtkMRMLVectorVolumeNode"):
        return InputError("volume_many_values", name=name, count=components)
    size = image.GetDimensions()
    if min(size) < SMALLEST:
        return InputError("volume_small", name=name, size=size)
    return None


def refusal(volume: Any) -> str:
    """The same as one plain sentence for the panel; empty when the node can be segmented."""
    problem = unusable(volume)
    return problem.sentence("panel") if problem is not None else ""


def source_of(volume: Any) -> str:
    """Where a volume came from: its file, else a word that names its place in the scene."""
    storage = volume.GetStorageNode()
    file = storage.GetFullNameFromFileName() if storage is not None else ""
    return file or f"{volume.GetName()} in this scene ({volume.GetID()})"


def add_volume(scene: Any, image: "Image", name: str) -> Any:
    """A new volume node with an image of the library (one value a voxel); the values stay as the library read them."""
    import numpy as np
    import slicer
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    data = vtk.vtkImageData()
    data.SetDimensions(*image.shape)
    data.GetPointData().SetScalars(
        numpy_to_vtk(np.ascontiguousarray(image.data.transpose(2, 1, 0)).ravel(), deep=True)
    )
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(image.affine, dtype=float).ravel().tolist())
    volume = slicer.vtkMRMLScalarVolumeNode()
    volume.SetName(scene.GenerateUniqueName(name))
    volume.SetAndObserveImageData(data)
    volume.SetIJKToRASMatrix(matrix)
    volume = scene.AddNode(volume)
    volume.CreateDefaultDisplayNodes()
    return volume


def affine_of(volume: Any, as_seen: bool = False) -> Any:
    """The 4x4 affine (i, j, k) -> RAS mm of a volume node, as a numpy array.

    ``as_seen`` includes the volume's transforms when they are linear: that is where the views show it, so left and right
    are what the user sees. A non-linear transform has no affine and is left out.
    """
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    transform = volume.GetParentTransformNode()
    if as_seen and transform is not None and transform.IsTransformToWorldLinear():
        to_world = vtk.vtkMatrix4x4()
        transform.GetMatrixTransformToWorld(to_world)
        vtk.vtkMatrix4x4.Multiply4x4(to_world, matrix, matrix)
    return array_of(matrix)


def array_of(matrix: Any) -> Any:
    """A vtkMatrix4x4 as a numpy array."""
    import numpy as np

    return np.array([[matrix.GetElement(i, j) for j in range(4)] for i in range(4)])


def voxels_of(volume: Any) -> Any:
    """The voxels (i, j, k) of a volume node: a view, valid as long as the node keeps its image."""
    from vtk.util.numpy_support import vtk_to_numpy

    image = volume.GetImageData()
    i, j, k = image.GetDimensions()
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(k, j, i).transpose(2, 1, 0)


def image_of(volume: Any, as_seen: bool = False, copy: bool = False) -> "Image":
    """A volume node as an Image; raises what :func:`unusable` says."""
    from DGMSegmentationLib.image import Image

    problem = unusable(volume)
    if problem is not None:
        raise problem
    voxels = voxels_of(volume)
    return Image(voxels.copy(order="K") if copy else voxels, affine_of(volume, as_seen))
