"""dgmseg app in real Chromium: the whole job as a user does it, and what must not happen."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from app_hands import PATIENCE_S, Hand, Program, browser, missing
from make_images import save_dicom_series
from models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.files import read_image, read_labels, write_nifti
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.structures import STRUCTURES
from DGMSegmentationLib.tables import read_long

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "everything is here")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A QSM, its true labels, and things that are none."""
    folder = tmp_path_factory.mktemp("with space ä")
    image, labels = phantom((80, 96, 76), (2.0, 2.0, 2.0))
    write_nifti(
        folder / "sub-01_Chimap.nii.gz", image.data.astype(np.float32), image.affine, description="phantom"
    )
    write_nifti(
        folder / "sub-01_dseg.nii.gz", labels.data, labels.affine, description="labels", intent="label"
    )
    (folder / "rubbish.nii.gz").write_bytes(b"no image at all" * 100)
    (folder / "rubbish.zip").write_bytes(b"PK\x03\x04" + bytes(200))
    return folder


@pytest.fixture(scope="module")
def program():
    running = Program("--max-upload-mb", "20")
    yield running
    running.clean()


@pytest.fixture(scope="module")
def context(program):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        context = chromium.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
        context.set_default_timeout(1000 * PATIENCE_S)
        yield context
        chromium.close()


@pytest.fixture(scope="module")
def requests() -> list[str]:
    """Every address that the browser asked for."""
    return []


@pytest.fixture(scope="module")
def page(context, program, requests):
    page = context.new_page()
    context.on("request", lambda request: requests.append(request.url))
    page.on("websocket", lambda socket: requests.append(socket.url))
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    Hand(page).open_page(program.url)
    return page


@pytest.fixture
def hand(page, files) -> Hand:
    """The page with the phantom open."""
    hand = Hand(page)
    if hand.state("dgm_file") != "sub-01_Chimap":
        hand.open(files / "sub-01_Chimap.nii.gz")
    assert hand.state("dgm_file") == "sub-01_Chimap"
    return hand


@pytest.fixture
def segmented(hand) -> Hand:
    """The page with the model's own labels."""
    if not hand.state("dgm_has_labels") or hand.state("dgm_edited"):
        hand.segment()
    return hand


def test_the_first_page_says_what_to_do(page):
    hand = Hand(page)
    assert page.locator("#dgm-choose").is_visible()
    assert page.locator("#dgm-segment").is_disabled()
    assert hand.state("dgm_reason") == "Open a QSM volume first."
    assert page.locator("#dgm-save").is_disabled()


def test_cancel_leaves_everything_as_it_was(hand):
    """The first run is cold: it is cancelled while the worker still starts."""
    hand.page.click("#dgm-segment")
    hand.wait_for("dgm_phase", lambda phase: phase == "running")
    assert hand.page.locator("#dgm-segment").is_hidden()
    hand.page.click("#dgm-cancel")
    hand.wait_for("dgm_phase", lambda phase: phase == "idle")
    assert hand.state("dgm_message") == "Cancelled; nothing was changed."
    assert not hand.state("dgm_has_labels")


def test_numbers_are_those_of_the_command_line(hand, files, tmp_path, capsys):
    from DGMSegmentationLib.cli import main

    hand.segment()
    command = ["segment", str(files / "sub-01_Chimap.nii.gz"), "-o", str(tmp_path), "-m", str(PHANTOM_MODEL)]
    assert main([*command, "--device", "cpu"]) == 0
    capsys.readouterr()
    expected = read_long(tmp_path / "sub-01_Chimap_rois.tsv")
    table = read_long(hand.save("table-tsv", tmp_path / "app"))
    assert [row.abbreviation for row in table] == [s.abbreviation for s in STRUCTURES]
    for ours, theirs, shown in zip(table, expected, hand.rows(), strict=True):
        assert (ours.n_voxels, ours.subject, ours.flags) == (theirs.n_voxels, theirs.subject, theirs.flags)
        assert ours.mean_ppb == pytest.approx(theirs.mean_ppb, abs=1e-3)
        assert ours.sd_ppb == pytest.approx(theirs.sd_ppb, abs=1e-3)
        assert not ours.edited
        assert shown["mean"] == f"{theirs.mean_ppb:.1f}"
        assert shown["volume"] == f"{theirs.volume_mm3:.0f}"
    labels = read_labels(hand.save("labels", tmp_path / "app"))
    truth = read_labels(tmp_path / "sub-01_Chimap_dseg.nii.gz")
    assert np.array_equal(labels.data, truth.data)
    assert np.allclose(labels.affine, truth.affine)


