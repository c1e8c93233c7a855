"""What a run of ``dgmseg segment`` loads: nothing that costs a second and is not used."""

import subprocess
import sys

from DGMSegmentationLib.resources import resource_path

SCRIPT = """
import sys
from DGMSegmentationLib.cli import main
try:
    main(["segment", sys.argv[1], "--output", sys.argv[2]])
except SystemExit as end:
    assert not end.code, end.code
heavy = {"sympy", "torch._dynamo", "torch._inductor", "pandas", "lightning", "SimpleITK", "matplotlib.pyplot"}
print("loaded:", sorted(heavy & set(sys.modules)))
"""


def test_a_run_loads_no_compiler_and_no_training(tmp_path):
    sample = resource_path("Sample", "sub-sample_Chimap.nii.gz")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(sample), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded: []"
