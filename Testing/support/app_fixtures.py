"""What the app's tests share: one program, one browser and one page; one app without its web server."""

from pathlib import Path

import numpy as np
import pytest
from app_user import PATIENCE_S, SHAPE, SPACING, Program, User, browser

from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.simulation.phantom import phantom


@pytest.fixture(scope="session")
def files(tmp_path_factory) -> Path:
    """A QSM, its true labels, and things that are none."""
    folder = tmp_path_factory.mktemp("with space ä")
    image, labels = phantom(SHAPE, SPACING)
    write_nifti(
        folder / "sub-01_Chimap.nii.gz", image.data.astype(np.float32), image.affine, description="phantom"
    )
    write_nifti(
        folder / "sub-01_dseg.nii.gz", labels.data, labels.affine, description="labels", intent="label"
    )
    (folder / "rubbish.nii.gz").write_bytes(b"no image at all" * 100)
    (folder / "rubbish.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    return folder


@pytest.fixture(scope="session")
def program():
    running = Program("--max-upload-mb", "20")
    yield running
    running.clean()


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox", "--disable-gpu"], timeout=1000 * PATIENCE_S
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def context(chromium):
    opened = chromium.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
    opened.set_default_timeout(1000 * PATIENCE_S)
    return opened


@pytest.fixture(scope="session")
def requests() -> list[str]:
    """Every address that the browser asked for."""
    return []


@pytest.fixture(scope="session")
def page(context, program, requests):
    page = context.new_page()
    context.on("request", lambda request: requests.append(request.url))
    page.on("websocket", lambda socket: requests.append(socket.url))
    page.errors = []
    page.complaints = []  # errors in the browser's console
    page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    User(page).open_page(program.url)
    return page


@pytest.fixture
def user(page, files) -> User:
    """The page with the phantom open."""
    user = User(page)
    if user.state("dgm_file") != "sub-01_Chimap":
        user.open(files / "sub-01_Chimap.nii.gz")
    assert user.state("dgm_file") == "sub-01_Chimap"
    return user


@pytest.fixture
def segmented(user) -> User:
    """The page with the model's own labels."""
    if not user.state("dgm_has_labels") or user.state("dgm_edited"):
        user.segment()
    return user


@pytest.fixture(scope="session")
def opened():
    """The app without its web server."""
    from app_bench import Bench

    return Bench()


@pytest.fixture
def bench(opened):
    """The true labels, unedited, no tool, nothing hidden, the first window: a stroke without a tool moved it."""
    while opened.state.dgm_edited:
        opened.act(lambda: opened.controls.key("undo"))
    opened.key("v")
    opened.first_window()
    return opened
