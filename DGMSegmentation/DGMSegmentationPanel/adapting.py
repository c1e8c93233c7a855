"""Corrections teach, in the panel: a window that makes a model of a study's corrected cases while the work goes on."""

import html
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from DGMSegmentationScene.adaptation import CANCELLED, DONE, RUNNING, SAID, Adaptation, Told
from slicer.i18n import tr as _

from DGMSegmentationLib.language import word

from .dependencies import python_executable
from .files import folder_for
from .parameters import DGMSegmentationParameters, options_of

POLL_MS = 100


class Adapting:
    """The window "Adapt to my corrections": study and name, progress, before and after, use or keep."""

    def __init__(
        self,
        parameters: Callable[[], DGMSegmentationParameters | None],
        use: Callable[[str], None],
        study: Callable[[], Path | None],
    ) -> None:
        """``use``: called with the model file that the user takes; ``study``: the results of the one that is open, if any."""
        self._parameters, self._use, self._study = parameters, use, study
        self._run = Adaptation(python_executable())
        self._results: Path | None = None
        self._said: list[str] = []
        self.window: Any = None
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._poll)

    def choose(self) -> None:
        """The entry of the model list: the window as it stands, or the study that is open, or else ask for one."""
        if self._run.running or self._run.made is not None:
            self._show()
            return
        from DGMSegmentationLib.errors import DGMError

        try:
            opened = self._study()
        except DGMError as error:  # a blind reading
            self._build()
            self._text.text = error.sentence("panel")
            self._state("nothing")
            self._show()
            return
        if opened is not None:
            self.open(opened)
            return
        main = slicer.util.mainWindow()
        folder = str(
            qt.QFileDialog.getExistingDirectory(
                main, _("Choose the study with your corrections"), folder_for(what="Study")
            )
            or ""
        )
        if folder:
            self.open(Path(folder))

    def open(self, study: Path) -> None:
        """Ask for a name for the model of a study's corrections; an unusable folder is said in the window."""
        from DGMSegmentationLib.adaptation.find import find_corrected
        from DGMSegmentationLib.errors import DGMError
        from DGMSegmentationLib.study.places import find_study

        self._build()
        self._said, self._results = [], None
        try:
            self._results = find_study([study]).output
            count = len(find_corrected([study]))
            text = _(
                "{count} corrected cases. A model is made of them where it is better on what is left out."
            )
            self._text.text = text.format(count=count)
        except DGMError as error:
            self._text.text = error.sentence("panel")
        self._state("name" if self._results is not None else "nothing")
        self._show()

    def stop(self) -> None:
        """End the process and close the window."""
        self._timer.stop()
        self._run.stop()
        if self.window is not None:
            self.window.close()

    def _build(self) -> None:
        if self.window is not None:
            return
        self.window = qt.QDialog(slicer.util.mainWindow())
        self.window.windowTitle = _("Adapt to my corrections")
        column = qt.QVBoxLayout(self.window)
        self._text, self._picture = qt.QLabel(), qt.QLabel()
        self._text.wordWrap = True
        self._text.setMinimumWidth(460)
        self._name = qt.QLineEdit()
        self._name.placeholderText = _("Name of the new model")
        self._bar = qt.QProgressBar()
        self._buttons: dict[str, Any] = {}
        for widget in (self._text, self._picture, self._name, self._bar):
            column.addWidget(widget)
        row = qt.QHBoxLayout()
        column.addLayout(row)
        for name, words, act in (
            ("adapt", _("Adapt"), self._start),
            ("cancel", _("Cancel"), self._cancel),
            ("use", _("Use this model"), self._take),
            ("keep", _("Keep the old one"), self._keep),
        ):
            button = self._buttons[name] = qt.QPushButton(words)
            button.objectName = f"{name}Button"
            button.connect("clicked(bool)", act)
            row.addWidget(button)

    def _show(self) -> None:
        self.window.show()
        self.window.raise_()

    def _state(self, state: str) -> None:
        """Which widgets are there: name, running, done, nothing."""
        self._name.visible, self._bar.visible = state == "name", state == RUNNING
        self._picture.visible = state == DONE
        shown = {"adapt": "name", "cancel": RUNNING, "use": DONE, "keep": DONE}
        for name, button in self._buttons.items():
            button.visible = shown[name] == state
        self.window.adjustSize()

    def _start(self, _clicked: bool = False) -> None:
        from DGMSegmentationLib.errors import DGMError

        parameters = self._parameters()
        if parameters is None or self._results is None:
            return
        options = options_of(parameters)
        chosen = {name: str(getattr(options, name)) for name in ("model", "protocol", "device")}
        self._said = []
        try:
            self._run.start(self._results, str(self._name.text), chosen)
        except DGMError as error:
            self._text.text = error.sentence("panel")
            return
        self._bar.setValue(0)
        self._state(RUNNING)
        self._timer.start()

    def _cancel(self, _clicked: bool = False) -> None:
        self._run.cancel()

    def _take(self, _clicked: bool = False) -> None:
        made, self._run.made = self._run.made, None
        self.window.close()
        self._use(str(made))

    def _keep(self, _clicked: bool = False) -> None:
        self._run.discard()
        self.window.close()

    def _poll(self) -> None:
        for told in self._run.poll():
            self._heard(told)
        if not self._run.running:
            self._timer.stop()

    def _heard(self, told: Told) -> None:
        if told.kind == RUNNING:
            self._text.text = word(told.text)
            self._bar.setValue(round(100 * told.fraction))
        elif told.kind == SAID:
            self._said.append(told.text)
        elif told.kind == DONE:
            self._text.text = _table(told, self._said)
            self._show_picture(told.picture)
            self._state(DONE)
        else:
            self._text.text = " ".join([*self._said, told.text])
            self._state("name" if told.kind == CANCELLED else "nothing")

    def _show_picture(self, png: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "change.png"
            path.write_bytes(png)
            self._picture.setPixmap(qt.QPixmap(str(path)))
        self._picture.toolTip = _("One case: before, after, as it was corrected")


def _table(told: Told, said: list[str]) -> str:
    """Before and after, as the label shows it."""
    what = _("new weights with a protocol of their own") if told.weights else _("a fitted protocol")
    lines = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{before}</td><td>{after}</td></tr>"
        for name, before, after in told.rows
    )
    head = _("On what was left out in turn, {what} gained (Dice before, after):").format(what=what)
    rest = "".join(f"<p>{html.escape(text)}</p>" for text in said)
    return f"<p>{head}</p><table cellspacing='6'>{lines}</table>{rest}"
