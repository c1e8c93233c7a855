"""How long the panel's window is ever held during a run, on this machine: from the click on Segment to the table.

python Testing/experiments/time_panel.py [--repeats 5]

A procedural head and the test model. "work" is what the window's own thread computed between two turns of its loop, "wall"
the time between them, which on a busy machine is mostly other programs' doing.
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


if __name__ == "__main__":
    main()
