"""The fixtures of the panel's and the scene's tests."""

from host.fixtures import host, scene  # noqa: F401
from panel_actions import opened, panel  # noqa: F401
