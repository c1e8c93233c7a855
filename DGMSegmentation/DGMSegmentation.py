"""3D Slicer module: segment deep-gray-matter nuclei in a QSM, correct the labels, export the ROI table.

Nothing heavy is imported here: Slicer reads this file at every start. What the panel does is in DGMSegmentationPanel/,
what happens to the scene in DGMSegmentationScene/, everything else in the Python library DGMSegmentationLib.
"""

import importlib.util
import sys
from pathlib import Path

import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

HERE = Path(__file__).resolve().parent
if (
    importlib.util.find_spec("DGMSegmentationLib") is None
):  # run from a source checkout: the library is beside us
    sys.path.append(str(HERE.parent))


class DGMSegmentation(ScriptedLoadableModule):
    """Describes the module to Slicer."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("DGM Segmentation")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        parent.dependencies = ["Segmentations", "SegmentEditor"]
        parent.contributors = ["The DGMSegmentation authors"]
        parent.helpText = _(
            "Segments the red nucleus, substantia nigra, globus pallidus, putamen and caudate nucleus of both sides in a "
            "quantitative susceptibility map (QSM) and measures them. For research use only; not a medical device."
        )
        parent.acknowledgementText = _(
            "Networks and training after Zhe Liu's articles on deep-gray-matter segmentation in QSM (2017-2018); "
            "the first network is that of Dolz et al. (NeuroImage 2018). References stand in README and CITATION.cff."
        )
        slicer.app.connect("startupCompleted()", register_data)


def register_data():
    """After start-up: our terminology, and the sample volume in the Sample Data module."""
    from DGMSegmentationLib.resources import resource_path

    terminology = resource_path("Terminology", "DGMSegmentation.term.json")
    slicer.modules.terminologies.logic().LoadTerminologyFromFile(str(terminology))
    try:
        import SampleData
    except ImportError:
        return  # an application without that module
    from DGMSegmentationScene.sample import checksum, sample_file

    sample = sample_file()
    if sample is not None:
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category="DGMSegmentation",
            sampleName="DGMSegmentationQSM",
            uris=sample.as_uri(),
            fileNames=sample.name,
            checksums=checksum(sample),  # so that a copy which an older version left in the cache is replaced
            nodeNames="QSM sample",
            thumbnailFileName=str(HERE / "Resources" / "Icons" / "DGMSegmentation.png"),
        )


class DGMSegmentationWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel: loads the .ui file and hands its widgets to the parts in DGMSegmentationPanel."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self._gui_tag = None
        self._parameters = None

    def setup(self):
        """Build the panel (once, when the user first opens the module)."""
        ScriptedLoadableModuleWidget.setup(self)
        from DGMSegmentationPanel.adapting import Adapting
        from DGMSegmentationPanel.arrivals import Arrivals
        from DGMSegmentationPanel.dependencies import Dependencies, python_executable
        from DGMSegmentationPanel.editor import Editor
        from DGMSegmentationPanel.exports import Exports
        from DGMSegmentationPanel.inputs import Inputs
        from DGMSegmentationPanel.protocols import Protocols
        from DGMSegmentationPanel.results import Results
        from DGMSegmentationPanel.running import Running
        from DGMSegmentationPanel.study import PanelStudy

        from DGMSegmentationLib.language import CONTEXT, translate_by

        # Sentences, names of structures and states in Slicer's language, when one is loaded.
        translate_by(translate if translate(CONTEXT, "done") != "done" else None)
        panel = slicer.util.loadUI(self.resourcePath("UI/DGMSegmentation.ui"))
        self.layout.addWidget(panel)
        self.ui = slicer.util.childWidgetVariables(panel)
        panel.setMRMLScene(slicer.mrmlScene)
        self._panel = panel
        self.logic = DGMSegmentationLogic()
        self.inputs = Inputs(self.ui, self._refresh)
        self.results = Results(self.ui, self._refresh)
        self.exports = Exports(self.ui, self.results)
        self.editor = Editor(self.ui, self.results)
        self.study = PanelStudy(self.ui, self.results, python_executable)
        dependencies = Dependencies(self.ui, self.resourcePath("requirements.txt"), self._packages_changed)
        protocols = Protocols(self.ui, self.inputs, lambda: self.running.relabel(self.results.node))
        self.running = Running(
            self.ui, self.logic.runner, self.inputs, dependencies, protocols, self.results.present
        )
        self.adapting = Adapting(
            lambda: self.inputs.parameters, self.inputs.choose, lambda: self.study.results
        )
        self.inputs.from_corrections = self.adapting.choose
        self.arrivals = Arrivals()
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self._on_scene_start_close)
        self.addObserver(scene, scene.EndCloseEvent, self._on_scene_end_close)
        self.addObserver(scene, scene.StartImportEvent, self._on_scene_start_import)
        self.addObserver(scene, scene.EndImportEvent, self._on_scene_end_import)
        self.addObserver(scene, scene.NodeAddedEvent, self._on_node_added)
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self._on_node_about_to_be_removed)
        self.addObserver(scene, scene.NodeRemovedEvent, self._on_node_removed)
        self._use_scene()
        self.running.check_packages()
        self.results.update()

    def enter(self):
        """The user comes back to the module: other modules may have changed anything."""
        self._use_scene()
        self.arrivals.choose()
        self.running.check_packages()
        self.editor.enter()
        self.study.enter()

    def exit(self):
        """The user leaves; a run goes on, and the table keeps following the labels."""
        self.editor.exit()
        self.study.exit()

    def cleanup(self):
        """The module is unloaded or the application quits: end the worker, leave no observer."""
        if self.logic is not None:
            self.arrivals.stop()
            self.study.stop()
            self.editor.forget()
            self.running.stop()
            self.adapting.stop()
            self._leave_scene()
        self.removeObservers()

    def onReload(self):
        """Reload the parts of the panel, too, not only this file."""
        for name in [
            n for n in sys.modules if n.startswith(("DGMSegmentationPanel", "DGMSegmentationScene"))
        ]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    def _use_scene(self):
        if self._parameters is not None:
            return
        self.arrivals.parameters = self._parameters = self.logic.getParameterNode()
        self.arrivals.choose()
        self._gui_tag = self._parameters.connectGui(self._panel)
        self.addObserver(
            self._parameters.parameterNode, vtk.vtkCommand.ModifiedEvent, self._parameters_changed
        )
        self.inputs.use(self._parameters)
        self.results.use(self._parameters)

    def _leave_scene(self):
        if self._parameters is not None:
            self._parameters.disconnectGui(self._gui_tag)
            self.removeObserver(
                self._parameters.parameterNode, vtk.vtkCommand.ModifiedEvent, self._parameters_changed
            )
        self.arrivals.parameters = self._parameters = None
        self.inputs.use(None)
        self.results.use(None)

    def _on_scene_start_close(self, caller=None, event=None):
        self.running.abort()
        self.study.stop()
        self.editor.forget()
        self._leave_scene()

    def _on_scene_end_close(self, caller=None, event=None):
        self._use_scene()
        self.exports.forget()
        self.results.update()

    def _on_scene_start_import(self, caller=None, event=None):
        # At the end the selectors make their lists anew and stand at None meanwhile: that is no choice of the user.
        self._leave_scene()

    def _on_scene_end_import(self, caller=None, event=None):
        # The loaded scene brought its own parameters, some of which name nodes that came later than they did.
        self._leave_scene()
        self._use_scene()
        self.results.follow_parameters()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _on_node_about_to_be_removed(self, caller, event, node):
        # Else a selector takes the next node of its list: the next run would read another subject's volume, replace
        # labels that nobody chose, or the table would show them.
        parameters = self._parameters
        if parameters is None:
            return
        if parameters.inputVolume is node:
            self.arrivals.forget()
        self.inputs.forget(node)
        if parameters.outputSegmentation is node:
            parameters.outputSegmentation = None
        if parameters.resultSegmentation is node:
            parameters.resultSegmentation = None

    def _on_node_removed(self, caller=None, event=None):
        # A ticked volume goes without a word from its list.
        if self._parameters is not None:
            self.results.follow_parameters()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _on_node_added(self, caller, event, node):
        self.arrivals.arrived(node)

    def _packages_changed(self):
        self.running.check_packages()

    def _parameters_changed(self, caller=None, event=None):
        self.results.follow_parameters()
        self._refresh()

    def _refresh(self, *_arguments):
        if hasattr(self, "running"):
            self.running.refresh()
            self.exports.refresh()
            self.editor.follow()


class DGMSegmentationLogic(ScriptedLoadableModuleLogic):
    """For scripts: ``process`` waits for the labels; ``runner`` is what the panel uses without waiting."""

    def __init__(self):
        ScriptedLoadableModuleLogic.__init__(self)
        from DGMSegmentationPanel.dependencies import application_folder, python_executable
        from DGMSegmentationScene.runner import Runner

        self.runner = Runner(python_executable(), temporary=application_folder)

    def getParameterNode(self):
        """The typed parameters of the scene."""
        from DGMSegmentationPanel.parameters import DGMSegmentationParameters

        return DGMSegmentationParameters(super().getParameterNode())

    def start(self, inputVolume, outputSegmentation=None, model="", channels=None, **options):
        """Begin a run without waiting; call ``runner.poll()`` in the main thread until it reports the end.

        ``options``: fields of :class:`DGMSegmentationLib.options.SegmentOptions` by name. Raises InputError.
        """
        from DGMSegmentationScene.runner import IDLE

        from DGMSegmentationLib.errors import InputError
        from DGMSegmentationLib.models.model import bundled_models
        from DGMSegmentationLib.options import DEFAULT_MODEL, SegmentOptions

        if self.runner.state != IDLE:  # else its result would be taken for this volume's
            raise InputError("segmentation_running")
        model = model or next(iter(bundled_models()), DEFAULT_MODEL)
        chosen = SegmentOptions.from_dict({"model": model, **options})
        self.runner.start(inputVolume, chosen, outputSegmentation, channels)

    def cancel(self):
        """Stop the run within a second; nothing in the scene is changed."""
        self.runner.cancel()

    def process(self, inputVolume, outputSegmentation=None, model="", channels=None, **options):
        """Segment a volume, wait, and return the segmentation node. Raises DGMError with one plain sentence."""
        from DGMSegmentationLib.errors import Cancelled

        self.start(inputVolume, outputSegmentation, model, channels, **options)
        last = self.runner.run_to_end()
        if last.kind != "finished":
            raise last.error or Cancelled()
        return inputVolume.GetScene().GetNodeByID(last.node_id)

    def measure(self, segmentation, volumes, units="auto"):
        """The ROI rows of a segmentation in one or more volumes."""
        from DGMSegmentationScene.lookup import recognise
        from DGMSegmentationScene.measurement import Measurer

        recognise(segmentation)
        return Measurer().measure(segmentation, volumes, units).rows


class DGMSegmentationTest(ScriptedLoadableModuleTest):
    """Runs the module on a small head made on the spot: Slicer's Reload and Test, and the project's own tests."""

    def setUp(self):
        """Start from an empty scene."""
        slicer.mrmlScene.Clear(0)

    def runTest(self):
        """Run everything; nothing where the packages are not installed yet, as on the machines that build extensions."""
        from DGMSegmentationPanel.dependencies import missing
        from DGMSegmentationScene import selftest

        lacking = missing(str(HERE / "Resources" / "requirements.txt"))
        if lacking:
            self.delayDisplay(
                _("Not tested: the panel has to install {packages} first.").format(
                    packages=", ".join(lacking)
                )
            )
            return
        for test in selftest.TESTS:
            self.setUp()
            self.delayDisplay(test.__doc__.splitlines()[0])
            test(self)
        self.delayDisplay(_("Test passed"))
