"""A patient of a study read in real Chromium without a mouse; every control is reached by Tab, and the focus is always seen."""

from functools import partial

import numpy as np
import pytest
from app_user import MARKS, PATIENCE_S, Program
from cohorts import add_subject
from models_for_tests import PHANTOM_MODEL
from reading import Reader

from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.study.places import find_study
from DGMSegmentationLib.study.study import Study
from DGMSegmentationLib.study.work import Job, bring_up

pytest_plugins = ["app_fixtures"]
pytestmark = MARKS
PU_R = 8
MOST_STOPS = 150
NAME = """(e) => e.id || e.dataset.label || e.dataset.case || e.getAttribute("aria-label") || e.innerText || e.className"""
FOCUS = """() => {
    const here = document.activeElement, box = here.getBoundingClientRect(), look = (e) => getComputedStyle(e);
    const field = here.closest(".v-field"), control = here.closest(".v-selection-control");
    const ring = (e) => e && look(e).outlineStyle === "solid" && parseFloat(look(e).outlineWidth) >= 2;
    return {
        body: here === document.body,
        name: NAME(here),
        seen: (field || here).checkVisibility({ checkOpacity: true }) && box.right > 0 && box.left < innerWidth,
        ring: ring(here) || ring(control) || (field && field.classList.contains("v-field--focused")),
    };
}"""
INSIDE = "document.activeElement.closest('.v-overlay') !== null"
CONTROLS = """() => [...document.querySelectorAll("button, a[href], summary, input, [role=slider], [tabindex='0']")]
    .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ checkOpacity: true }) && !e.closest("[inert]"))
    .filter((e) => { const b = e.getBoundingClientRect(); return b.width && b.right > 0 && b.left < innerWidth; })
    .map(NAME)"""


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """A study of two; of the first one's right putamen anna has taken away the lower part."""
    root = tmp_path_factory.mktemp("keys")
    for number in (1, 2):
        add_subject(root, f"sub-{number:02}", number)
    settings = CaseSettings(SegmentOptions(str(PHANTOM_MODEL), device="auto"))
    study = Study(find_study([root]), "anna", settings)
    assert bring_up(Job.of(study), "sub-01") == ""
    opened = study.open("sub-01")
    assert opened.labels is not None
    inside = opened.labels.data == PU_R
    k = np.indices(inside.shape)[2]
    gone = inside & (k <= np.quantile(k[inside], 0.4))
    journal = study.journal(opened, opened.labels)
    assert journal.record(np.where(gone, 0, opened.labels.data).astype(opened.labels.data.dtype))
    return study


