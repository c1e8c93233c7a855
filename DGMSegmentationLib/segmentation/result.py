"""The result of a run: image, labels, table, flags and how they were made."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Remark
from ..image import Image
from ..measurement.case import MeasuredCase
from ..measurement.quality import Flag
from ..measurement.roi import RoiRow
from .convention import Kept
from .provenance import Provenance

if TYPE_CHECKING:
    import pandas


@dataclass(eq=False, repr=False)
class Segmentation:
    """The result of one run, on the native grid of the input.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> result = dgm.segment(dgm.bundled_sample().image, device="cpu")
        >>> result
        Segmentation(model 'default 0.3', 'sub-sample_Chimap.nii.gz', 10 of 10 structures, 1 flags)
    """

    measured: MeasuredCase
    """Image, labels, rows, and flags with their reasons."""
    provenance: Provenance
    probabilities: NDArray[np.float32] | None = None
    """(K, i, j, k) when asked for."""
    warnings: tuple[Remark, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time by step."""
    kept: Kept | None = None
    """What :func:`.again.relabel` needs; None for a model of structures, which has one convention only."""

    def __repr__(self) -> str:
        model = self.provenance.get("model", {})
        made = f"{model.get('name', '')} {model.get('version', '')}".strip()
        inner = repr(self.measured).partition("(")[2]
        return f"Segmentation(model {made!r}, {inner}"

    def __getitem__(self, abbreviation: str) -> RoiRow:
        """The row of a structure: ``result["GP_L"]``."""
        return self.measured[abbreviation]

    def _repr_html_(self) -> str:
        return self.measured._repr_html_()

    def to_dataframe(self) -> "pandas.DataFrame":
        """The ROI table as a pandas DataFrame. Raises DGMError where pandas is not installed."""
        return self.measured.to_dataframe()

    @property
    def labels(self) -> Image:
        """0 background, the others the labels of the model's label set, which the image carries."""
        return self.measured.labels

    @property
    def image(self) -> Image:
        """The QSM in ppb."""
        return self.measured.image

    @property
    def stored(self) -> Image:
        """The QSM with the geometry of its file; differs from ``image`` only when a voxel size was given."""
        return self.measured.opened.stored

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The brain mask."""
        return self.measured.opened.mask

    @property
    def rows(self) -> list[RoiRow]:
        """The ROI table, one row a structure."""
        return self.measured.rows

    @property
    def flags(self) -> list[Flag]:
        """Quality flags with their reasons; their codes stand in the rows too."""
        return self.measured.flags
