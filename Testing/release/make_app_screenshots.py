"""Make the browser app's pictures in Resources/Screenshots/, on the bundled sample with the bundled model.

python Testing/release/make_app_screenshots.py [--output FOLDER]

Without the bundled model the pictures would show the labels of a test model: then they are made of the procedural head,
and only into a folder that is named.
"""

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent), str(HERE), str(HERE.parents[1])]

PUBLISHED = HERE.parents[1] / "Resources" / "Screenshots"


def main() -> None:
    """Start the program, do the job in Chromium, and take a picture at each step."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=PUBLISHED)
    folder = parser.parse_args().output
    from app_user import PATIENCE_S, Program, User, browser, missing
    from models_for_tests import PHANTOM_MODEL
    from playwright.sync_api import sync_playwright

    from DGMSegmentationLib.models.model import bundled_models
    from DGMSegmentationLib.resources import resource_path

    if missing():
        sys.exit(missing())
    real = bool(bundled_models())
    if not real and folder == PUBLISHED:
        sys.exit(
            "The bundled model is missing: the published pictures need it; give --output for pictures to look at."
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        file = resource_path("Sample", "sub-sample_Chimap.nii.gz") if real else _head(Path(work))
        program = Program(str(file), model=None if real else PHANTOM_MODEL)
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
                context = chromium.new_context(viewport={"width": 1280, "height": 720}, color_scheme="dark")
                context.set_default_timeout(1000 * PATIENCE_S)
                user = User(context.new_page())
                user.open_page(program.url)
                _job(user, folder)
                chromium.close()
        finally:
            program.clean()


def _job(user, folder: Path) -> None:
    page = user.page

    def picture(name: str) -> None:
        page.mouse.move(640, 24)
        page.wait_for_timeout(2500)  # the views send a sharp picture a moment after the last change
        page.screenshot(path=folder / name)

    user.wait_for("dgm_file", bool)
    picture("app-open.png")
    user.segment()
    user.choose("GP_L")
    picture("app-done.png")
    page.keyboard.press("p")
    x, y = user.view("axial")
    before = user.row("GP_L")
    user.stroke(x, y, 0, -110)
    user.changed("GP_L", before)
    picture("app-paint.png")
    page.keyboard.press("Control+z")
    page.keyboard.press("v")
    page.click("[aria-label='Dark or light']")
    page.click("#dgm-save")
    picture("app-light.png")


def _head(folder: Path) -> Path:
    import numpy as np

    from DGMSegmentationLib.io.files import write_nifti
    from DGMSegmentationLib.simulation.phantom import phantom

    image, _labels = phantom((160, 192, 76), (1.0, 1.0, 2.0))
    path = folder / "sub-01_Chimap.nii.gz"
    write_nifti(path, image.data.astype(np.float32), image.affine, description="procedural head")
    return path


if __name__ == "__main__":
    main()
