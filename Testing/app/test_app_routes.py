"""What the browser app lets in: options, uploads, archives, and the guard of its web server."""

import asyncio
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from DGMSegmentationLib.errors import InputError

sys.path.append(str(Path(__file__).resolve().parents[2] / "DGMSegmentation"))

from DGMSegmentationApp.options import decide, is_loopback
from DGMSegmentationApp.temporary import own_folder, temporary_folder, temporary_place
from DGMSegmentationApp.uploads import plain_name, receive, refuse_pointer, unpack, what_to_read

needs_trame = pytest.mark.skipif(
    importlib.util.find_spec("trame_slicer") is None, reason="not installed: trame-slicer (extra: app)"
)


def test_this_computer_needs_no_token_and_others_do():
    assert decide().token == ""
    assert all(map(is_loopback, ("127.0.0.1", "127.1.2.3", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.2", "127.0.0.1.evil.example")))
    open_to_all = decide(host="0.0.0.0")
    assert len(open_to_all.token) >= 24
    assert decide(host="0.0.0.0").token != open_to_all.token
    assert f"?token={open_to_all.token}" in open_to_all.url
    assert decide(token="abcd-1234").token == "abcd-1234"


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"token": "short"}, "--token"),
        ({"token": "with space in it"}, "--token"),
        ({"max_upload_mb": 0}, "--max-upload-mb"),
        ({"port": 70_000}, "--port"),
        ({"host": "203.0.113.7"}, "--host"),
    ],
)
def test_wrong_options_are_one_sentence(wrong, words):
    with pytest.raises(InputError, match=words) as caught:
        decide(**wrong)
    assert "\n" not in str(caught.value)


def test_a_port_in_use():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} is in use"):
            decide(port=port)
    assert decide(port=0).port > 0


@given(st.text(max_size=300))
def test_no_name_leaves_its_folder(name):
    plain = plain_name(name, 3)
    folder = Path("/folder")
    assert (folder / plain).parent == folder
    assert 0 < len(plain.encode()) <= 200 and not plain.startswith(".")


def test_names_keep_their_meaning():
    assert plain_name("C:\\data\\sub-01_Chimap.nii.gz") == "sub-01_Chimap.nii.gz"
    assert plain_name("../../etc/passwd") == "passwd"


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_zip_cannot_write_elsewhere(tmp_path):
    archive = _zip(
        tmp_path / "a.zip", {"../../evil.txt": b"1", "/abs.txt": b"2", "sub/x.dcm": b"3", "y/x.dcm": b"4"}
    )
    files = unpack(archive, _folder(tmp_path), 1000)
    assert len(files) == 4 and {file.parent for file in files} == {tmp_path / "out"}
    assert not (tmp_path.parent / "evil.txt").exists()


def test_a_zip_bomb_is_stopped(tmp_path):
    archive = _zip(tmp_path / "bomb.zip", {"zeros": bytes(5_000_000)})
    assert archive.stat().st_size < 20_000
    with pytest.raises(InputError, match="larger than"):
        unpack(archive, _folder(tmp_path), 1_000_000)
    assert sum(file.stat().st_size for file in (tmp_path / "out").iterdir()) <= 1_000_000


def test_clutter_and_empty_archives(tmp_path):
    archive = _zip(tmp_path / "a.zip", {"__MACOSX/._x": b"1", "DICOMDIR": b"2", ".DS_Store": b"3"})
    with pytest.raises(InputError, match="empty"):
        unpack(archive, _folder(tmp_path), 1000)


def test_one_file_in_a_zip_is_that_file(tmp_path):
    archive = _zip(tmp_path / "a.zip", {"deep/sub-01_Chimap.nii": b"x"})
    assert what_to_read([archive], 1000).name == "sub-01_Chimap.nii"
    assert not archive.exists()


def test_a_scene_is_no_volume(tmp_path):
    """Save > Scene (.mrb) makes one; it is a zip archive."""
    archive = _zip(tmp_path / "sub-01.mrb", {"sub-01/sub-01.mrml": b"<MRML/>", "sub-01/Data/a.nrrd": b"x"})
    with pytest.raises(InputError, match="is a scene for 3D Slicer"):
        what_to_read([archive], 1000)


