"""How long the panel's window is ever held during a run, on this machine: from the click on Segment to the table.

python Testing/experiments/time_panel.py [--repeats 5] [--qsm QSM [--grid 512x512x160]]

With a QSM: the bundled model's labels, and what the panel computes from an edit of a structure to the new table.
Without: a procedural head and the test model. "work" is what the window's own thread computed between two turns of its loop,
"wall" the time between them, which on a busy machine is mostly other programs' doing.
"""

import argparse
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent), str(HERE), str(HERE.parents[1])]


def main() -> None:
    """Run several times and print a line each; the first pays for imports and the first paint."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--qsm", type=Path)
    parser.add_argument("--grid")
    wanted = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from host import missing, start

    if missing():
        sys.exit(missing())
    host = start()
    from host import gui
    from host.fixtures import MODULE, head
    from models_for_tests import PHANTOM_MODEL
    from panel_actions import choose_model, choose_volume, run

    sys.path.insert(0, str(MODULE.parent))
    host.add_views()
    panel = host.open_module(MODULE)
    panel.parent.show()
    if wanted.qsm:
        strokes(panel, host.scene, wanted)
        os._exit(0)
    choose_model(panel, PHANTOM_MODEL)
    volume, _labels = head(host.scene, spacing=(1.0, 1.0, 2.0))
    choose_volume(panel, volume)
    print("| run | work, ms | wall, ms |\n|---|---|---|")
    for repeat in range(1, wanted.repeats + 1):
        with gui.LoopWatch() as watch:
            run(panel)
        print(f"| {repeat} | {1000 * watch.longest_work:.0f} | {1000 * watch.longest:.0f} |", flush=True)
    panel.close()
    os._exit(0)  # VTK's windows without a screen do not outlive the scene well


def strokes(panel, scene, wanted) -> None:
    """Erase some voxels again and again; the CPU from the changed segment to the table."""
    import tempfile
    import time

    import numpy as np
    import slicer
    from DGMSegmentationScene.volumes import add_volume
    from finer import repeated
    from host import gui
    from panel_actions import choose_volume, run

    from DGMSegmentationLib.io.files import read_image

    file = wanted.qsm
    with tempfile.TemporaryDirectory() as work:
        if wanted.grid:
            file = repeated(
                file, tuple(int(n) for n in wanted.grid.split("x")), Path(work) / "fine_Chimap.nii.gz"
            )
        volume = add_volume(scene, read_image(file), "QSM")
    choose_volume(panel, volume)
    run(panel)
    results = panel.widget.results
    gui.wait_until(lambda: not results.pending)
    print("| edit | CPU to the table, s | of it the editor's own, s |\n|---|---|---|")
    for number in range(wanted.repeats):
        array = slicer.util.arrayFromSegmentBinaryLabelmap(results.node, "PU_L", volume)
        for index in np.argwhere(array)[number * 50 : number * 50 + 20]:
            array[tuple(index)] = 0
        began = time.process_time()
        slicer.util.updateSegmentBinaryLabelmapFromArray(array, results.node, "PU_L", volume)
        edited = time.process_time()
        gui.wait_until(lambda: not results.pending)
        ended = time.process_time()
        print(f"| {number + 1} | {ended - began:.3f} | {edited - began:.3f} |", flush=True)


if __name__ == "__main__":
    main()
