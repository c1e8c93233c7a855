"""What the user chose, kept in the scene's parameter node and bound to the widgets by their SlicerParameterName."""

from typing import Annotated

from slicer import vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode
from slicer.parameterNodeWrapper import Choice, parameterNodeWrapper


@parameterNodeWrapper
class DGMSegmentationParameters:
    """Names are those in the .ui file."""

    inputVolume: vtkMRMLScalarVolumeNode
    outputSegmentation: vtkMRMLSegmentationNode
    """None: a new segmentation."""
    resultSegmentation: vtkMRMLSegmentationNode
    """The one that the table measures."""
    model: str = ""
    """Name of a bundled model, or the path of a model file."""
    device: Annotated[str, Choice(["auto", "cuda", "mps", "cpu"])] = "auto"
    units: Annotated[str, Choice(["auto", "ppm", "ppb"])] = "auto"
    largestComponent: bool = True
    flipAverage: bool = False
