"""dgmseg app in real Chromium: the whole job as a user does it, and what must not happen."""

import os
import shutil
import signal
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from app_user import MARKS, PATIENCE_S, SHAPE, SPACING, Program, User
from make_images import save_dicom_series
from models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.structures import STANDARD

pytest_plugins = ["app_fixtures"]
pytestmark = MARKS


def test_the_first_page_says_what_to_do(page):
    user = User(page)
    assert page.complaints == []
    assert page.locator("#dgm-choose").is_visible()
    assert page.locator("#dgm-segment").is_disabled()
    assert user.state("dgm_reason") == "Open a QSM volume first."
    assert page.locator("#dgm-save").is_disabled()


def test_cancel_leaves_everything_as_it_was(user):
    """The first run is cold: it is cancelled while the worker still starts."""
    user.page.click("#dgm-segment")
    user.wait_for("dgm_phase", lambda phase: phase == "running")
    assert user.page.locator("#dgm-segment").is_hidden()
    user.page.click("#dgm-cancel")
    user.wait_for("dgm_phase", lambda phase: phase == "idle")
    assert user.state("dgm_message") == "Cancelled; nothing was changed."
    assert not user.state("dgm_has_labels")


def test_numbers_are_those_of_the_command_line(user, files, tmp_path, capsys):
    from DGMSegmentationLib.cli import main

    user.segment()
    command = ["segment", str(files / "sub-01_Chimap.nii.gz"), "-o", str(tmp_path), "-m", str(PHANTOM_MODEL)]
    assert main([*command, "--device", "cpu"]) == 0
    capsys.readouterr()
    expected = read_long(tmp_path / "sub-01_Chimap_rois.tsv")
    table = read_long(user.save("table-tsv", tmp_path / "app"))
    assert [row.abbreviation for row in table] == [s.abbreviation for s in STANDARD]
    for ours, theirs, shown in zip(table, expected, user.rows(), strict=True):
        assert (ours.n_voxels, ours.subject, ours.flags) == (theirs.n_voxels, theirs.subject, theirs.flags)
        assert ours.mean_ppb == pytest.approx(theirs.mean_ppb, abs=1e-3)
        assert ours.sd_ppb == pytest.approx(theirs.sd_ppb, abs=1e-3)
        assert not ours.edited
        assert shown["mean"] == f"{theirs.mean_ppb:.1f}"
        assert shown["volume"] == f"{theirs.volume_mm3:.0f}"
    labels = read_labels(user.save("labels", tmp_path / "app"))
    truth = read_labels(tmp_path / "sub-01_Chimap_dseg.nii.gz")
    assert np.array_equal(labels.data, truth.data)
    assert np.allclose(labels.affine, truth.affine)


def test_every_download_can_be_read(segmented, files, tmp_path):
    user = segmented
    labels = read_labels(user.save("labels", tmp_path))
    for s in STANDARD:
        assert (labels.data == s.label).any() == bool(user.row(s.abbreviation)["mean"])
    again = read_labels(user.save("segmentation", tmp_path))
    assert np.array_equal(np.unique(again.data), np.unique(labels.data))
    scene = user.save("scene", tmp_path)
    assert {Path(n).suffix for n in zipfile.ZipFile(scene).namelist() if Path(n).suffix} >= {".mrml", ".nrrd"}
    report = user.save("report", tmp_path).read_text(encoding="utf-8")
    assert "phantom" in report and "<img" in report
    wide = user.save("wide-csv", tmp_path).read_text()
    assert "CN_L_mean_ppb" in wide


def test_an_edited_segmentation_is_measured(user, files, tmp_path):
    user.open(files / "sub-01_dseg.nii.gz", "labels")
    image, labels = read_image(files / "sub-01_Chimap.nii.gz"), read_labels(files / "sub-01_dseg.nii.gz")
    for s in STANDARD:
        inside = 1000 * image.data[labels.data == s.label].astype(float)
        assert user.row(s.abbreviation)["mean"] == f"{inside.mean():.1f}"
    assert "from a file" in user.page.locator("#dgm-origin").inner_text()
    user.page.click("#dgm-segment")
    user.page.wait_for_selector("#dgm-no")
    user.page.click("#dgm-no")
    user.page.locator("#dgm-question").wait_for(state="hidden")
    assert user.state("dgm_phase") == "idle"
    assert "from a file" in user.page.locator("#dgm-origin").inner_text()


