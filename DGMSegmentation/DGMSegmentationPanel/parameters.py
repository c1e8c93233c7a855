"""What the user chose, kept in the scene's parameter node and bound to the widgets by their SlicerParameterName."""

import re
from typing import Annotated, Any

from slicer import vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode
from slicer.parameterNodeWrapper import Choice, parameterNodeWrapper

from DGMSegmentationLib.options import DEVICES, UNITS, SegmentOptions, option_fields

_DEFAULT = SegmentOptions()


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
    protocol: str = ""
    """Name of a labelling protocol, or the path of its file; empty: the model's own."""
    device: Annotated[str, Choice([*DEVICES])] = _DEFAULT.device
    units: Annotated[str, Choice([*UNITS])] = _DEFAULT.units
    largestComponent: bool = _DEFAULT.largest_component
    flipAverage: bool = _DEFAULT.flip_average


def node_of(parameters: DGMSegmentationParameters) -> Any:
    """The scene's node that holds the parameters."""
    return parameters.parameterNode  # type: ignore[attr-defined]  # the wrapper adds it


def parameter_name(option: str) -> str:
    """The parameter of an option: "flip_average" is flipAverage here and in the .ui file."""
    return re.sub("_(.)", lambda match: match[1].upper(), option)


def options_of(parameters: DGMSegmentationParameters) -> SegmentOptions:
    """The options of a run as the panel's widgets stand."""
    names = [option.name for option in option_fields(offered=True)]
    return SegmentOptions(**{name: getattr(parameters, parameter_name(name)) for name in names})