def test_the_folder_of_an_archive_has_its_name(tmp_path):
    """The library's sentences name the folder: "The folder series holds no DICOM images"."""
    archive = _zip(tmp_path / "series.zip", {"a.txt": b"1", "b.txt": b"2"})
    assert what_to_read([archive], 1000).name == "series"


def test_files_of_the_same_name_are_all_kept(tmp_path):
    archive = _zip(tmp_path / "a.zip", {"one/IM1": b"first", "two/IM1": b"second"})
    folder = what_to_read([archive], 1000)
    assert sorted(path.read_bytes() for path in folder.iterdir()) == [b"first", b"second"]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("field", [b"data file: /etc/hostname", b"DataFile:x.raw", b" data file : LIST"])
def test_a_header_cannot_point_at_other_files(tmp_path, field, ending):
    """Whoever may send a file must not read the computer's own files with it."""
    head = [b"NRRD0004", b"type: uchar", b"dimension: 3", b"sizes: 8 8 8", b"encoding: raw"]
    pointer = tmp_path / "pointer.nrrd"
    pointer.write_bytes(ending.join([*head, field, b"", b""]))
    with pytest.raises(InputError, match=r"pointer\.nrrd is a header"):
        what_to_read([pointer], 10_000)
    archive = _zip(tmp_path / "a.zip", {"pointer.nrrd": pointer.read_bytes(), "x.raw": bytes(512)})
    with pytest.raises(InputError, match="header"):
        what_to_read([archive], 10_000)
    whole = tmp_path / "whole.nrrd"
    whole.write_bytes(ending.join([*head, b"", b"\ndata file: in the voxels"]))
    if ending == b"\n":
        refuse_pointer(whole)
    disguised = tmp_path / "disguised.mhd"
    disguised.write_bytes(whole.read_bytes())
    with pytest.raises(InputError, match=r"ends with \.nrrd"):
        refuse_pointer(disguised)


@needs_trame
def test_downloads_keep_their_letters():
    from DGMSegmentationApp.web import attachment

    assert attachment("sub-01_rois.csv").startswith('attachment; filename="sub-01_rois.csv"')
    header = attachment('M\u00fcller "x"\r\n_rois.csv')
    assert header.isascii() and header.isprintable() and header.count('"') == 2
    assert header.endswith("M%C3%BCller%20%22x%22%0D%0A_rois.csv")


class _Parts:
    """A multipart request of one file, as aiohttp reads it."""

    def __init__(self, filename: str, content: bytes) -> None:
        self.filename, self._chunks, self._read = filename, [content, b""], False

    async def next(self):
        done, self._read = self._read, True
        return None if done else self

    async def read_chunk(self, _size: int) -> bytes:
        return self._chunks.pop(0)


def test_a_quotation_mark_in_a_name(tmp_path):
    (path,) = asyncio.run(receive(_Parts("sub%2201%22.nii", b"x"), tmp_path, 10))
    assert path.name == "sub_01_.nii" and path.read_bytes() == b"x"


