"""Part 2: anisotropic 7x7x3 convolutions with batch normalisation and coordinates.

Three valid 7x7x3 convolutions (25, 50, 75), each PReLU **then** batch normalisation; their cropped outputs
and three coordinate channels (core-sized, not convolved) are concatenated; then 1x1x1 convolutions 400, 200,
150, each PReLU, batch normalisation and dropout 0.2, and the classes with a PReLU on the logits. Receptive
field 19 x 19 x 7 voxels. Source: Zhe Liu, "DGM segmentation using 3D CNN: application to QSM", Part 2 (2018).
"""

from .layers import PatchNetwork


class Anisotropic(PatchNetwork):
    """(B, 1, 27, 27, 9) and coordinates (B, 3, 9, 9, 3) -> logits (B, 11, 9, 9, 3), or any larger tile.

    916,947 parameters with a slope per channel, 1,252,609 with ``voxel_slopes`` (the original), both with the
    running statistics of the batch normalisation; 915,147 of the former are trainable. ``coordinates`` = 0
    leaves the coordinate channels out.
    """

    kernel = (7, 7, 3)
    convolutions = 1
    normalise = True
