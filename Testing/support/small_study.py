"""A study without a network: small heads whose true labels stand for the model's, and a reader that edits them."""

from pathlib import Path

import numpy as np
from cohorts import add_subject
from make_images import head, save_nifti
from models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.cohort.record import Automatic, Inputs, Record, full_stamp, write_record
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.io.bids.derivatives import case_paths
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.study.places import find_study
from DGMSegmentationLib.study.study import Study

SETTINGS = CaseSettings(SegmentOptions(model=str(PHANTOM_MODEL), device="cpu"))


def study_of(folder: Path, reader: str = "anna", blind: bool = False) -> Study:
    """The study of a folder for one reader."""
    return Study(find_study([folder]), reader, SETTINGS, blind)


def labelled(root: Path, name: str = "sub-01", seed: int = 1) -> Path:
    """A head with labels of the model "m 1", as a run of the cohort leaves them; returns the root."""
    image = add_subject(root, name, seed)
    label(root, name, head(seed=seed)[1], read_image(image).affine)
    return root


def label(root: Path, name: str, labels: np.ndarray, affine: np.ndarray, model: str = "m 1") -> None:
    """Put automatic labels there, with their record."""
    paths = case_paths(find_study([root]).output, name)
    paths.folder.mkdir(parents=True, exist_ok=True)
    paths.record.parent.mkdir(parents=True, exist_ok=True)
    save_nifti(paths.labels, labels, affine)
    image = next((root / name / "anat").glob("*_Chimap.nii*"))
    record = Record(
        name=name,
        status="done",
        image=f"{name}/anat/{image.name}",
        inputs=Inputs(full_stamp(image)),
        automatic=Automatic(labels=full_stamp(paths.labels), model=model),
    )
    write_record(paths.record, record)


class Reader:
    """Opens a case and edits it as a window does."""

    def __init__(self, study: Study, name: str = "sub-01") -> None:
        self.study, self.opened = study, study.open(name)
        assert self.opened.labels is not None
        self.labels = self.opened.labels
        self.journal = study.journal(self.opened, self.labels)

    @property
    def said(self) -> list[str]:
        """The codes of what was said when it opened."""
        return [remark.code for remark in self.opened.remarks]

    def size(self, label: int) -> int:
        """Voxels of a structure."""
        return int((self.labels.data == label).sum())

    def stroke(self, label: int = 7, last: bool = False) -> "Reader":
        """Erase the first slice of a structure, or the last."""
        data = self.labels.data.copy()
        slices = np.argwhere(data == label)[:, 2]
        here = slices.max() if last else slices.min()
        data[:, :, here][data[:, :, here] == label] = 0
        self.labels = self.labels.replace(data=data)
        assert self.journal.record(data)
        return self

    def sign(self) -> Path | None:
        """Done; the label file."""
        image = self.opened.image
        return self.study.sign(self.opened, self.labels, in_ppb(image), self.journal)[1]


def in_ppb(image: Image) -> Image:
    """Its values are ppm."""
    return image.replace(data=image.data * 1000, unit="ppb")
