"""The routes of a study: pictures of the worklist, the page and the table of all cases."""

from pathlib import Path

from aiohttp import web

from DGMSegmentationLib.cohort.layout import LONG, PAGE
from DGMSegmentationLib.errors import Remark
from DGMSegmentationLib.study.pictures import picture_path

from .messages import FACE
from .reading_room import ReadingRoom


class StudyRoutes:
    """Gives out files of the study that is open, of these three kinds and no others."""

    def __init__(self, room: ReadingRoom) -> None:
        self._room = room

    def add_to(self, application: web.Application) -> None:
        """Call it before the server starts."""
        application.router.add_get("/study/picture/{name}", self._picture)
        application.router.add_get("/study/page", self._page)
        application.router.add_get("/study/table", self._table)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        study, name = self._room.study, request.match_info["name"]
        if study is None or name not in study.names:
            return _nothing()
        if study.hides_results(name):
            return _withheld()
        return _sent(picture_path(study.output, name), "image/png")

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        study = self._room.study
        if study is not None and study.blind:
            return _withheld()
        return _nothing() if study is None else _sent(study.output / PAGE, "text/html")

    async def _table(self, _request: web.Request) -> web.StreamResponse:
        study = self._room.study
        if study is not None and study.blind:
            return _withheld()
        if study is None:
            return _nothing()
        return _sent(study.output / LONG, "text/tab-separated-values", f'attachment; filename="{LONG}"')


def _sent(path: Path, kind: str, disposition: str = "inline") -> web.StreamResponse:
    if path.is_symlink() or not path.is_file():
        return _nothing()
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return web.Response(body=path.read_bytes(), content_type=kind, headers=headers)


def _withheld() -> web.Response:
    """What others signed is in it."""
    return web.Response(status=403, text=Remark("blind_withheld").sentence(FACE))


def _nothing() -> web.Response:
    return web.Response(status=404, text=Remark("study_file_later").sentence(FACE))
