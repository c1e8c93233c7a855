"""The panel's table follows the label set of the chosen segmentation."""

import numpy as np
from host import gui
from host.fixtures import head
from panel_actions import settle
from toy_set import TOY

from DGMSegmentationLib.structures import STANDARD


def test_one_row_a_structure_of_the_chosen_segmentation(panel, host):
    from DGMSegmentationScene.segments import create_segmentation, show_labels

    volume, ten = head(host.scene)
    toy = np.zeros(ten.shape, TOY.dtype)
    for label, old in zip(TOY.values, (9, 10, 1), strict=True):
        toy[ten == old] = label
    made = {}
    for name, labels, label_set in (("toy", toy, TOY), ("ten", ten, STANDARD)):
        made[name] = create_segmentation(host.scene, volume, name)
        show_labels(made[name], volume, labels, label_set)
    panel.widget.ui.volumeSelector.setCurrentNode(volume)
    for name, label_set in (("toy", TOY), ("ten", STANDARD), ("toy", TOY)):
        panel.widget.ui.resultSelector.setCurrentNode(made[name])
        settle(panel)
        table = gui.read_table(panel.widget.ui.table)
        assert [line[:2] for line in table] == [[s.nucleus_name, s.side] for s in label_set]
        assert all(float(line[4]) > 0 for line in table)
