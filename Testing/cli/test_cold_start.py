"""What a run of ``dgmseg segment`` loads: nothing that costs a second and is not used."""

import subprocess
import sys

import pytest
from models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.resources import resource_path

SCRIPT = """
import sys
from DGMSegmentationLib.cli import main
try:
    main(["segment", sys.argv[1], "--output", sys.argv[2], "--model", sys.argv[3], "--device", "cpu"])
except SystemExit as end:
    assert not end.code, end.code
heavy = {"sympy", "torch._dynamo", "torch._inductor", "torch.fx.experimental.symbolic_shapes", "torch", "pandas", "lightning",
    "SimpleITK", "matplotlib", "pydicom"}
print("loaded:", sorted(heavy & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("model", "loaded"), [("default", []), (str(PHANTOM_MODEL), ["torch"])], ids=["unet", "dolz"]
)
def test_a_run_loads_no_compiler_and_no_training(tmp_path, model, loaded):
    sample = resource_path("Sample", "sub-sample_Chimap.nii.gz")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(sample), str(tmp_path), model],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"loaded: {loaded}"


REFUSALS = """
import sys
from DGMSegmentationLib.cli import main
codes = [main(["segment", sys.argv[1]]), main(["segment", "--no-such-option"]), main(["--help"])]
print("codes:", codes, "loaded:", sorted({"numpy", "nibabel", "scipy", "torch"} & set(sys.modules)))
"""


def test_help_and_a_wrong_path_are_answered_without_numpy(tmp_path):
    words = [sys.executable, "-c", REFUSALS, str(tmp_path / "missing.nii.gz")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "codes: [2, 2, 0] loaded: []"
