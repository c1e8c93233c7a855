"""The web server's routes: who may come in, one window at a time, files in and files out.

trame serves its own files and the socket; this adds routes to the same aiohttp application and a guard before all of them.
"""

import asyncio
import hmac
import logging
import re
import secrets
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import web

from DGMSegmentationLib.errors import Coded, DGMError, InputError, Remark
from DGMSegmentationLib.language import spoken, texts_of
from DGMSegmentationLib.study.loose import is_image

from .controls import Controls
from .messages import FACE
from .options import Options, is_loopback
from .ready_made import SCRIPTS
from .temporary import temporary_folder
from .uploads import discard, receive, refuse_pointer, too_large, what_to_read

_ = texts_of(__name__)
STATIC = Path(__file__).with_name("static")
SOCKET = "/ws"
PAGE = ("/", "/index.html")
KINDS = ("volume", "labels", "model", "protocol", "any")
WRONG_TOKEN_DELAY_S = 1.0
_PLAIN_TEXT = re.compile(r"\{\{ (.+?) \}\}", re.DOTALL)
_NO_SERIES = ("dicom_none", "dicom_none_but_images")
# The page's script comes from here only; Vue compiles its templates in the browser, hence unsafe-eval.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {socket}; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


class Routes:
    """Adds the guard and the routes to trame's aiohttp application."""

    def __init__(
        self, controls: Controls, options: Options, open_study: Callable[[Sequence[Path]], None]
    ) -> None:
        self._controls, self._options, self._open_study = controls, options, open_study
        # The cookie's value; the token itself stays out of the browser's store.
        self._pass = secrets.token_urlsafe(24)
        self._window: web.Request | None = None
        self._ticket = ""  # of that window; files come from it and go to it alone

    def add_to(self, application: web.Application) -> None:
        """Call it before the server starts."""
        application.middlewares.append(self._guard)
        application.router.add_post("/upload/{kind}", self._upload)
        application.router.add_get("/export/{kind}", self._export)
        application.router.add_get("/free", self._is_free)
        application.router.add_post("/take-over", self._take_over)
        application.router.add_post("/paraview/", self._where_is_the_socket)

    # --- who may come in ------------------------------------------------------------------------------------------

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not self._host_is_ours(request) or not self._origin_is_ours(request):
            return _answer(403, Remark("address_not_ours"))
        if self._options.token:
            answer = await self._check_token(request)
            if answer is not None:
                return answer
        if request.path == SOCKET:
            return await self._one_window(request, handler)
        if request.path in PAGE and self._window is not None:
            return self._plain_page("busy.html")
        try:
            response = await handler(request)
        except web.HTTPException as answer:
            self._harden(answer, request)
            raise
        self._harden(response, request)
        return response

    def _host_is_ours(self, request: web.Request) -> bool:
        """A page of another site cannot reach us under a name of its own (DNS rebinding)."""
        name = _part(f"//{request.host}", "hostname")
        if not name:
            return False
        if (
            self._options.token
        ):  # the token protects; behind a tunnel or a wildcard address any name may be right
            return True
        return is_loopback(name) or name == self._options.host

    @staticmethod
    def _origin_is_ours(request: web.Request) -> bool:
        """A page of another site may neither open the socket nor send files, nor start a download; it may link here."""
        fetched_by = request.headers.get("Sec-Fetch-Site", "same-origin")
        if fetched_by not in ("same-origin", "none") and request.path not in (*PAGE, SOCKET):
            return False
        origin = request.headers.get("Origin")
        if origin is None:
            return request.method in ("GET", "HEAD") and request.path != SOCKET
        return _part(origin, "netloc") == request.host

    async def _check_token(self, request: web.Request) -> web.StreamResponse | None:
        cookie = f"dgmseg-{self._options.port}"
        if hmac.compare_digest(request.cookies.get(cookie, "").encode(), self._pass.encode()):
            return None
        given = request.query.get("token", "")
        if request.path in PAGE and hmac.compare_digest(given.encode(), self._options.token.encode()):
            response = web.Response(status=303, headers={"Location": "/"})
            response.set_cookie(cookie, self._pass, httponly=True, samesite="Strict", path="/")
            return response
        if given:
            await asyncio.sleep(WRONG_TOKEN_DELAY_S)
        return self._plain_page("token.html", 403)

    def _harden(self, response: web.StreamResponse, request: web.Request) -> None:
        if response.prepared:
            return
        response.headers["Content-Security-Policy"] = POLICY.format(
            socket=f"ws://{request.host} wss://{request.host}"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-cache")

    def _plain_page(self, name: str, status: int = 200) -> web.Response:
        text = plain_page(name)
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY.format(socket="")}
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)

    # --- one window at a time -------------------------------------------------------------------------------------

    async def _one_window(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self._window is not None:
            return _answer(409, Remark("open_elsewhere"))
        self._window, self._ticket = request, secrets.token_urlsafe(16)
        with self._controls.state as state:
            state.dgm_ticket = self._ticket
        try:
            return await handler(request)
        finally:
            if self._window is request:
                self._window, self._ticket = None, ""

    async def _is_free(self, _request: web.Request) -> web.Response:
        return web.json_response({"free": self._window is None}, headers={"Cache-Control": "no-store"})

    async def _take_over(self, _request: web.Request) -> web.Response:
        """The user wants to go on in this window: the other one loses its connection."""
        window, self._window, self._ticket = self._window, None, ""
        if window is not None and window.transport is not None:
            window.transport.close()
            await asyncio.sleep(0.2)
        return web.json_response({"free": True})

    @staticmethod
    async def _where_is_the_socket(request: web.Request) -> web.Response:
        """trame's page asks for this first, and would write an error into the browser's console without an answer."""
        origin = request.headers["Origin"]  # the guard lets nothing in without it
        return web.json_response({"sessionURL": origin.replace("http", "ws", 1) + SOCKET})

    def _holds_ticket(self, request: web.Request) -> bool:
        given = request.headers.get("X-DGM-Ticket", "")
        return bool(self._ticket) and hmac.compare_digest(given.encode(), self._ticket.encode())

    # --- files in and out -----------------------------------------------------------------------------------------

    async def _upload(self, request: web.Request) -> web.Response:
        kind = request.match_info["kind"]
        limit = self._options.max_upload_bytes
        if not self._holds_ticket(request):
            return _answer(409, Remark("window_not_in_use"))
        if kind not in KINDS or not request.content_type.startswith("multipart/"):
            return _answer(400, Remark("no_upload"))
        folder: Path | None = None
        keep = False
        try:
            if (request.content_length or 0) > limit + (1 << 20):
                raise too_large(limit)
            try:
                parts = await request.multipart()
            except ValueError:  # without a boundary
                return _answer(400, Remark("no_upload"))
            folder = temporary_folder("upload-")
            try:
                paths = await receive(parts, folder, limit)
            except (ValueError, ConnectionError, web.RequestPayloadError) as error:
                raise InputError("upload_cut") from error
            if kind in ("volume", "any") and len(paths) > 1 and all(map(is_image, paths)):
                for path in paths:
                    refuse_pointer(path)
                self._open_study(paths)
                return web.json_response({"ok": True})
            name = paths[0].name.removesuffix(".zip") if len(paths) == 1 else paths[0].stem
            loop = asyncio.get_running_loop()
            with self._controls.busy(
                _("Reading {name}").format(name=name)
            ):  # to unpack an archive takes its time
                path = await loop.run_in_executor(None, what_to_read, paths, limit)
            await self._controls.open(path, kind, path.name if path.is_file() else name)
            keep = (
                kind in ("model", "protocol") or path.suffix == ".safetensors"
            )  # the worker reads it at every run
            return web.json_response({"ok": True})
        except DGMError as error:
            remark = error.as_remark() if folder is None else _as_known(error, folder)
            self._controls.show_message(remark, "error")
            return web.json_response({"ok": False, "message": remark.sentence(FACE)})
        except Exception as error:
            self._controls.fail(error, _("Opening the file"))
            return web.json_response({"ok": False, "message": Remark("file_not_opened").sentence(FACE)})
        finally:
            if folder is not None and not keep:
                discard(folder)

    async def _export(self, request: web.Request) -> web.StreamResponse:
        if not self._holds_ticket(request):
            return _answer(409, Remark("window_not_in_use"))
        folder: Path | None = None
        try:
            folder = temporary_folder("export-")
            path = self._controls.session.export(request.match_info["kind"], folder)
            content = path.read_bytes()
            with self._controls.state:
                self._controls.show_table()
        except DGMError as error:
            return _answer(409, error)
        except Exception:
            logging.exception("The export failed")
            return _answer(500, Remark("export_failed"))
        finally:
            if folder is not None:
                discard(folder)
        headers = {"Content-Disposition": attachment(path.name), "Cache-Control": "no-store"}
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)


