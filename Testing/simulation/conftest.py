"""One anatomy and one simulated subject for all tests of the simulator."""

import pytest

from DGMSegmentationLib.simulation.phantom import phantom_anatomy
from DGMSegmentationLib.simulation.relaxation import CHANNELS
from DGMSegmentationLib.simulation.subject import Options, simulate


@pytest.fixture(scope="session")
def anatomy():
    """Ellipsoids on the simulator's grid."""
    return phantom_anatomy()


@pytest.fixture(scope="session")
def subject(anatomy):
    """Of seed 3 on a coarse grid."""
    return simulate(anatomy, 3, Options(voxel_size=(1.5, 1.5, 3.0)))


@pytest.fixture(scope="session")
def with_channels(anatomy):
    """The same one with its further maps."""
    return simulate(anatomy, 3, Options(voxel_size=(1.5, 1.5, 3.0), channels=CHANNELS))