@pytest.fixture(scope="module")
def reader(left, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(1000 * PATIENCE_S)
    program = Program(str(left.place.source), "--reader", "anna")
    reader = Reader(context.new_page())
    try:
        assert reader.begin(program) == "sub-01"
        yield reader
    finally:
        context.close()
        program.clean()


def press(reader, *keys):
    for key in keys:
        reader.page.keyboard.press(key)


def focus(reader):
    return reader.page.evaluate(FOCUS.replace("NAME", f"({NAME})"))


def has_focus(reader, name):
    return focus(reader)["name"] == name


def tab_to(reader, name, key="Tab"):
    for _ in range(MOST_STOPS):
        if has_focus(reader, name):
            return
        press(reader, key)
    raise AssertionError(f"{name} was not reached by {key}")


def test_every_control_is_reached_and_the_focus_is_seen(reader):
    """Also while there are doubtful slices, to which Tab goes in the views."""
    reader.wait_for("dgm_flagged", bool)
    reader.until(partial(has_focus, reader, "dgm-views"), "the views have not the focus")
    press(reader, "F6")
    assert has_focus(reader, "sub-01")
    press(reader, "F6")
    assert has_focus(reader, "RN_L")
    stops = []
    for _ in range(MOST_STOPS):
        press(reader, "Tab")
        here = focus(reader)
        if here["name"] == "RN_L":
            break
        if not here["body"]:  # after the last one the browser's own bar would have the focus
            stops.append(here)
    names = [stop["name"] for stop in stops]
    assert here["name"] == "RN_L", names
    assert [stop["name"] for stop in stops if not (stop["seen"] and stop["ring"])] == []
    controls = reader.page.evaluate(CONTROLS.replace("NAME", f"({NAME})"))
    assert set(controls) - set(names) == {"RN_L"}
    press(reader, "Shift+F6", "Shift+F6")
    assert has_focus(reader, "dgm-views")


def test_a_dialog_gives_the_focus_back(reader):
    press(reader, "F6")
    dialogs = {"dgm-reject": "#dgm-reject-reason", "dgm-open": "#dgm-open-study", "dgm-show-all": ".dgm-all"}
    for name, dialog in dialogs.items():
        tab_to(reader, name, "Tab" if name == "dgm-show-all" else "Shift+Tab")
        press(reader, "Enter")
        reader.page.wait_for_selector(dialog, state="visible")
        if name == "dgm-open":
            tab_to(reader, dialog[1:], "ArrowDown")
        reader.until(partial(reader.page.evaluate, INSIDE), "the focus stayed behind")
        press(reader, "Escape")
        reader.page.locator(dialog).wait_for(state="hidden")
        back = partial(has_focus, reader, name)
        reader.until(back, f"the focus did not go back to {name}")


def test_a_patient_from_the_list_to_the_signature(reader, left):
    """The list, a doubtful slice, a structure, an edit, a run, the signature."""
    page = reader.page
    reader.ready("sub-02")
    while not has_focus(reader, "sub-01"):
        press(reader, "F6")
    press(reader, "ArrowDown")
    assert has_focus(reader, "sub-02")
    press(reader, "Enter")
    reader.case_shown(lambda name: name == "sub-02")
    press(reader, "F6", "Home", "Enter")
    reader.case_shown(lambda name: name == "sub-01")
    assert has_focus(reader, "dgm-views")
    # what was taken away is found by Tab, and mended from the other side
    cut_away = "Right putamen"
    doubts = reader.wait_for(
        "dgm_doubts", lambda found: any(d["flagged"] and cut_away in d["words"] for d in found)
    )
    flagged, selected = sum(doubt["flagged"] for doubt in doubts), set()
    for _ in range(flagged):
        before = reader.state("dgm_slices")
        press(reader, "Tab")
        reader.wait_for("dgm_here", bool)
        if flagged > 1:
            reader.wait_for("dgm_slices", lambda slices, before=before: slices != before)
        selected.add(reader.state("dgm_selected"))
    assert PU_R in selected and has_focus(reader, "dgm-views")
    press(reader, "8")
    reader.wait_for("dgm_selected", lambda label: label == PU_R)
    cut = reader.row("PU_R")
    press(reader, "m")
    whole = reader.changed("PU_R", cut)
    assert int(whole["volume"]) > int(cut["volume"])
    press(reader, "Control+z")
    assert reader.changed("PU_R", whole) == cut
    press(reader, "Control+y")
    assert reader.changed("PU_R", cut) == whole
    # rows by keys: the focus follows
    press(reader, "Shift+F6")
    assert has_focus(reader, "PU_R")
    press(reader, "ArrowUp")
    reader.until(lambda: has_focus(reader, "PU_L"), "the focus did not follow")
    press(reader, "F6", "Control+Enter")
    reader.case_shown(lambda name: name == "sub-02")
    reader.wait_for("dgm_cases", lambda cases: cases[0]["state"] == "done")
    # a run by keys, for the second one
    press(reader, "Shift+F6")
    tab_to(reader, "dgm-segment", "Shift+Tab")
    done = reader.state("dgm_done")
    press(reader, "Enter")
    reader.wait_for("dgm_done", lambda number: number > done)
    press(reader, "Control+Enter")
    reader.wait_for("dgm_cases", lambda cases: {case["state"] for case in cases} == {"done"})
    assert page.evaluate("window.trame.state.get('dgm_question').title || ''") == ""
    signed = read_labels(left.paths("sub-01").of("_dseg.nii.gz", edited=True))
    assert (
        isinstance(signed, Image)
        and f"{(signed.data == PU_R).sum() * np.prod(signed.spacing):.0f}" == whole["volume"]
    )