def test_a_temporary_folder_that_a_cleaner_took_away(tmp_path, monkeypatch):
    """Another one is made, under another name; when that is impossible, one sentence says so."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    first = own_folder()
    assert temporary_folder("upload-").parent == first and temporary_place() == str(first)
    shutil.rmtree(first)
    second = temporary_folder("upload-").parent
    assert second.is_dir() and second.parent == tmp_path and second != first
    shutil.rmtree(second)

    def full(*_arguments, **_names):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(InputError, match="No space left") as caught:
        temporary_folder("upload-")
    assert "\n" not in str(caught.value)


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def _answers(token: str, requests: list[tuple[str, str, dict[str, str]]]) -> list[tuple[int, dict[str, str]]]:
    """Status and headers of real requests to a real aiohttp server behind the guard."""
    import aiohttp
    from aiohttp import web
    from aiohttp.test_utils import TestServer
    from DGMSegmentationApp.web import Routes

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    async def run() -> list[tuple[int, dict[str, str]]]:
        application = web.Application()
        options = decide(port=0, token=token)
        Routes(None, options, None).add_to(application)
        application.router.add_get("/", hello)
        application.router.add_get("/index.html", hello)
        application.router.add_get("/vue.global.js", hello)
        server = TestServer(application, host="127.0.0.1")
        await server.start_server()
        found = []
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as client:
            for method, path, headers in requests:
                url = server.make_url(path)
                async with client.request(method, url, headers=headers, allow_redirects=False) as answer:
                    found.append((answer.status, dict(answer.headers)))
        await server.close()
        return found

    return asyncio.run(run())


@needs_trame
def test_only_our_own_name_and_page():
    answers = _answers(
        "",
        [
            ("GET", "/", {}),
            ("GET", "/", {"Host": "evil.example"}),
            ("GET", "/", {"Host": "127.0.0.1.evil.example"}),
            ("POST", "/take-over", {"Origin": "http://evil.example"}),
            ("POST", "/take-over", {}),
            ("GET", "/ws", {}),
            ("GET", "/ws", {"Origin": "http://evil.example"}),
            ("GET", "/free", {"Sec-Fetch-Site": "same-origin"}),
            ("GET", "/free", {"Sec-Fetch-Site": "cross-site"}),
            ("GET", "/export/labels", {"Sec-Fetch-Site": "same-site"}),
            ("GET", "/", {"Sec-Fetch-Site": "cross-site"}),
            ("GET", "/", {"Host": "["}),
            ("POST", "/take-over", {"Origin": "http://["}),
        ],
    )
    assert [status for status, _headers in answers] == [
        *(200, 403, 403, 403, 403, 403, 403),
        *(200, 403, 403, 200, 403, 403),
    ]
    policy = answers[0][1]["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "http:" not in policy and "*" not in policy


@needs_trame
def test_a_token_opens_every_door_once_given():
    token = "a-token-of-the-test"
    answers = _answers(
        token,
        [
            ("GET", "/vue.global.js", {}),
            ("GET", "/", {}),
            ("GET", "/?token=wrong-token-here", {}),
            ("GET", "/export/labels", {"Cookie": "dgmseg-0=\u00fc"}),
            ("GET", f"/?token={token}", {}),
            ("GET", "/", {}),
            ("GET", "/vue.global.js", {}),
            ("GET", "/", {"Host": "["}),
        ],
    )
    assert [status for status, _headers in answers] == [403, 403, 403, 403, 303, 200, 200, 403]
    cookie = answers[4][1]["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and token not in cookie


@needs_trame
def test_the_app_of_another_checkout_is_refused(repository, tmp_path):
    """Library and app belong together."""
    (tmp_path / "DGMSegmentationApp").mkdir()
    (tmp_path / "DGMSegmentationApp" / "__init__.py").touch()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(repository), str(tmp_path)])}
    words = [sys.executable, "-m", "DGMSegmentationLib", "app", "--no-browser"]
    done = subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert str(tmp_path) in done.stderr and "pip install --editable" in done.stderr


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch, capsys):
    from DGMSegmentationLib.cli import main

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "trame_slicer" else real(name, *rest)
    )
    assert main(["app"]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1 and 'pip install "DGMSegmentation[app]"' in said[0]


def test_the_wheel_holds_the_app(repository, tmp_path):
    """Installed from a wheel, the app is found: with its page's files, and the scene logic that it shares."""
    import subprocess

    pytest.importorskip("hatchling", reason="hatchling (extra: test) builds the wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=repository, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    for package in ("DGMSegmentationApp", "DGMSegmentationScene"):
        folder = repository / "DGMSegmentation" / package
        files = [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        assert {f"{package}/{p.relative_to(folder).as_posix()}" for p in files} <= names
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import importlib.util, DGMSegmentationLib.cli.app as cli; cli._NEEDED = ();"
        "cli.find_app(); print(importlib.util.find_spec('DGMSegmentationApp').origin)"
    )
    site = tmp_path / "site"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(site)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == site / "DGMSegmentationApp" / "__init__.py"
