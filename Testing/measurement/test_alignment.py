"""One rule of geometry for labels and images in every command: both forms, no place, moved and mirrored arrays."""

import nibabel as nib
import numpy as np
import pytest
from seg_files import head, head_labels

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Image, reorient
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.measurement.files import measured_file
from DGMSegmentationLib.measurement.places import fit_to_atlas, sides_exchanged
from DGMSegmentationLib.preprocessing.alignment import aligned


def save(path, data, affine, qform=None, codes=(1, 1)):
    image = nib.Nifti1Image(data, affine)
    image.set_sform(affine, codes[0])
    image.set_qform(affine if qform is None else qform, codes[1])
    nib.save(image, path)
    return path


@pytest.fixture
def files(tmp_path):
    """QSM and labels with one plain header, and the means that they give."""
    image, labels = head()
    qsm = save(tmp_path / "sub-01_Chimap.nii.gz", np.asarray(image.data, np.float32), image.affine)
    plain = save(tmp_path / "plain.nii.gz", labels.data.astype(np.uint8), labels.affine)
    return tmp_path, qsm, plain, means(qsm, plain)


def means(qsm, labels):
    return [row.mean_ppb for row in measured_file(qsm, read_labels(labels)).rows]


def codes(qsm, labels):
    return [remark.code for remark in measured_file(qsm, read_labels(labels)).warnings]


def test_labels_by_the_images_other_form(files):
    folder, _, plain, expected = files
    image, labels = head()
    moved = image.affine.copy()
    moved[1, 3] += 12
    qsm = save(folder / "two.nii.gz", np.asarray(image.data, np.float32), image.affine, moved, (2, 1))
    resaved = save(folder / "resaved.nii.gz", labels.data.astype(np.uint8), moved)
    assert means(qsm, resaved) == expected
    assert codes(qsm, resaved) == ["sform_qform_differ", "aligned_by_other_form"]
    assert means(qsm, plain) == expected and codes(qsm, plain) == ["sform_qform_differ"]
    both = save(folder / "both.nii.gz", labels.data.astype(np.uint8), moved, image.affine, (1, 2))
    assert means(folder / "sub-01_Chimap.nii.gz", both) == expected


@pytest.mark.parametrize("which", ["labels", "image"])
def test_a_file_that_does_not_say_its_place(files, which):
    folder, qsm, plain, expected = files
    image, labels = head()
    if which == "labels":
        plain = save(folder / "l.nii.gz", labels.data.astype(np.uint8), labels.affine, codes=(0, 0))
    else:
        qsm = save(folder / "q.nii.gz", np.asarray(image.data, np.float32), image.affine, codes=(0, 0))
    assert means(qsm, plain) == expected
    assert "aligned_by_shape" in codes(qsm, plain)
    if which == "labels":
        cut = save(folder / "cut.nii.gz", labels.data[1:].astype(np.uint8), labels.affine, codes=(0, 0))
        with pytest.raises(InputError, match=r"says nothing about its orientation .* another shape"):
            measured_file(qsm, read_labels(cut))


def test_moved_and_mirrored_labels_are_doubted(files):
    folder, qsm, _, _ = files
    labels = head_labels()
    moved = labels.affine.copy()
    moved[0, 3] += 23
    aside = save(folder / "aside.nii.gz", labels.data, moved)
    assert "labels_shifted" in codes(qsm, aside)
    assert "23.0 mm" in " ".join(map(str, measured_file(qsm, read_labels(aside)).warnings))
    mirrored = labels.affine.copy()
    mirrored[0] *= -1
    mirrored[0, 3] = labels.affine[0, 3] + labels.affine[0, 0] * (labels.shape[0] - 1)
    found = codes(qsm, save(folder / "mirrored.nii.gz", labels.data, mirrored))
    assert {"labels_mirrored", "labels_sides_exchanged"} <= set(found)
    for name in ("aside.nii.gz", "mirrored.nii.gz"):
        assert measured_file(qsm, read_labels(folder / name)).verdict.doubtful


def test_labels_in_other_axes_are_the_same_labels(files):
    folder, qsm, _, expected = files
    """Flipped and exchanged axes with the affine that says so are no doubt."""
    turned = reorient(head_labels(), "PSR")
    other = save(folder / "turned.nii.gz", np.ascontiguousarray(turned.data), turned.affine)
    assert means(qsm, other) == expected and codes(qsm, other) == []


def test_exchanged_sides_are_found_wherever_numbers_are_made(files, capsys):
    folder, qsm, plain, _ = files
    labels = head_labels()
    data = labels.data.copy()
    for left in range(1, 11, 2):
        data[labels.data == left], data[labels.data == left + 1] = left + 1, left
    wrong = save(folder / "sub-01_dseg.nii.gz", data, labels.affine)
    assert sides_exchanged(read_labels(wrong)) and not sides_exchanged(read_labels(plain))
    for command in (
        ["measure", str(qsm), "-s", str(wrong)],
        ["convert", str(wrong), str(folder / "x.seg.nrrd")],
        ["evaluate", str(wrong), str(plain)],
        ["agreement", str(qsm), str(folder / "copy.nii.gz"), "-s", str(wrong)],
    ):
        (folder / "copy.nii.gz").write_bytes(qsm.read_bytes())
        assert main(command) == 0
        assert "left structures lie on the right of the head" in capsys.readouterr().err, command[0]


@pytest.mark.parametrize("degrees", [-40, -20, 0, 20, 40])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_tilted_head_has_its_sides(axis, degrees):
    """The nuclei lie almost in a plane, whose mirror image fits nearly as well."""
    labels = head_labels()
    a, b = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.eye(4)
    one, two = [i for i in range(3) if i != axis]
    turn[one, one], turn[one, two], turn[two, one], turn[two, two] = a, -b, b, a
    found = fit_to_atlas(labels.replace(affine=turn @ labels.affine))
    assert found is not None and not found.exchanged and found.tilt_degrees < 60


def test_two_structures_have_sides_too():
    data = np.zeros((20, 10, 10), np.uint8)
    data[3:6, 3:6, 3:6], data[14:17, 3:6, 3:6] = 7, 8
    right = Image(data, np.diag([-1.0, 1, 1, 1]))
    assert sides_exchanged(right) and not sides_exchanged(right.replace(affine=np.eye(4)))


def test_images_remember_their_other_form(files):
    folder, qsm, _, _ = files
    image = read_image(qsm)
    assert image.placed and image.other_affine is None
    moved = image.affine.copy()
    moved[2, 3] -= 7
    two = read_image(save(folder / "two.nii.gz", image.data, image.affine, moved, (1, 1)))
    assert np.allclose(two.other_affine, moved, atol=1e-3)
    assert reorient(two, "PIR").other_affine is None
    none = read_image(save(folder / "none.nii.gz", image.data, image.affine, codes=(0, 0)))
    assert not none.placed
    assert aligned(none, image)[0].grid.same_as(image.grid)