def test_a_click_on_a_row_centres_the_views(segmented, tmp_path):
    labels = read_labels(segmented.save("labels", tmp_path))
    for name in ("PU_R", "CN_L"):
        label = next(s.label for s in STRUCTURES if s.abbreviation == name)
        centre = labels.affine[:3] @ [*np.argwhere(labels.data == label).mean(axis=0), 1]
        segmented.page.click(f"tr[data-label={name}]")
        segmented.wait_for("dgm_selected", lambda value, label=label: value == label)
        segmented.page.wait_for_timeout(500)
        handles = segmented.page.locator(".slice-slider [role=slider]")
        offsets = [float(handles.nth(i).get_attribute("aria-valuenow")) for i in range(3)]
        coronal, sagittal, axial = offsets  # a sagittal view's offset grows towards the left
        assert np.allclose([-sagittal, coronal, axial], centre, atol=2.1)  # voxels of 2 mm
        assert segmented.page.locator(f"tr[data-label={name}]").get_attribute("aria-selected") == "true"


def test_paint_undo_redo_erase(segmented, tmp_path):
    """A stroke changes the structure's numbers and no other's; undo brings them back."""
    hand, page = segmented, segmented.page
    page.click("tr[data-label=GP_L]")
    page.wait_for_timeout(500)
    before, others = hand.row("GP_L"), [row for row in hand.rows() if row["id"] != "GP_L"]
    page.keyboard.press("p")
    x, y = hand.view("axial")
    hand.stroke(x, y, 0, -70)
    painted = hand.changed("GP_L", before)
    assert int(painted["volume"]) > int(before["volume"])
    assert [row for row in hand.rows() if row["id"] != "GP_L"] == others
    assert hand.state("dgm_edited") and "edited by hand" in page.locator("#dgm-origin").inner_text()
    page.keyboard.press("Control+z")
    assert hand.changed("GP_L", painted) == before
    assert not hand.state("dgm_edited")
    page.click("#dgm-tool-redo")
    assert hand.changed("GP_L", before) == painted
    page.click("#dgm-tool-undo")
    assert hand.changed("GP_L", painted) == before
    page.click("#dgm-tool-erase")
    hand.stroke(x, y, 4, 4)
    erased = hand.changed("GP_L", before)
    assert int(erased["volume"]) < int(before["volume"])
    table = read_long(hand.save("table-csv", tmp_path))
    assert all(row.edited for row in table)
    assert f"{table[4].volume_mm3:.0f}" == erased["volume"]
    page.keyboard.press("Control+z")
    assert hand.changed("GP_L", erased) == before
    page.keyboard.press("v")


def test_islands_removes_what_is_apart(segmented):
    hand, page = segmented, segmented.page
    page.click("tr[data-label=PU_L]")
    page.wait_for_timeout(500)
    before = hand.row("PU_L")
    page.keyboard.press("p")
    x, y = hand.view("axial")
    hand.stroke(x + 70, y + 60, 5, 5)
    painted = hand.changed("PU_L", before)
    page.keyboard.press("i")
    page.locator("#dgm-settings").get_by_text("Keep largest").click()
    page.locator("#dgm-settings").get_by_text("Apply").click()
    assert hand.changed("PU_L", painted) == before
    page.keyboard.press("Control+z")
    assert hand.changed("PU_L", before) == painted
    page.keyboard.press("Control+z")
    assert hand.changed("PU_L", painted) == before
    assert not hand.state("dgm_edited")
    page.keyboard.press("v")