@pytest.mark.parametrize(
    "name, words",
    [
        ("rubbish.nii.gz", "rubbish.nii.gz"),
        ("rubbish.zip", "cannot be unpacked"),
        ("sub-01_dseg.nii.gz", "label"),
    ],
)
def test_rubbish_is_refused_in_one_sentence(user, files, name, words):
    rows = user.rows()
    user.open(files / name)
    message = user.state("dgm_message")
    assert words in message and user.state("dgm_message_kind") == "error"
    assert "Traceback" not in message and "/tmp" not in message and "upload-" not in message
    assert user.page.locator("#dgm-message").is_visible()
    assert user.state("dgm_file") == "sub-01_Chimap" and user.rows() == rows
    user.forget_message()


def test_too_large_is_refused(user, tmp_path):
    """By the page before anything is sent, and by the program when a page sends it all the same."""
    path = tmp_path / "large.nii"
    with open(path, "wb") as file:
        file.truncate(25 << 20)
    user.open(path)
    assert "20 MB" in user.state("dgm_message")
    user.forget_message()
    answer = user.page.evaluate(
        """async () => {
            const form = new FormData();
            form.append("file", new File([new Uint8Array(25 << 20)], "large.nii"));
            const headers = { "X-DGM-Ticket": window.trame.state.get("dgm_ticket") };
            return await (await fetch("upload/volume", { method: "POST", body: form, headers })).json();
        }"""
    )
    assert answer["ok"] is False and "20 MB" in answer["message"]
    user.wait_for("dgm_message", lambda text: "20 MB" in text)
    user.forget_message()


def test_what_is_no_upload_is_refused(user):
    """Whatever arrives, no sentence speaks of a segmentation that failed."""
    answers = user.page.evaluate(
        """async () => {
            const answers = [];
            for (const type of ["text/plain", "multipart/form-data", "multipart/form-data; boundary=x"]) {
                const headers = { "X-DGM-Ticket": window.trame.state.get("dgm_ticket"), "Content-Type": type };
                const answer = await fetch("upload/volume", { method: "POST", body: "rubbish", headers });
                answers.push([answer.status, await answer.text()]);
            }
            return answers;
        }"""
    )
    assert [status for status, _text in answers] == [400, 400, 200]
    assert "did not arrive whole" in answers[2][1]
    user.wait_for("dgm_message", lambda text: "did not arrive whole" in text)
    user.forget_message()


def test_a_name_is_only_text(user, files, tmp_path):
    """A file's name is neither markup nor an expression of the page."""
    path = tmp_path / "<b id=evil>{{7+7}}.nii.gz"
    path.write_bytes((files / "sub-01_Chimap.nii.gz").read_bytes())
    user.open(path)
    assert "{{7+7}}" in user.page.locator(".dgm-file").inner_text()
    assert user.page.locator("#evil").count() == 0
    assert user.page.errors == []


def test_a_dicom_series_as_zip(user, tmp_path):
    image, _labels = phantom(SHAPE, SPACING)
    ppb = np.round(1000 * image.data).astype(np.int16)
    series = save_dicom_series(tmp_path / "series", ppb, image.affine)
    archive = tmp_path / "series.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
        for file in series:
            content.write(file, f"DICOM/{file.name}")
    user.open(archive)
    assert user.state("dgm_message") == ""
    assert user.state("dgm_unit").startswith("pp")
    assert not user.state("dgm_has_labels")


def test_drop_a_file(user, files):
    """A file dropped on the page is opened like a chosen one."""
    content = list((files / "sub-01_dseg.nii.gz").read_bytes())
    before = user.state("dgm_done")
    user.page.evaluate(
        """content => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(content)], "sub-01_dseg.nii.gz"));
            window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
        }""",
        content,
    )
    user.wait_for("dgm_done", lambda value: value > before)
    assert user.state("dgm_has_labels")


def test_no_script_error(page):
    """Before the next test, whose lost connection is an error of the page by intent."""
    assert page.errors == []


def test_a_reload_frees_the_page(segmented):
    """A window that goes while it sends or fetches a file leaves no sign of work on the next one."""
    page = segmented.page
    page.evaluate(
        """() => {
            window.fetch = () => new Promise(() => 0); // its answer never comes
            window.XMLHttpRequest.prototype.send = () => 0;
            window.dgm.save("report");
            window.dgm.upload("volume", [new File(["x"], "x.nii")]);
        }"""
    )
    segmented.wait_for("dgm_saving", lambda value: value is True)
    segmented.wait_for("dgm_upload", lambda value: value == 0)
    page.locator("#dgm-busy .v-card").wait_for(state="visible")
    page.reload()
    page.wait_for_selector("#dgm-segment")
    segmented.wait_for("dgm_rows", bool)
    assert not segmented.busy()
    page.locator("#dgm-busy .v-card").wait_for(state="hidden")


