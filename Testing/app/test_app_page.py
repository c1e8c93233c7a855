"""dgmseg app in real Chromium: the mouse, a finger and the keys in the views and the table, and how the page looks."""

import io

import numpy as np
import pytest
from app_user import MARKS

from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.structures import STANDARD

pytest_plugins = ["app_fixtures"]
pytestmark = MARKS


def test_a_click_on_a_row_centres_the_views(segmented, tmp_path):
    labels = read_labels(segmented.save("labels", tmp_path))
    handles = segmented.page.locator(".slice-slider [role=slider]")
    for name in ("PU_R", "CN_L"):
        label = next(s.label for s in STANDARD if s.abbreviation == name)
        centre = labels.affine[:3] @ [*np.argwhere(labels.data == label).mean(axis=0), 1]
        segmented.choose(name)

        def there(centre=centre) -> bool:
            axial, coronal, sagittal = (
                float(handles.nth(i).get_attribute("aria-valuenow")) for i in range(3)
            )
            # A sagittal view's offset grows towards the left; voxels of 2 mm.
            return np.allclose([-sagittal, coronal, axial], centre, atol=2.1)

        segmented.until(there, f"the views were not centred on {name}")


def test_paint_undo_redo_erase(segmented, tmp_path):
    """A stroke changes the structure's numbers and no other's; undo brings them back."""
    user, page = segmented, segmented.page
    user.choose("GP_L")
    before, others = user.row("GP_L"), [row for row in user.rows() if row["id"] != "GP_L"]
    user.tool("paint", key="p")
    x, y = user.view("axial")
    user.stroke(x, y, 0, -70)
    painted = user.changed("GP_L", before)
    assert int(painted["volume"]) > int(before["volume"])
    assert [row for row in user.rows() if row["id"] != "GP_L"] == others
    assert user.state("dgm_edited") and "edited by hand" in page.locator("#dgm-origin").inner_text()
    page.keyboard.press("Control+z")
    assert user.changed("GP_L", painted) == before
    assert not user.state("dgm_edited")
    page.click("#dgm-tool-redo")
    assert user.changed("GP_L", before) == painted
    page.click("#dgm-tool-undo")
    assert user.changed("GP_L", painted) == before
    user.tool("erase")
    user.stroke(x, y, 4, 4)
    erased = user.changed("GP_L", before)
    assert 0 < int(erased["volume"]) < int(before["volume"])
    table = read_long(user.save("table-csv", tmp_path))
    assert [row.abbreviation for row in table if row.edited] == ["GP_L"]
    assert f"{table[4].volume_mm3:.0f}" == erased["volume"]
    page.keyboard.press("Control+z")
    assert user.changed("GP_L", erased) == before
    user.tool("view", key="v")


def test_a_finger_paints(segmented):
    """A tablet's touch: one finger in a view is the brush, it does not move the page."""
    user, page = segmented, segmented.page
    user.choose("GP_R")
    before = user.row("GP_R")
    user.tool("paint")
    x, y = user.view("axial")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": px, "y": py, "id": 1} for px, py in points]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
        page.wait_for_timeout(60)

    try:
        touch("touchStart", (x, y))
        for step in range(1, 9):
            touch("touchMove", (x, y - 9 * step))
        touch("touchEnd")
        painted = user.changed("GP_R", before)
    finally:
        devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    assert int(painted["volume"]) > int(before["volume"])
    page.click("#dgm-tool-undo")
    assert user.changed("GP_R", painted) == before
    user.tool("view")


def test_islands_removes_what_is_apart(segmented):
    user, page = segmented, segmented.page
    user.choose("PU_L")
    before = user.row("PU_L")
    user.tool("paint", key="p")
    x, y = user.view("axial")
    user.stroke(x + 70, y + 60, 5, 5)
    painted = user.changed("PU_L", before)
    user.tool("islands", key="i")
    settings = page.locator("#dgm-settings")
    assert settings.get_by_text("Split").count() == 0
    settings.get_by_text("Keep largest").click()
    settings.get_by_text("Apply").click()
    assert user.changed("PU_L", painted) == before
    page.keyboard.press("Control+z")
    assert user.changed("PU_L", before) == painted
    page.keyboard.press("Control+z")
    assert user.changed("PU_L", painted) == before
    assert not user.state("dgm_edited")
    user.tool("view", key="v")