def test_surfaces_and_a_hidden_structure(segmented):
    """The 3D view shows the structures, and less when one is hidden."""
    hand, page = segmented, segmented.page
    page.click("#dgm-tool-fit")
    page.wait_for_timeout(800)
    item = page.locator(".layout-grid-item").nth(2)

    def picture() -> int:
        page.wait_for_timeout(900)
        return len(item.screenshot())

    full = picture()
    page.click("tr[data-label=PU_L] .dgm-dot")
    hand.wait_for("dgm_rows", lambda rows: not rows[6]["visible"])
    assert picture() != full
    page.click("tr[data-label=PU_L] .dgm-dot")
    hand.wait_for("dgm_rows", lambda rows: rows[6]["visible"])
    page.click("#dgm-tool-surfaces")
    assert picture() < full
    page.click("#dgm-tool-surfaces")
    page.wait_for_timeout(300)


def test_every_download_can_be_read(segmented, files, tmp_path):
    hand = segmented
    labels = read_labels(hand.save("labels", tmp_path))
    for s in STRUCTURES:
        assert (labels.data == s.label).any() == bool(hand.row(s.abbreviation)["mean"])
    again = read_labels(hand.save("segmentation", tmp_path))
    assert np.array_equal(np.unique(again.data), np.unique(labels.data))
    scene = hand.save("scene", tmp_path)
    assert {Path(n).suffix for n in zipfile.ZipFile(scene).namelist() if Path(n).suffix} >= {".mrml", ".nrrd"}
    report = hand.save("report", tmp_path).read_text(encoding="utf-8")
    assert "phantom" in report and "<img" in report
    wide = hand.save("wide-csv", tmp_path).read_text()
    assert "CN_L_mean_ppb" in wide


def test_an_edited_segmentation_is_measured(hand, files, tmp_path):
    hand.open(files / "sub-01_dseg.nii.gz", "labels")
    image, labels = read_image(files / "sub-01_Chimap.nii.gz"), read_labels(files / "sub-01_dseg.nii.gz")
    for s in STRUCTURES:
        inside = 1000 * image.data[labels.data == s.label].astype(float)
        assert hand.row(s.abbreviation)["mean"] == f"{inside.mean():.1f}"
    assert "from a file" in hand.page.locator("#dgm-origin").inner_text()
    hand.page.click("#dgm-segment")
    hand.page.wait_for_selector("#dgm-no")
    hand.page.click("#dgm-no")
    hand.page.wait_for_timeout(300)
    assert hand.state("dgm_phase") == "idle"
    assert "from a file" in hand.page.locator("#dgm-origin").inner_text()


@pytest.mark.parametrize(
    "name, words",
    [
        ("rubbish.nii.gz", "rubbish.nii.gz"),
        ("rubbish.zip", "cannot be unpacked"),
        ("sub-01_dseg.nii.gz", "label"),
    ],
)
def test_rubbish_is_refused_in_one_sentence(hand, files, name, words):
    rows = hand.rows()
    hand.open(files / name)
    message = hand.state("dgm_message")
    assert words in message and hand.state("dgm_message_kind") == "error"
    assert "Traceback" not in message and "/tmp" not in message and "upload-" not in message
    assert hand.page.locator("#dgm-message").is_visible()
    assert hand.state("dgm_file") == "sub-01_Chimap" and hand.rows() == rows
    hand.page.evaluate("window.trame.state.update({ dgm_message: '' })")


def test_too_large_is_refused(hand, files, tmp_path):
    path = tmp_path / "large.nii"
    with open(path, "wb") as file:
        file.truncate(25 << 20)
    hand.open(path)
    assert "20 MB" in hand.state("dgm_message")
    hand.page.evaluate("window.trame.state.update({ dgm_message: '' })")


def test_a_dicom_series_as_zip(hand, tmp_path):
    image, _labels = phantom((80, 96, 76), (2.0, 2.0, 2.0))
    ppb = np.round(1000 * image.data).astype(np.int16)
    series = save_dicom_series(tmp_path / "series", ppb, image.affine)
    archive = tmp_path / "series.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
        for file in series:
            content.write(file, f"DICOM/{file.name}")
    hand.open(archive)
    assert hand.state("dgm_message") == ""
    assert hand.state("dgm_unit").startswith("pp")
    assert not hand.state("dgm_has_labels")


def test_drop_a_file(hand, files):
    """A file dropped on the page is opened like a chosen one."""
    content = list((files / "sub-01_dseg.nii.gz").read_bytes())
    before = hand.state("dgm_measured")
    hand.page.evaluate(
        """content => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(content)], "sub-01_dseg.nii.gz"));
            window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
        }""",
        content,
    )
    hand.wait_for("dgm_measured", lambda value: value > before)
    assert hand.state("dgm_has_labels")


