"""What all tests share: the environment, the optional real data, and a volume on disk."""

import os

# Before numpy or torch is imported: several workers with one thread each, no window, Keras on torch.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("KERAS_BACKEND", "torch")

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from places import REPOSITORY

# The same examples on every run; a slow worker must not make a test fail.
settings.register_profile(
    "project",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("project")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real test data (qsm20/, labelmaps/); tests that need it are skipped without it."""
    folder = os.environ.get("DGMSEG_TEST_DATA")
    if not folder:
        pytest.skip("DGMSEG_TEST_DATA is not set: it names a folder with qsm20/ and labelmaps/")
    path = Path(folder)
    if not (path / "qsm20").is_dir():
        pytest.fail(f"DGMSEG_TEST_DATA={folder} holds no qsm20/")
    return path


@pytest.fixture(scope="session")
def qsm_files(test_data: Path) -> list[Path]:
    """The real QSM volumes, sorted by subject."""
    return sorted(test_data.glob("qsm20/sub-*/anat/*_Chimap.nii.gz"))