def test_one_window_at_a_time(segmented, context, program, tmp_path):
    """A second window waits, says why, and can take over; the first one then says so; a reload comes through."""
    rows = segmented.rows()
    second = context.new_page()
    second.goto(program.url)
    second.wait_for_selector("#here", state="visible")
    assert "one browser window at a time" in second.inner_text("main")
    second.click("#here")
    other = User(second)
    second.wait_for_selector("#dgm-segment")
    other.wait_for("dgm_rows", bool)
    assert other.rows() == rows
    segmented.page.wait_for_selector("text=The connection has ended")
    assert segmented.page.evaluate(
        """async () => {
            const form = new FormData();
            form.append("file", new File(["x"], "x.nii"));
            const headers = { "X-DGM-Ticket": window.trame.state.get("dgm_ticket") };
            const sent = await fetch("upload/volume", { method: "POST", body: form, headers });
            return [sent.status, (await fetch("export/labels", { headers })).status];
        }"""
    ) == [409, 409]
    assert other.state("dgm_message") == "" and other.state("dgm_question") == {}
    other.save("table-csv", tmp_path)  # whoever is connected still may
    second.close()
    segmented.page.reload()
    segmented.page.wait_for_selector("#dgm-segment")
    segmented.wait_for("dgm_rows", bool)
    assert segmented.rows() == rows
    segmented.page.errors.clear()  # the lost connection


def test_foreign_pages_cannot_get_in(program):
    """Another site's page may neither send files, nor open the socket, nor come in under a name of its own."""

    def status(path: str, method: str = "GET", **headers: str) -> int:
        request = urllib.request.Request(program.url + path, method=method, headers=headers)
        try:
            return urllib.request.urlopen(request, timeout=PATIENCE_S).status
        except urllib.error.HTTPError as error:
            return error.code

    assert status("free") == 200
    assert status("free", Host="evil.example") == 403
    assert status("upload/volume", "POST", Origin="http://evil.example") == 403
    assert status("upload/volume", "POST") == 403
    assert status("ws", Origin="http://evil.example") == 403
    assert status("export/labels", Origin="null") == 403
    assert status("export/labels", **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert status("../../etc/passwd") in (403, 404)
    assert status("dgm/../main.py") in (403, 404)


def test_nothing_leaves_this_computer(page, requests, program):
    """Every request of all the tests above went to the program itself."""
    home = urlsplit(program.url).netloc
    assert len(requests) > 50
    away = {url[:100] for url in requests if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
    assert {urlsplit(url).netloc for url in away} == {home}


def test_a_window_that_closes_amid_answers_is_no_fault(context):
    """Two hundred questions, then gone: the program says nothing of it, and serves the next window."""
    program = Program()
    try:
        for _ in range(2):
            page = context.new_page()
            User(page).open_page(program.url)
            page.evaluate(
                """() => { const session = window.trame.client.getConnection().getSession();
                    for (let i = 0; i < 200; i++) session.call("trame.state.get", []); }"""
            )
            page.close()
            deadline = time.monotonic() + PATIENCE_S
            while b"true" not in urllib.request.urlopen(program.url + "free", timeout=PATIENCE_S).read():
                assert time.monotonic() < deadline, "the closed window kept the program"
                time.sleep(0.05)
        assert program.stop() == 0
        assert len(program.lines) == 1, "".join(program.lines)  # the address alone
    finally:
        program.clean()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_end_leaves_nothing(context, files, how, tmp_path):
    """Ctrl+C with the page open after a run, though a cleaner took the temporary folder away meanwhile; a plain kill in
    the middle of a run whose page was closed."""
    program = Program(str(files / "sub-01_Chimap.nii.gz"))
    try:
        page = context.new_page()
        user = User(page)
        user.open_page(program.url)
        if how == signal.SIGINT:
            user.open(files / "sub-01_dseg.nii.gz", "labels")
            (folder,) = program.temporary.glob("DGMSegmentation-app-*")
            shutil.rmtree(folder)
            assert zipfile.is_zipfile(user.save("scene", tmp_path))
            user.segment()
        else:
            page.click("#dgm-segment")
            user.until(program.children, "the worker did not start")
            page.close()
        workers = program.children()
        assert workers and any(program.temporary.rglob("*"))
        assert program.stop(how) == 0, "".join(program.lines)
        assert list(program.temporary.rglob("*")) == []
        for pid in workers:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        assert len(program.lines) == 1, "".join(program.lines)  # the address; nothing went wrong
    finally:
        program.clean()
