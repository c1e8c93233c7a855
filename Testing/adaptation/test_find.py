"""Which corrections of a study are learnt from, and that each that is not is named."""

import numpy as np
import pytest
from make_images import head, save_nifti
from small_study import Reader, labelled, study_of

from DGMSegmentationLib.adaptation.cases import pseudonym
from DGMSegmentationLib.adaptation.find import find_corrected
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.study.places import find_study


def signed(folder):
    """A signed correction; its file."""
    return Reader(study_of(folder)).stroke().sign()


def rejected(folder):
    signed(folder)
    Reader(study_of(folder)).journal.reject("moved")


def stroked_again(folder):
    signed(folder)
    Reader(study_of(folder)).stroke(5)


def of_another_head(folder):
    signed(folder)
    data, _, affine = head(seed=7)
    save_nifti(next((folder / "sub-01/anat").glob("*.nii.gz")), data, affine)


def doubled(folder):
    file = signed(folder)
    file.with_name(file.name.removesuffix(".gz")).write_bytes(file.read_bytes())


def painted_over(folder):
    file = signed(folder)
    labels = Reader(study_of(folder)).labels
    save_nifti(file, np.where(labels.data == 9, 0, labels.data).astype(np.uint8), labels.affine)


def signed_by_two(folder):
    signed(folder)
    Reader(study_of(folder, "bert")).stroke(5).sign()


@pytest.mark.parametrize(
    "happens, said, count",
    [
        (signed_by_two, ["adapt_other_reader"], 1),
        (signed, [], 1),
        (painted_over, ["adapt_changed_since"], 1),
        (rejected, ["adapt_rejected"], 0),
        (stroked_again, ["adapt_in_review"], 0),
        (of_another_head, ["adapt_in_review"], 0),
        (doubled, ["adapt_many_labels"], 0),
    ],
)
def test_what_no_reader_stands_for_is_named_and_left_out(happens, said, count, tmp_path):
    """A study of which nothing is left is no data set with labels by hand, either."""
    happens(labelled(tmp_path))
    for place in (tmp_path, find_study([tmp_path]).output):
        heard = []
        if count:
            assert len(find_corrected([place], say=heard.append)) == count
        else:
            with pytest.raises(InputError) as refused:
                find_corrected([place], say=heard.append)
            assert refused.value.code == "fit_no_cases"
        assert [remark.code for remark in heard] == said and all("sub-01" in str(r) for r in heard)


def test_a_map_with_two_label_files_and_one_without_its_channel_are_refused(tmp_path):
    data, labels, affine = head(seed=1)
    image, one, other = (tmp_path / f"{name}.nii.gz" for name in ("sub-1_ses-2_Chimap", "one", "other"))
    save_nifti(image, data, affine)
    for path in (one, other):
        save_nifti(path, labels, affine)
    (found,) = find_corrected([f"{image}={one}", f"{image}={one}"])
    assert found.person == "sub-1"
    for places, channels, code in (
        ([f"{image}={one}", f"{image}={other}"], ("qsm",), "adapt_two_labels"),
        ([f"{image}={one}"], ("qsm", "T1w"), "channel_files"),
    ):
        with pytest.raises(InputError) as refused:
            find_corrected(places, channels)
        assert refused.value.code == code


def test_a_pseudonym_tells_nothing_of_the_name():
    assert pseudonym("0f") == pseudonym("0f") != pseudonym("10")
