"""A cohort without labels: what its volumes show is measured, simulated, learnt, and judged before it is adopted."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from models_for_tests import PHANTOM_MODEL, small_model_file
from scipy import ndimage

from DGMSegmentationLib.adaptation import unlabelled
from DGMSegmentationLib.adaptation.options import UNLABELLED, UnlabelledOptions
from DGMSegmentationLib.adaptation.site_looks import FREQUENCIES, blur_of, blurred, look_at, site_of
from DGMSegmentationLib.adaptation.unlabelled import Judged, adapt_unlabelled
from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.nifti import read_nifti
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.simulation.anatomy_files import PARTS_VERSION, save_anatomy
from DGMSegmentationLib.simulation.phantom import phantom, phantom_anatomy
from DGMSegmentationLib.simulation.site import Site
from DGMSegmentationLib.simulation.susceptibility import fill

QUICK = dataclasses.replace(
    UNLABELLED, changes=("sampling.tile=[18,18,9]", "sampling.steps_per_epoch=2", "stage1.epochs=1",
                         "stage1.warmup_epochs=0")
)  # fmt: skip


@pytest.fixture(scope="module")
def sample(repository):
    """The bundled sample in ppb, with its truth."""
    folder = repository / "Resources" / "Sample"
    image, _ = read_nifti(folder / "sub-sample_Chimap.nii.gz")
    labels = read_labels(folder / "sub-sample_seg-DGM_dseg.nii.gz")
    return image.replace(data=np.where(image.data == 0, 0, image.data * np.float32(1000))), labels


def test_a_blur_is_measured_in_the_plane_and_along_the_slices(sample):
    image, labels = sample
    plain = look_at(image, labels)
    for blur in ((0.5, 0.0), (0.8, 1.2)):
        soft = look_at(blurred(image, blur), labels)
        found = blur_of([soft], [plain])
        assert found[0] == pytest.approx(blur[0], abs=0.15) and found[1] == pytest.approx(blur[1], abs=0.3)
        assert soft.noise_ppb < plain.noise_ppb
    assert (
        blur_of([plain], [plain]) == (0.0, 0.0)
        and np.isnan(plain.plane[-1])
        and len(plain.plane) == len(FREQUENCIES)
    )


def test_noise_and_iron_are_measured_against_simulated_volumes(sample):
    image, labels = sample
    plain = look_at(image, labels)
    rng = np.random.default_rng(1)
    noisy = look_at(
        image.replace(data=image.data + (image.data != 0) * rng.normal(0, 8, image.shape)), labels
    )
    assert noisy.noise_ppb == pytest.approx(np.hypot(8, plain.noise_ppb), rel=0.15)
    putamen = ndimage.binary_dilation(np.isin(labels.data, (7, 8)))
    more = look_at(image.replace(data=image.data + np.float32(50) * putamen), labels)
    site = site_of([more], [plain], snr=(30.0, 30.0))
    iron = dict(site.iron)
    ratio = (plain.contrast_ppb["PU"] + 50) / plain.contrast_ppb["PU"]
    assert iron["PU"] == pytest.approx(ratio, rel=0.05) and iron["RN"] == 1.0
    low, high = site_of([noisy], [plain], snr=(100.0, 100.0)).snr
    assert np.sqrt(low * high) == pytest.approx(100 * plain.noise_ppb / noisy.noise_ppb, rel=0.02)


@pytest.fixture(scope="module")
def anatomy():
    return phantom_anatomy()


def test_a_site_draws_what_was_measured(anatomy):
    site = Site(voxels_mm=((1.0, 1.0, 2.0),), snr=(20.0, 20.0), pose_deg=((15, 0.01), (0, 0.01), (-6, 0.01)),
                reach_mm=((30.0, 40.0),), iron=(("PU", 2.0),))  # fmt: skip
    rng = np.random.default_rng(0)
    assert site.voxel(rng) == (1.0, 1.0, 2.0) and site.draw_snr(rng) == pytest.approx(20.0)
    rotation = site.pose(rng).rotation
    assert np.rad2deg(np.arcsin(abs(rotation[1, 2]))) == pytest.approx(15, abs=1)
    assert Site().pose(rng) is None and Site().voxel(rng) is None
    plain, more = (fill(anatomy, np.random.default_rng(5), site=s).values_ppb for s in (None, site))
    assert {name: round(more[name] / plain[name], 6) for name in ("putamen_L", "rn_R")} == {
        "putamen_L": 2.0,
        "rn_R": 1.0,
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory, anatomy):
    """A cohort of two heads without labels, and label maps whose anatomies are prepared: phantoms."""
    root = tmp_path_factory.mktemp("unlabelled")
    for number in (1, 2):
        folder = root / "cohort" / f"sub-{number:02}" / "anat"
        folder.mkdir(parents=True)
        qsm, _ = phantom((80, 96, 66), (2.0, 2.0, 2.5), seed=number)
        write_nifti(folder / f"sub-{number:02}_Chimap.nii.gz", qsm.data, qsm.affine)
    for folder, name in (("hoa2", "a"), ("wholehead", "h"), ("cit168", "a")):
        (root / "maps" / folder).mkdir(parents=True)
        (root / "maps" / folder / f"{name}_dseg.nii.gz").touch()
    (root / "cache").mkdir()
    for name in ("a", "h"):
        save_anatomy(root / "cache" / f"{name}.npz", anatomy)
        np.savez(root / "cache" / f"{name}_parts.npz", version=PARTS_VERSION)
    return root


def options(place, **changes):
    return UnlabelledOptions(
        str(PHANTOM_MODEL), device="cpu", volumes=2, cache=place / "cache", recipe=QUICK, **changes
    )


def test_a_cohort_becomes_a_model(place, monkeypatch):
    monkeypatch.setattr(unlabelled, "_PILOT", 1)
    monkeypatch.setattr(unlabelled, "LEAST_GAIN", -1.0)  # two steps teach nothing
    output = place / "site.safetensors"
    done = adapt_unlabelled(place / "cohort", place / "maps", output, options(place))
    assert done.path == output and not output.with_name("site.adapting").exists()
    header = load_model(output).header
    assert header.name == "site" and header.confidence is None and header.training["what"] == "unlabelled"
    assert header.training["site"]["voxels_mm"] == [list(v) for v in done.site.voxels_mm]
    assert "sub-0" not in json.dumps(header.to_dict())
    assert max(abs(done.after.volumes_mm3[n] / v - 1) for n, v in done.before.volumes_mm3.items()) <= 0.15


@pytest.mark.parametrize(
    "after, code",
    [
        (Judged({"RN": 200.0, "PU": 1200.0}, 0.9), "adapt_unlabelled_moved"),
        (Judged({"RN": 200.0, "PU": 1100.0}, 0.85), "adapt_unlabelled_agreement"),
        (Judged({"RN": 200.0, "PU": 1100.0}, 0.902), "adapt_unlabelled_agreement"),
        (Judged({"RN": 190.0, "PU": 1100.0}, 0.905), None),
    ],
)
def test_what_moves_volumes_or_agrees_less_is_refused(place, after, code):
    run = unlabelled._Unlabelled(
        place / "cohort", place / "maps", place / "no.safetensors", options(place), unlabelled._QUIET
    )
    before = Judged({"RN": 200.0, "PU": 1000.0}, 0.9)
    if code is None:
        run._check(before, after)
        return
    with pytest.raises(InputError) as refused:
        run._check(before, after)
    assert refused.value.code == code


def test_what_cannot_be_adapted_without_labels_is_said(place, tmp_path, capsys):
    output = str(tmp_path / "new.safetensors")
    cohort = str(place / "cohort")
    assert main(["adapt", "--unlabelled", cohort, "-o", output]) == 2
    assert "--labelmaps" in capsys.readouterr().err
    asked = ["adapt", "--unlabelled", cohort, "-o", output, "--labelmaps", str(place / "maps")]
    one = next((place / "cohort").glob("sub-*/anat/*.nii.gz"))
    (tmp_path / "one.tsv").write_text(f"subject\timage\na\t{one}\n")
    few = [str(tmp_path / "one.tsv") if word == cohort else word for word in asked]
    assert main([*few, "--model", str(PHANTOM_MODEL)]) == 2
    assert "holds 1 volumes that can be used" in capsys.readouterr().err
    assert main([*asked, "--model", str(small_model_file(tmp_path, members=2))]) == 2
    assert "cannot learn without labels" in capsys.readouterr().err
    assert not Path(output).exists()
