"""Make Resources/Screenshots/: the panel idle, running and done, slice views, a 3D view, the demo, all on the bundled sample.

    python Testing/release/make_screenshots.py [--model FILE] [--output FOLDER]

Pictures for publication need the bundled model. Another one may be tried with --model, and without any the views show the
sample's true labels; both need an --output of their own, so that no picture with other labels gets into the repository.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent), str(HERE), str(HERE.parents[1])]

LIMIT = 500_000  # bytes of a picture


def main() -> None:
    """Open the panel in the host and take its picture in each state, then those of the views."""
    from DGMSegmentationLib.models.model import DEFAULT_MODEL, bundled_models

    published = HERE.parents[1] / "Resources" / "Screenshots"
    parser = argparse.ArgumentParser(description="Make the screenshots.")
    parser.add_argument("--model", type=Path, help="a model file instead of the bundled one")
    parser.add_argument("--output", type=Path, help="default: Resources/Screenshots")
    options = parser.parse_args()
    has_default = DEFAULT_MODEL in bundled_models()
    if options.output is None and (options.model is not None or not has_default):
        parser.error("without the bundled model give --output: these pictures are not for publication")
    folder = options.output or published
    folder.mkdir(parents=True, exist_ok=True)
    from host import gui, start
    from host.fixtures import MODULE

    host = start()
    panel = host.open_module(MODULE)
    import slicer
    from DGMSegmentationScene import navigation
    from DGMSegmentationScene.sample import sample_file

    volume = slicer.util.loadVolume(str(sample_file()))
    volume.SetName("QSM sample")
    with tempfile.TemporaryDirectory() as work:  # no half set of pictures when something fails on the way
        made = Path(work)
        if has_default or options.model is not None:
            node = panel_pictures(host, gui, panel, volume, options.model, made)
            demo_picture(options.model, made)
        else:
            print("No bundled model: the views show the sample's true labels, and the panel is left out.")
            node = true_labels(host.scene, volume)
        navigation.show_volume(host.scene, volume, 1000.0)
        view_pictures(host.scene, volume, node, made)
        for picture in sorted(made.iterdir()):
            size = picture.stat().st_size
            if size > LIMIT:
                raise SystemExit(f"{picture.name} has {size} bytes, more than {LIMIT}")
            (folder / picture.name).write_bytes(picture.read_bytes())
            print(f"{folder / picture.name}  {size / 1000:.0f} kB")
    panel.close()
    sys.stdout.flush()
    os._exit(0)  # VTK's windows without a screen do not outlive the scene well


def panel_pictures(host: Any, gui: Any, panel: Any, volume: Any, model: Path | None, folder: Path) -> Any:
    """Segment the volume by hand movements and take three pictures; returns the segmentation node."""
    ui, runner = panel.widget.ui, panel.widget.logic.runner

    def picture(name: str, down: bool = False) -> None:
        gui.wait(0.3)
        panel.window.verticalScrollBar().setValue(panel.window.verticalScrollBar().maximum() if down else 0)
        gui.wait(0.1)
        panel.window.grab().save(str(folder / name))

    if model is not None:
        gui.choose_file(model)
        gui.choose(ui.modelSelector, "From a file")
    ui.volumeSelector.setCurrentNode(volume)
    panel.show()
    gui.wait(0.2)
    picture("panel-idle.png")
    gui.click(ui.segmentButton)
    gui.wait_until(lambda: ui.progressBar.value >= 30 or runner.state == "idle", 1200)
    picture("panel-running.png")
    gui.wait_until(lambda: runner.state == "idle", 1200)
    gui.wait(0.1)
    gui.wait_until(lambda: not panel.widget.results.pending, 1200)
    gui.wait(0.2)
    ui.exportSection.collapsed = False
    picture("panel-done.png", down=True)
    node = ui.resultSelector.currentNode()
    if node is None:
        raise SystemExit(f"The run failed: {ui.messageLabel.text}")
    return node


def demo_picture(model: Path | None, folder: Path) -> None:
    """What ``dgmseg demo`` draws."""
    chosen = [] if model is None else ["--model", str(model)]
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", "DGMSegmentationLib", "demo", "--output", output, *chosen]
        subprocess.run(command, check=True, capture_output=True)
        shutil.copyfile(next(Path(output).glob("*_picture.png")), folder / "demo.png")


def true_labels(scene: Any, volume: Any) -> Any:
    """The sample's true labels as a segmentation node."""
    from DGMSegmentationScene.segments import create_segmentation, show_labels

    from DGMSegmentationLib.io.labels import read_labels
    from DGMSegmentationLib.segmentation.sample import bundled_sample

    node = create_segmentation(scene, volume)
    show_labels(node, volume, read_labels(bundled_sample().labels).data)
    return node


def view_pictures(scene: Any, volume: Any, node: Any, folder: Path) -> None:
    """Axial slices through midbrain and basal ganglia, a coronal one, and the surfaces in 3D."""
    from DGMSegmentationScene import surfaces
    from DGMSegmentationScene.navigation import centre_of
    from view_pictures import slice_picture, three_d_picture

    from DGMSegmentationLib.structures import STANDARD

    centres = {s.label: centre_of(node, s.label) for s in STANDARD}

    def middle(*nuclei: str) -> tuple[float, float, float]:
        points = [p for s in STANDARD if s.nucleus in nuclei and (p := centres[s.label]) is not None]
        if not points:
            raise SystemExit(f"The labels hold no {' and no '.join(nuclei)}: nothing to show")
        x, y, z = (sum(axis) / len(points) for axis in zip(*points, strict=True))
        return x, y, z

    everything = middle("RN", "SN", "GP", "PU", "CN")
    surfaces.show(node, False)
    node.GetDisplayNode().SetOpacity2DFill(
        0.2
    )  # on paper nobody can move the opacity: the QSM must show through
    for name, plane, nuclei in (
        ("view-midbrain", "Axial", ("RN", "SN")),
        ("view-basal-ganglia", "Axial", ("GP", "PU")),
        ("view-coronal", "Coronal", ("GP",)),
    ):
        centre = list(everything)
        axis = 2 if plane == "Axial" else 1
        centre[axis] = middle(*nuclei)[axis]
        view = scene.GetNodeByID(f"vtkMRMLSliceNode{'Red' if plane == 'Axial' else 'Green'}")
        slice_picture(view, volume, plane, centre, folder / f"{name}.png")
    surfaces.show(node, True)
    three_d_picture(scene, folder / "view-3d.png")


if __name__ == "__main__":
    main()
