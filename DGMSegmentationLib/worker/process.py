"""The process behind the panel's button: ``python -m DGMSegmentationLib.worker``.

It reads requests as JSON lines from stdin and answers on stdout (:mod:`.protocol`). Between two requests it
stays warm: torch is imported and the model in memory. It ends when stdin ends, so it never outlives its parent.
"""

import contextlib
import faulthandler
import gc
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Generic, Protocol, TypeVar

from .. import __version__
from ..errors import Cancelled, InputError, ProtocolError, Remark, explained
from ..io.typed import parsed
from .pipes import message_pipes
from .protocol import MAX_LINE, SegmentRequest, Volume, decode, encode, message_part

if TYPE_CHECKING:
    from ..image import Image
    from ..inference.case_predictor import CasePredictor
    from ..segmentation.result import Segmentation


class Request(Protocol):
    """A request of any kind."""

    @property
    def id(self) -> str:
        """By which its events are known."""
        ...


R = TypeVar("R", bound=Request)


class Worker(Generic[R]):
    """Takes requests of one kind from one stream and writes events to another, one request at a time."""

    word = ""
    """What its requests ask to "do"."""

    def __init__(self, requests: BinaryIO, events: BinaryIO) -> None:
        self._requests = requests
        self._events = events
        self._jobs: queue.Queue[R] = queue.Queue()
        self._cancelled: set[str] = set()
        self._write_lock = threading.Lock()

    def request_of(self, message: dict[str, object]) -> R:
        """Read a request; raises ProtocolError."""
        raise NotImplementedError

    def carry_out(self, request: R) -> dict[str, object]:
        """Do what is asked, and return what the event "done" says."""
        raise NotImplementedError

    def is_cancelled(self, request_id: str) -> bool:
        """Whether a request is to end."""
        return request_id in self._cancelled

    def run(self) -> None:
        """Answer until stdin ends; then the process ends at once, even in the middle of a run."""
        self.send(event="ready", pid=os.getpid(), software=f"DGMSegmentation {__version__}")
        threading.Thread(target=self._read, daemon=True).start()
        _warm_up()
        while True:
            self._answer(self._jobs.get())

    def send(self, **message: object) -> None:
        """Write one event as a line."""
        with self._write_lock:
            self._events.write(encode(message))
            self._events.flush()

    def _read(self) -> None:
        """Take every message; whatever is wrong with one is answered, and the next one is taken."""
        try:
            for line in _messages(self._requests):
                try:
                    self._take(decode(line))
                except Exception as error:
                    problem = (
                        error if isinstance(error, ProtocolError) else ProtocolError("message_unreadable")
                    )
                    self.send(
                        event="error", id=_id_in(line), kind="protocol", **message_part(problem), detail=""
                    )
        finally:
            # The parent closed the pipe or died. Nothing waits for an answer, so no run is worth finishing.
            os._exit(0)

    def _take(self, message: dict[str, object]) -> None:
        what = message.get("do")
        if what == self.word:
            self._jobs.put(self.request_of(message))
        elif what == "cancel":
            self._cancelled.add(str(message.get("id")))
        elif what == "quit":
            os._exit(0)
        else:
            raise ProtocolError("request_unknown", request=what)

    def _answer(self, request: R) -> None:
        try:
            answer = {"event": "done", **self.carry_out(request)}
        except Cancelled:
            answer = {"event": "cancelled"}
        except Exception as error:
            answer = _failure(error)
        # Said last: whoever hears it removes the volume's files, which Windows allows only once nothing holds them open.
        self.send(id=request.id, **answer)
        self._cancelled.discard(request.id)
        _free_memory()


