"""The list of a study's cases and its buttons: order, cases that came meanwhile, the table of all."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .all_cases import AllCases
from .case_table import CaseTable

if TYPE_CHECKING:
    from .study import PanelStudy


class CaseList:
    """Shows the worklist of the study that is open."""

    def __init__(self, ui: Any, study: "PanelStudy") -> None:
        self._ui, self._study = ui, study
        self._table = CaseTable(ui.studyTable)
        self._all_cases = AllCases(study)
        self.order = "name"
        ui.studyTable.connect("cellDoubleClicked(int,int)", self._picked)
        ui.doubtfulFirstBox.connect("toggled(bool)", self._sort)
        ui.allCasesButton.connect("clicked(bool)", self._all_cases.show)
        ui.newCasesButton.connect("clicked(bool)", self._look_for_cases)

    def show(self) -> None:
        """As the study is now."""
        ui, walk, here = self._ui, self._study.walk, self._study.here
        ui.studyTable.visible = walk is not None
        for button in (ui.previousCaseButton, ui.nextCaseButton, ui.allCasesButton, ui.newCasesButton):
            button.enabled = walk is not None
        for button in (ui.rejectCaseButton, ui.doneCaseButton):
            button.enabled = bool(here)
        items, output = ((), Path()) if walk is None else (walk.items, walk.study.output)
        self._table.show(items, here, output)
        if walk is None:
            self._all_cases.close()
        else:
            self._all_cases.follow()

    def look_for_cases(self, asked: bool) -> None:
        """Cases that came into the folder since it was opened stand in the list; the open one stays.

        ``asked``: somebody waits for the answer that there are none.
        """
        from DGMSegmentationLib.errors import DGMError, Remark, explained

        walk = self._study.walk
        if walk is None:
            return
        try:
            came = walk.look_again(self._study.here)
        except (DGMError, OSError) as error:
            if asked:
                self._study.say(explained(error))
            return
        self.show()
        if came:
            self._study.say(Remark("cases_came", names=came))
        elif asked:
            self._study.say(Remark("cases_none_new"))

    def _look_for_cases(self, *_clicked: Any) -> None:
        self.look_for_cases(asked=True)

    def _picked(self, row: int, _column: int) -> None:
        if self._study.walk is not None:
            self._study.go(self._study.walk.items[row].name)

    def _sort(self, doubtful_first: bool) -> None:
        self.order = "doubt" if doubtful_first else "name"
        if self._study.walk is not None:
            self._study.walk.list_all(self.order)
            self.show()
