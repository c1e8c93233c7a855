"""Maps that are not what they seem: each is refused or doubted in a sentence that names what it is."""

import numpy as np
import pytest
from make_images import head

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.measurement.case import measure_case
from DGMSegmentationLib.measurement.files import open_ppb
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.preprocessing.mask import check_head_size

CHI, LABELS, AFFINE = head((75, 90, 78), (2.2, 2.2, 2.2))
INSIDE = CHI != 0


def made(data, affine=AFFINE):
    return Image(np.where(INSIDE, data, 0).astype(np.float32), affine)


def verdict_of(image, units="auto", affine=AFFINE):
    return measure_case(Image(LABELS, affine), open_ppb(image, units)).verdict


def test_the_map_itself_is_ok():
    assert verdict_of(made(CHI)).status == "ok"


@pytest.mark.parametrize(("offset", "named"), [(2048, "2048"), (32768, "32768"), (1000, "about 9[5-9]")])
def test_an_offset_in_unsigned_data_is_named(offset, named):
    """Without --units the file is refused, with it the run is doubtful; both say what to subtract."""
    image = made(np.round(CHI * 1000) + offset)
    with pytest.raises(InputError, match=named) as refused:
        open_case(image)
    assert refused.value.code == "values_with_offset" and "subtract it" in str(refused.value)
    verdict = verdict_of(image, "ppb")
    assert verdict.codes[0] == "offset_doubted" and "subtract it" in verdict.line()


def test_magnitude_images_have_no_offset():
    with pytest.raises(InputError) as refused:
        open_case(made(np.abs(CHI) * 1000 + 5))
    assert refused.value.code == "values_no_qsm"


@pytest.mark.parametrize(("tesla", "word"), [(1.5, "Hz at 1.5 T"), (3, "Hz at 3 T"), (7, "Hz at 7 T")])
def test_hertz_are_named(tesla, word):
    """Where the values fit neither unit in the refusal, else in the doubt."""
    image = made(CHI * tesla * 42.577)
    try:
        said = verdict_of(image).line()
    except InputError as error:
        said = str(error)
    assert word in said


def test_radians_are_named():
    assert "radians" in verdict_of(made(CHI * 16)).line()


@pytest.mark.parametrize("factors", [(1, 1, 2 / 3), (1, 0.7, 1), (0.65, 1, 1)])
def test_a_wrong_voxel_size_shows_in_the_proportions_of_the_head(factors):
    affine = AFFINE @ np.diag([*factors, 1.0])
    spacing = 2.2 * np.array(factors)
    assert check_head_size(INSIDE, (2.2, 2.2, 2.2)) == []
    assert "brain_proportions" in {remark.code for remark in check_head_size(INSIDE, spacing)}
    verdict = verdict_of(made(CHI, affine), affine=affine)
    assert verdict.doubtful and "voxel size" in verdict.line()


def test_a_head_that_is_not_masked_is_doubted():
    noise = np.random.default_rng(0).normal(0, 0.02, CHI.shape)
    image = Image(np.where(INSIDE, CHI, noise).astype(np.float32), AFFINE)
    assert "brain_unmasked" in verdict_of(image).codes


def test_another_map_in_its_own_unit_is_not_judged_as_a_qsm():
    assert verdict_of(made(20 + 100 * CHI), "own").status == "ok"