class SegmentingWorker(Worker[SegmentRequest]):
    """Takes requests to segment; its model stays in memory between them."""

    word = "segment"

    def __init__(self, requests: BinaryIO, events: BinaryIO) -> None:
        super().__init__(requests, events)
        self._predictors: dict[tuple[str, int, int, str], CasePredictor] = {}
        self._last: tuple[str, Segmentation] | None = None
        """Id and result of the last run, when another protocol can take it."""

    def request_of(self, message: dict[str, object]) -> SegmentRequest:
        """Read a request."""
        return SegmentRequest.from_message(message)

    def carry_out(self, request: SegmentRequest) -> dict[str, object]:
        """Segment, and leave the labels in the request's folder."""
        import numpy as np

        request.check_files()

        def step(text: str) -> None:
            self.send(event="status", id=request.id, text=text)

        def warn(remark: Remark) -> None:
            self.send(
                event="status", id=request.id, text=remark.sentence("panel"), remark=message_part(remark)
            )

        def cancelled() -> bool:
            return self.is_cancelled(request.id)

        def check() -> None:
            if cancelled():
                raise Cancelled()

        step("Starting the engine")
        from ..image import label_set_of
        from ..segmentation.convention import model_for
        from ..segmentation.pipeline import segment

        check()
        step("Reading the model")
        predictor = self._predictor(model_for(request.options), request.options.device, warn)
        check()
        result = self._relabelled(request, predictor, step)
        if result is None:
            self._last = None  # its memory is needed
            result = segment(
                _image(request.image),
                predictor=predictor,
                options=request.options,
                extra_channels={channel.name: _image(channel) for channel in request.channels},
                progress=lambda step, fraction: self.send(
                    event="progress", id=request.id, step=step, fraction=fraction
                ),
                cancel=cancelled,
                log=warn,
            )
        check()
        if result.kept is not None:
            self._last = request.id, _without_files(result)
        folder = Path(request.output)
        np.save(folder / "labels.npy", np.ascontiguousarray(result.labels.data))
        np.save(folder / "mask.npy", result.mask)
        return {
            "labels": str(folder / "labels.npy"),
            "mask": str(folder / "mask.npy"),
            "structures": {label: found.to_dict() for label, found in result.measured.structures.items()},
            "label_set": label_set_of(result.labels).to_dict(),
            "provenance": result.provenance,
            "warnings": [message_part(remark) for remark in result.warnings],
        }

    def _relabelled(
        self, request: SegmentRequest, predictor: "CasePredictor", step: Callable[[str], None]
    ) -> "Segmentation | None":
        """The labels of an earlier run under another protocol; None when the network has to run."""
        from ..segmentation.again import relabel

        if self._last is None or self._last[0] != request.again:
            return None
        held, options = self._last[1], request.options
        kept = held.kept
        same = kept is not None and kept.model is predictor.model
        if kept is None or not same or kept.options.changed(protocol=options.protocol) != options:
            return None
        step("Labelling by the protocol")
        return relabel(held, options.protocol)

    def _predictor(self, name: str, device: str, log: Callable[[Remark], None]) -> "CasePredictor":
        """The model on its device, made anew only when the file or the device changed."""
        from ..inference.case_predictor import open_predictor
        from ..models.model import find_model, load_model

        path = find_model(name)
        stat = path.stat()
        key = (str(path.resolve()), stat.st_mtime_ns, stat.st_size, device)
        if key not in self._predictors:
            self._predictors.clear()  # one model at a time: memory counts more than switching
            _free_memory()
            self._predictors[key] = open_predictor(load_model(path), device, log=log)
        return self._predictors[key]


def _failure(error: Exception) -> dict[str, object]:
    """The event of a failed run. Nothing here outlives the call: an error that is kept keeps the frames that hold the files."""
    coded = explained(error, "The segmentation")
    return {"event": "error", "kind": coded.kind, **message_part(coded), "detail": traceback.format_exc()}


def _without_files(result: "Segmentation") -> "Segmentation":
    """Without what maps the request's files: its sender removes them."""
    opened = replace(result.measured.opened, stored=result.measured.opened.image, extra=())
    return replace(result, measured=replace(result.measured, opened=opened), probabilities=None)


def _image(volume: Volume) -> "Image":
    """Map the file and wrap it as an Image; raises InputError when it is no 3-D array of numbers."""
    import numpy as np

    from ..image import Image

    try:
        data = np.load(volume.path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise InputError("volume_damaged", path=volume.path) from error
    if not isinstance(data, np.ndarray) or data.ndim != 3 or data.dtype.kind not in "iuf" or 0 in data.shape:
        raise InputError("volume_not_3d", name=volume.name)
    return Image(data, np.asarray(volume.affine, dtype=np.float64), path=Path(volume.name or volume.path))


def _warm_up() -> None:
    """Import what every run needs while nobody waits yet; a package that is missing is the first run's failure."""
    with contextlib.suppress(Exception):
        from ..inference.case_predictor import import_engine
        from ..segmentation import pipeline

        del pipeline
        import_engine()


def _messages(requests: BinaryIO) -> Iterator[bytes]:
    """The lines that are not empty; of one that is too long only the beginning, so that it is one message still."""
    while line := requests.readline(MAX_LINE + 1):
        end = line
        while len(line) > MAX_LINE and end and not end.endswith(b"\n"):
            end = requests.readline(MAX_LINE)
        if line.strip() or len(line) > MAX_LINE:
            yield line


def _id_in(line: bytes) -> str:
    """The id of a refused request, so that its sender learns of it."""
    try:
        message = parsed(line, "")
    except InputError:
        return ""
    return str(message.get("id", ""))[:200] if isinstance(message, dict) else ""


def _free_memory() -> None:
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def main() -> None:
    """Answer until stdin ends."""
    pipes = message_pipes()
    faulthandler.enable()  # a crash is told from an end by the system by what it writes
    SegmentingWorker(*pipes).run()
