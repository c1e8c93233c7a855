"""What a stroke changes, cut to where it is: Slicer's core masks and merges the whole of what it is given."""

from typing import Any

ADDED_OR_REMOVED = ("Add", "Remove")


def small_steps(modifier: Any) -> None:
    """Let a modifier (trame-slicer's) hand on only the box of a stroke, not the whole volume's grid with a stroke in it.

    In a volume of 512 x 512 x 160 voxels that is nine tenths of a stroke's time.
    """
    apply = modifier.apply_labelmap

    def apply_cropped(labelmap: Any, *, modifier_extent: Any = None, **others: Any) -> None:
        mode = others.get("modification_mode") or modifier.modification_mode
        if modifier_extent is not None and mode.name in ADDED_OR_REMOVED:
            labelmap = cropped(labelmap, modifier_extent)
        apply(labelmap, modifier_extent=modifier_extent, **others)

    modifier.apply_labelmap = apply_cropped


def cropped(labelmap: Any, extent: Any) -> Any:
    """The part of a labelmap (vtkOrientedImageData) in an extent, at its place; the whole where they do not meet."""
    import slicer
    from vtkmodules.vtkImagingCore import vtkExtractVOI

    whole = labelmap.GetExtent()
    low = [max(a, b) for a, b in zip(whole[::2], extent[::2], strict=True)]
    high = [min(a, b) for a, b in zip(whole[1::2], extent[1::2], strict=True)]
    if any(a > b for a, b in zip(low, high, strict=True)):
        return labelmap
    part = vtkExtractVOI()
    part.SetInputData(labelmap)
    part.SetVOI(*[edge for pair in zip(low, high, strict=True) for edge in pair])
    part.Update()
    found = slicer.vtkOrientedImageData()
    found.ShallowCopy(part.GetOutput())
    found.CopyDirections(labelmap)
    return found