def test_a_range_limits_the_brush_until_it_is_given_up(segmented):
    user, page = segmented, segmented.page
    user.choose("PU_L")
    user.tool("threshold", key="t")
    user.until(lambda: "ppb" in page.locator("#dgm-range").inner_text(), "no range is shown")
    page.click("#dgm-paint-range")
    page.wait_for_selector("#dgm-tool-paint.v-btn--active")
    page.locator("#dgm-limit").wait_for(state="visible")
    page.click("#dgm-anywhere")
    page.locator("#dgm-limit").wait_for(state="hidden")
    user.tool("view", key="v")


def test_surfaces_and_a_hidden_structure(segmented):
    """The 3D view shows the structures, less when one is hidden, and nothing when surfaces are off."""
    from PIL import Image

    user, page = segmented, segmented.page
    item = page.locator(".layout-grid-item").nth(3)

    def picture():
        image = Image.open(io.BytesIO(item.screenshot(animations="disabled"))).convert("RGB")
        return np.asarray(image, dtype=int)

    def apart(a, b) -> int:
        return int((abs(a - b).max(axis=2) > 60).sum())

    page.click("#dgm-tool-fit")
    page.mouse.move(640, 24)
    shots = [picture()]

    def still() -> bool:
        page.wait_for_timeout(700)
        shots.append(picture())
        return apart(shots[-1], shots[-2]) < 30

    user.until(still, "the 3D view does not come to rest")
    shown = shots[-1]
    page.click("#dgm-tool-surfaces")
    page.mouse.move(640, 24)
    user.until(lambda: apart(picture(), shown) > 1000, "the surfaces stay")
    user.until(still, "the 3D view does not come to rest")
    bare = shots[-1]
    page.click("#dgm-tool-surfaces")
    page.mouse.move(640, 24)
    user.until(lambda: apart(picture(), bare) > 1000, "no surfaces are seen")
    user.until(still, "the 3D view does not come to rest")
    full = apart(shots[-1], bare)
    page.click("tr[data-label=PU_L] .dgm-dot")
    user.wait_for("dgm_rows", lambda rows: not rows[6]["visible"])
    user.until(lambda: 0 < apart(picture(), bare) < 0.97 * full, "the hidden structure is still seen")
    page.click("tr[data-label=PU_L] .dgm-dot")
    user.wait_for("dgm_rows", lambda rows: rows[6]["visible"])
    user.until(lambda: apart(picture(), bare) > 0.97 * full, "the structure is not seen again")


def test_keyboard_alone(segmented):
    page = segmented.page
    row = page.locator("tr[data-label=RN_L]")
    row.focus()
    page.keyboard.press("Enter")
    segmented.wait_for("dgm_selected", lambda value: value == 1)
    page.keyboard.press("ArrowDown")
    segmented.wait_for("dgm_selected", lambda value: value == 2)
    page.keyboard.press("ArrowUp")
    segmented.wait_for("dgm_selected", lambda value: value == 1)
    row.locator(".dgm-dot").focus()
    page.keyboard.press("Enter")
    segmented.wait_for("dgm_rows", lambda rows: not rows[0]["visible"])
    page.keyboard.press(" ")
    segmented.wait_for("dgm_rows", lambda rows: rows[0]["visible"])


def test_the_table_says_which_row_is_chosen(segmented):
    """Also to someone who does not see it: aria-selected means something in a grid's rows only."""
    segmented.choose("SN_L")
    chosen = segmented.page.get_by_role("grid").get_by_role("row", selected=True)
    assert chosen.get_attribute("data-label") == "SN_L"


def test_a_slider_keeps_its_own_keys(segmented):
    page = segmented.page
    segmented.choose("GP_L")
    slider = page.locator(".slice-slider [role=slider]").nth(2)
    before = slider.get_attribute("aria-valuenow")
    slider.focus()
    page.keyboard.press("ArrowUp")
    segmented.until(lambda: slider.get_attribute("aria-valuenow") != before, "the slice did not move")
    assert segmented.state("dgm_selected") == 5


def test_keys_work_with_the_focus_on_a_checkbox(segmented):
    page = segmented.page
    page.get_by_text("How labels are shown").click()
    page.get_by_role("checkbox", name="Hints in colour").check()
    segmented.wait_for("dgm_hints", bool)
    before = page.evaluate("window.trame.state.get('dgm_slices').Red")
    page.keyboard.press("PageDown")
    segmented.until(
        lambda: page.evaluate("window.trame.state.get('dgm_slices').Red") != before, "the slice stayed"
    )
    page.keyboard.press(" ")
    segmented.wait_for("dgm_hints", lambda shown: not shown)
    page.get_by_text("How labels are shown").click()