def test_keyboard_alone(segmented):
    page = segmented.page
    page.locator("tr[data-label=RN_L]").focus()
    page.keyboard.press("Enter")
    segmented.wait_for("dgm_selected", lambda value: value == 1)
    page.keyboard.press("ArrowDown")
    segmented.wait_for("dgm_selected", lambda value: value == 2)
    page.keyboard.press("ArrowUp")
    segmented.wait_for("dgm_selected", lambda value: value == 1)


@pytest.mark.parametrize("width, height", [(1280, 720), (1024, 768), (1920, 1080)])
def test_nothing_is_cut_off(segmented, width, height):
    page = segmented.page
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(300)
    for selector in (
        "#dgm-segment",
        "tr[data-label=CN_R]",
        "#dgm-open",
        "#dgm-save",
        "#dgm-tool-fit",
        "#dgm-origin",
    ):
        box = page.locator(selector).bounding_box()
        assert box["x"] >= 0 and box["y"] >= 0, selector
        assert box["x"] + box["width"] <= width and box["y"] + box["height"] <= height, selector
    assert page.evaluate("document.documentElement.scrollWidth") <= width
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
    """Whatever can be clicked says what it is, also to someone who does not see it."""
    nameless = segmented.page.evaluate(
        """() => [...document.querySelectorAll("#dgm-panel button, header button, .dgm-rail button")]
            .filter(b => b.offsetParent && !b.innerText.trim() && !b.getAttribute("aria-label") && !b.title)
            .map(b => b.outerHTML.slice(0, 200))"""
    )
    assert nameless == []


def test_no_script_error(page):
    """Before the next test, whose lost connection is an error of the page by intent."""
    assert page.errors == []


def test_one_window_at_a_time(segmented, context, program):
    """A second window waits, says why, and can take over; the first one then says so; a reload comes through."""
    rows = segmented.rows()
    second = context.new_page()
    second.goto(program.url)
    second.wait_for_selector("#here", state="visible")
    assert "one browser window at a time" in second.inner_text("main")
    second.click("#here")
    other = Hand(second)
    second.wait_for_selector("#dgm-segment")
    other.wait_for("dgm_rows", bool)
    assert other.rows() == rows
    segmented.page.wait_for_selector("text=The connection has ended")
    second.close()
    segmented.page.reload()
    segmented.page.wait_for_selector("#dgm-segment")
    segmented.wait_for("dgm_rows", bool)
    assert segmented.rows() == rows


def test_foreign_pages_cannot_get_in(program):
    """Another site's page may neither send files, nor open the socket, nor come in under a name of its own."""
    import urllib.error
    import urllib.request

    def status(path: str, method: str = "GET", **headers: str) -> int:
        request = urllib.request.Request(program.url + path, method=method, headers=headers)
        try:
            return urllib.request.urlopen(request, timeout=10).status
        except urllib.error.HTTPError as error:
            return error.code

    assert status("free") == 200
    assert status("free", Host="evil.example") == 403
    assert status("upload/volume", "POST", Origin="http://evil.example") == 403
    assert status("upload/volume", "POST") == 403
    assert status("ws", Origin="http://evil.example") == 403
    assert status("export/labels", Origin="null") == 403
    assert status("../../etc/passwd") in (403, 404)
    assert status("dgm/../main.py") in (403, 404)


def test_nothing_leaves_this_computer(page, requests, program):
    """Every request of all the tests above went to the program itself."""
    from urllib.parse import urlsplit

    home = urlsplit(program.url).netloc
    assert len(requests) > 50
    away = {url[:100] for url in requests if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
    assert {urlsplit(url).netloc for url in away} == {home}


def test_the_end_leaves_nothing(segmented, program):
    """Ended like by Ctrl+C: exit code 0, no process, no temporary file."""
    import os
    import signal

    assert any(program.temporary.rglob("*"))
    workers = program.children()
    assert workers
    assert program.stop(signal.SIGINT) == 0, "".join(program.lines)
    assert list(program.temporary.rglob("*")) == []
    for pid in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert not any("Traceback" in line for line in program.lines), "".join(program.lines)
    assert json.dumps(program.lines).count("http") <= 2
