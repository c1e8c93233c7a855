"""Part 1: the network of Dolz et al. with full-resolution 3x3x3 convolutions.

Nine valid 3x3x3 convolutions (25 25 25 | 50 50 50 | 75 75 75), the output of each group of three cropped and
concatenated, then 1x1x1 convolutions 400, 200, 150 and the classes; PReLU after every convolution, the logits
included. Receptive field 19 x 19 x 19 voxels. Source: J. Dolz, C. Desrosiers, I. Ben Ayed, "3D fully
convolutional networks for subcortical segmentation in MRI", NeuroImage 2017, as Zhe Liu's "DGM segmentation
using 3D CNN" Part 1 (2017) set it up for QSM.
"""

from .layers import PatchNetwork


class Dolz(PatchNetwork):
    """(B, 1, 27, 27, 21) -> logits (B, 11, 9, 9, 3), or any larger tile.

    782,247 parameters with a slope per channel, 2,300,209 with ``voxel_slopes`` (the original).
    """

    kernel = (3, 3, 3)
    convolutions = 3
    normalise = False
