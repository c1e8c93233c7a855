"""Make Resources/Screenshots/: the panel idle, running, and done, on the bundled sample (or the procedural head).

python Testing/make_screenshots.py [--output FOLDER]
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

WIDTH = 480


def main() -> None:
    """Open the panel in the host and take its picture in each state."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=HERE.parent / "Resources" / "Screenshots")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    from host import hand, start
    from host.fixtures import MODULE, head
    from models_for_tests import PHANTOM_MODEL

    from DGMSegmentationLib.model import bundled_models

    host = start()
    panel = host.open_module(MODULE)
    ui = panel.widget.ui

    def picture(name: str) -> None:
        panel.parent.resize(WIDTH, panel.parent.sizeHint().height())
        hand.wait(0.1)
        panel.parent.grab().save(str(folder / name))

    import slicer
    from DGMSegmentationScene.sample import sample_file

    sample = sample_file()
    if sample is not None and bundled_models():
        volume = slicer.util.loadVolume(str(sample))
    else:
        volume, _labels = head(host.scene, "sub-01_Chimap", (1.0, 1.0, 2.0))
        hand.choose_file(PHANTOM_MODEL)
        hand.choose(ui.modelSelector, "From a file")
    ui.volumeSelector.setCurrentNode(volume)
    panel.parent.show()
    hand.wait(0.2)
    picture("panel-idle.png")
    hand.click(ui.segmentButton)
    hand.wait_until(lambda: ui.progressBar.value >= 30 or panel.widget.logic.runner.state == "idle", 600)
    picture("panel-running.png")
    hand.wait_until(lambda: panel.widget.logic.runner.state == "idle", 1200)
    hand.wait(0.6)
    ui.exportSection.collapsed = False
    picture("panel-done.png")
    panel.close()


if __name__ == "__main__":
    main()