def plain_page(name: str) -> str:
    """A page of the folder static/, in the language of the app: its texts stand in double braces."""
    say = texts_of(SCRIPTS)
    page = (
        (STATIC / name).read_text(encoding="utf-8").replace('<html lang="en">', f'<html lang="{spoken()}">')
    )
    return _PLAIN_TEXT.sub(lambda found: escape(say(" ".join(found[1].split()))), page)


def _answer(status: int, coded: Coded) -> web.Response:
    return web.Response(status=status, text=coded.sentence(FACE))


def _as_known(error: DGMError, folder: Path) -> Remark:
    """The error with files as the user knows them, not where they lay for a moment."""

    def known(fact: object) -> object:
        if not isinstance(fact, str):
            return fact
        for place in (f"{folder}/unpacked/", f"{folder}/"):
            fact = fact.replace(place, "")
        return fact.replace(str(folder), _("the upload"))

    if error.code in _NO_SERIES and str(error.facts.get("path")) == str(folder):
        return Remark("upload_no_series")  # of several files, whose folder nobody knows
    return error.as_remark(known)


def _part(address: str, part: str) -> str:
    """A part of an address; empty when it is none (a bracket without its other half, say)."""
    try:
        return str(getattr(urlsplit(address), part) or "")
    except ValueError:
        return ""


def attachment(name: str) -> str:
    """The header that names a download, also in letters that ASCII lacks (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
