"""The Segment Editor inside the panel, so that its tools and the table are in sight together."""

from typing import Any

import slicer
from DGMSegmentationScene import navigation

UNDO_STEPS = 40


class Editor:
    """Slicer's own editor widget below the table; made when its section is opened first."""

    def __init__(self, ui: Any, results: Any) -> None:
        self._ui, self._results = ui, results
        self.widget: Any = None
        self._shortcuts = False
        ui.editorSection.connect("contentsCollapsed(bool)", self._collapsed)

    def follow(self) -> None:
        """Edit the segmentation that the table shows."""
        node, volume = self._results.node, self._results.volume
        self._ui.editorSection.enabled = node is not None and volume is not None
        if self.widget is None or node is None or volume is None:
            return
        if self.widget.segmentationNode() is not node:
            navigation.prepare_editor(node, volume)
            self.widget.setSegmentationNode(node)
        self.widget.setSourceVolumeNode(volume)

    def enter(self) -> None:
        """The module is in sight: the editor's keys work."""
        if self.widget is not None and not self._ui.editorSection.collapsed and not self._shortcuts:
            self.widget.setupViewObservations()
            self.widget.installKeyboardShortcuts()
            self._shortcuts = True

    def exit(self) -> None:
        """The module goes out of sight: no tool is left in the views, and no key."""
        if self.widget is not None and self._shortcuts:
            self.widget.setActiveEffect(None)
            self.widget.uninstallKeyboardShortcuts()
            self.widget.removeViewObservations()
            self._shortcuts = False

    def forget(self) -> None:
        """The scene is closed."""
        self.exit()
        if self.widget is not None:
            self.widget.setSegmentationNode(None)
            self.widget.setMRMLSegmentEditorNode(None)

    def _collapsed(self, collapsed: bool) -> None:
        if collapsed:
            self.exit()
            return
        if self.widget is None:
            self.widget = self._made()
        if self._results.node is not None and self._results.volume is not None:
            editor = navigation.prepare_editor(self._results.node, self._results.volume)
            self.widget.setMRMLSegmentEditorNode(editor)
        self.follow()
        self.enter()

    def _made(self) -> Any:
        widget = slicer.qMRMLSegmentEditorWidget()
        widget.setMRMLScene(slicer.mrmlScene)
        widget.setMaximumNumberOfUndoStates(UNDO_STEPS)
        # The table says which segmentation and volume it is about.
        widget.setSegmentationNodeSelectorVisible(False)
        widget.setSourceVolumeNodeSelectorVisible(False)
        widget.setSwitchToSegmentationsButtonVisible(False)
        self._ui.editorSection.layout().addWidget(widget)
        return widget