@pytest.mark.parametrize("width, height", [(1280, 720), (1024, 768), (1920, 1080)])
def test_nothing_is_cut_off(segmented, width, height):
    page = segmented.page
    page.set_viewport_size({"width": width, "height": height})

    def out_of_sight() -> list[str]:
        found = []
        for name in (
            "#dgm-segment",
            "tr[data-label=CN_R]",
            "#dgm-open",
            "#dgm-save",
            "#dgm-tool-fit",
            "#dgm-origin",
        ):
            box = page.locator(name).bounding_box()
            if not (0 <= box["x"] <= width - box["width"] and 0 <= box["y"] <= height - box["height"]):
                found.append(name)
        return found

    segmented.until(lambda: page.evaluate("innerWidth") == width, "the window kept its size")
    assert out_of_sight() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 720})


@pytest.mark.parametrize("width", [800, 640, 400, 360])
def test_a_narrow_bar_keeps_its_buttons_and_the_unit(segmented, width):
    """640 is a window of 1280 at a zoom of 200 %."""
    page = segmented.page
    page.evaluate("window.trame.state.update({ dgm_file: 'sub-01_ses-baseline_acq-highres_run-01_Chimap' })")
    page.set_viewport_size({"width": width, "height": 720})
    unit = page.locator("#dgm-unit")

    def whole() -> bool:
        ends = [page.locator("header button").last, unit]
        boxes = [element.bounding_box() for element in ends]
        inside = all(box and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
        return inside and unit.evaluate("e => e.scrollWidth <= e.clientWidth + 1")

    try:
        segmented.until(whole, "the bar is cut off", seconds=10)
    finally:
        page.set_viewport_size({"width": 1280, "height": 720})
        page.evaluate("window.trame.state.update({ dgm_file: 'sub-01_Chimap' })")


@pytest.mark.parametrize("width, height", [(1280, 720), (1024, 768)])
def test_a_message_is_seen_whole(segmented, width, height):
    """Every line of it, also when the panel is scrolled down or put away."""
    page = segmented.page
    page.set_viewport_size({"width": width, "height": height})
    page.click("[aria-label='Show or hide the panel']")
    segmented.wait_for("dgm_panel", lambda shown: not shown)
    page.evaluate(
        "text => window.dgm.showMessage(text)",
        "A plain sentence of some length that says what is wrong. " * 4,
    )
    message = page.locator("#dgm-message")
    message.wait_for(state="visible")

    def whole() -> bool:
        box = message.bounding_box()
        high_enough = message.evaluate("e => e.clientHeight >= e.scrollHeight") and box["height"] > 60
        return high_enough and box["x"] >= 0 and box["y"] >= 0 and box["y"] + box["height"] <= height

    segmented.until(whole, f"the message is cut off: {message.bounding_box()}")
    page.evaluate("document.querySelector('.dgm-panel').scrollTo(0, 10000)")
    segmented.until(whole, f"the message is out of sight: {message.bounding_box()}")
    segmented.forget_message()
    page.set_viewport_size({"width": 1280, "height": 720})


def test_dark_and_light(segmented):
    page = segmented.page
    theme = segmented.state("dgm_theme")
    page.click("[aria-label='Dark or light']")
    other = segmented.wait_for("dgm_theme", lambda value: value != theme)
    assert {theme, other} == {"dark", "light"}
    page.click("[aria-label='Dark or light']")
    segmented.wait_for("dgm_theme", lambda value: value == theme)


def test_buttons_have_names(segmented):
    """Whatever can be clicked says what it is, also to someone who does not see it, with every tool."""
    page = segmented.page
    for tool in ("view", "paint", "draw", "scissors", "islands", "smooth", "threshold"):
        segmented.tool(tool)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("#dgm-panel button, header button, .dgm-rail button, #dgm-views button")]
                .filter(b => b.offsetParent && b.getAttribute("aria-hidden") !== "true")
                .filter(b => !b.innerText.trim() && !b.getAttribute("aria-label") && !b.title)
                .concat([...document.querySelectorAll("[role=slider]")]
                    .filter(s => s.offsetParent && !s.getAttribute("aria-label")))
                .map(b => b.outerHTML.slice(0, 200))"""
        )
        assert nameless == [], tool
    segmented.tool("view")


def test_no_script_error(page):
    assert page.errors == []
