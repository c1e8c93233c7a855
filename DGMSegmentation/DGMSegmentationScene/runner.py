"""One run from a volume node to a segmentation node, through the worker process and without blocking: start, poll, cancel.

The caller polls from a timer in the main thread; only there MRML is touched. Nodes are remembered by id, because they may
be gone when the result comes.
"""

import contextlib
import logging
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from DGMSegmentationLib.options import SegmentOptions

from .hierarchy import subject_of
from .outcome import Target
from .turns import let_threads_work
from .updates import CANCELLED, Update, failure, update_of
from .volumes import affine_of, image_of, unusable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from DGMSegmentationLib.worker.client import WorkerClient
    from DGMSegmentationLib.worker.protocol import SegmentRequest

IDLE, RUNNING, CANCELLING = "idle", "running", "cancelling"
REMOVE_S = 1.0
"""How long the end of everything waits for temporary files that cannot be removed yet."""


Source = tuple[object, ...]
"""What a run reads: its volumes as they are, and its options but the protocol."""


@dataclass(frozen=True)
class _Current:
    """The run that is under way."""

    client: "WorkerClient"
    request: "SegmentRequest"
    target: Target
    source: Source


@dataclass(frozen=True)
class _Done:
    """The last run: what the worker of that process still holds."""

    pid: int | None
    request_id: str
    source: Source


class Runner:
    """Runs one segmentation at a time; the worker stays warm between runs.

    Args:
        python: the interpreter of the worker.
        environment: variables added to its environment.
        temporary: says in which folder volumes and labels cross; None is the system's temporary folder.
        face: whose words the updates are in, "panel" or "app".
    """

    def __init__(
        self,
        python: str | None = None,
        environment: Mapping[str, str] | None = None,
        temporary: Callable[[], str] | None = None,
        face: str = "panel",
    ) -> None:
        self._python, self._environment = python, environment
        self._temporary, self._face = temporary or tempfile.gettempdir, face
        self._client: WorkerClient | None = None
        self._to_remove: list[Path] = []
        self._done: _Done | None = None
        self._reset()

    def _reset(self) -> None:
        self.state = IDLE
        self.started = 0.0
        self._folder: Path | None = None
        self._saver: threading.Thread | None = None
        self._problem: BaseException | None = None
        self._current: _Current | None = None

    @property
    def worker_pid(self) -> int | None:
        """Process id of the warm worker, None when there is none."""
        return self._client.pid if self._client is not None else None

    @property
    def log(self) -> str:
        """What the worker wrote to its log."""
        return self._client.log if self._client is not None else ""

    @property
    def seconds(self) -> float:
        """Time since the start of the current run."""
        return time.monotonic() - self.started if self.state != IDLE else 0.0

    def start(
        self,
        volume: Any,
        options: SegmentOptions,
        output: Any = None,
        channels: Mapping[str, Any] | None = None,
    ) -> None:
        """Begin a run and return at once; does nothing while another one runs (see ``state``).

        ``output``: the segmentation node to fill; None makes a new one when the result is there.
        Raises InputError for an unusable volume or when the temporary folder cannot be written.
        """
        from DGMSegmentationLib.errors import InputError
        from DGMSegmentationLib.worker.client import request_for

        if self.state != IDLE:
            return
        images = {"": image_of(volume, as_seen=True, copy=True)}
        for name, node in (channels or {}).items():
            images[name] = image_of(node, as_seen=True, copy=True)
        options = _completed(options, volume)
        source = _source(volume, options, channels)
        target = Target.of(volume, output)
        place = self._temporary()
        try:
            folder = Path(tempfile.mkdtemp(prefix="DGMSegmentation-", dir=place))
        except OSError as error:
            raise InputError("temporary_folder", path=place, reason=error.strerror) from error
        # From here on there is something to remove; only what can no more be refused makes it a run.
        self._folder = folder
        files = {
            name: {
                "path": str(folder / f"{i}.npy"),
                "affine": im.affine.tolist(),
                "name": name or target.volume_name,
            }
            for i, (name, im) in enumerate(images.items())
        }
        try:
            request = request_for(
                uuid.uuid4().hex,
                image=files.pop(""),
                channels=list(files.values()),
                output=str(folder),
                options=options.to_dict(),
                again=self._done.request_id if self._done is not None and self._holds(source) else "",
            )
        except Exception:
            self._end()
            raise
        self.state, self.started = RUNNING, time.monotonic()
        arrays = [image.data for image in images.values()]
        self._saver = threading.Thread(target=self._save, args=(arrays, folder), daemon=True)
        self._saver.start()
        threading.Thread(target=_import_for_result, daemon=True).start()
        try:
            self._current = _Current(self._started_worker(), request, target, source)
        except OSError as error:
            self._end()
            raise InputError("worker_not_started", reason=error.strerror) from error

    def can_relabel(
        self, volume: Any, options: SegmentOptions, channels: Mapping[str, Any] | None = None
    ) -> bool:
        """Whether a run with these options but another protocol needs no network: the last run's probabilities are there."""
        options = _completed(options, volume)
        return self.state == IDLE and self._holds(_source(volume, options, channels))

    def _holds(self, source: Source) -> bool:
        done = self._done
        return done is not None and done.source == source and done.pid == self.worker_pid

    def preload(self) -> None:
        """Start the worker, which loads its engine while the user still chooses; a failure is left to the first run."""
        try:
            self._started_worker()
        except OSError as error:
            logging.warning("DGMSegmentation: the segmentation process could not be started: %s", error)

    def _started_worker(self) -> "WorkerClient":
        from DGMSegmentationLib.worker.client import WorkerClient

        if self._client is None:
            self._client = WorkerClient(self._python, self._environment)
        self._client.start()
        return self._client

    def cancel(self) -> None:
        """Ask the run to stop; a ``cancelled`` update follows within a second."""
        if self.state != RUNNING or self._current is None:
            return
        self.state = CANCELLING
        if self._current.client.busy:
            self._current.client.cancel()

    def abort(self) -> None:
        """End a run at once and without an answer (the scene is closing); an idle worker stays warm."""
        if self.state != IDLE:
            self.stop()

    def stop(self) -> None:
        """End everything at once, the worker too (module unloading, quitting)."""
        if self._client is not None:
            self._client.stop()
        self._end()
        limit = time.monotonic() + REMOVE_S
        while self._to_remove and time.monotonic() < limit:
            time.sleep(0.02)
            self._remove_folders()

    def poll(self) -> list[Update]:
        """What happened since the last call; call it every 50 ms or so from the main thread."""
        current = self._current
        if current is None:
            return []
        let_threads_work()
        if self._saver is not None:
            if self._saver.is_alive():
                return []
            self._saver.join()
            self._saver = None
            if self.state == CANCELLING:
                return [self._finish(CANCELLED)]
            if self._problem is not None:
                return [self._finish(failure(self._problem, self._face))]
            try:
                current.client.submit(current.request)
            except OSError as error:  # the worker died meanwhile and no other one starts
                return [self._finish(failure(error, self._face))]
        updates = []
        for event in current.client.poll():
            update = update_of(event, current.target, self._face)
            if update is not None and update.kind == "finished":
                self._done = _Done(current.client.pid, current.request.id, current.source)
            if update is not None:
                updates.append(update if update.kind == "progress" else self._finish(update))
        return updates

    def run_to_end(self, on_update: Callable[[Update], None] | None = None) -> Update:
        """Wait for the end of the run (for scripts; blocks the caller) and return the last update."""
        while True:
            for update in self.poll():
                if on_update is not None:
                    on_update(update)
                if update.kind != "progress":
                    return update
            time.sleep(0.02)

    def _save(self, arrays: "Sequence[NDArray[Any]]", folder: Path) -> None:
        try:
            import numpy as np

            for index, array in enumerate(arrays):
                np.save(folder / f"{index}.npy", array)
        except BaseException as error:
            self._problem = error

    def _finish(self, update: Update) -> Update:
        self._end()
        return update

    def _end(self) -> None:
        if self._saver is not None:  # else it would write into a folder that is gone, or into the next run
            self._saver.join()
        if self._folder is not None:
            self._to_remove.append(self._folder)
        self._remove_folders()
        self._reset()

    def _remove_folders(self) -> None:
        """Remove what runs left. Windows refuses while a worker that was ended still closes its files: again later."""
        for folder in self._to_remove:
            shutil.rmtree(folder, ignore_errors=True)
        self._to_remove = [folder for folder in self._to_remove if folder.exists()]


def _completed(options: SegmentOptions, volume: Any) -> SegmentOptions:
    """With the file of the model that the run takes, and the subject whose volume it is."""
    from DGMSegmentationLib.models.model import find_model
    from DGMSegmentationLib.segmentation.convention import model_for

    subject = options.subject or subject_of(volume)
    return options.changed(model=str(find_model(model_for(options))), subject=subject)


def _source(volume: Any, options: SegmentOptions, channels: Mapping[str, Any] | None) -> Source:
    nodes = [volume, *(channels or {}).values()]
    states = [
        (node.GetID(), node.GetImageData().GetMTime(), affine_of(node, as_seen=True).tobytes())
        for node in nodes
        if unusable(node) is None
    ]
    return (*states, options.changed(protocol=""))


def _import_for_result() -> None:
    """Import in a thread what the main thread needs when the result comes, so that the window stays responsive."""
    with contextlib.suppress(Exception):
        import scipy.ndimage

        import DGMSegmentationLib.measurement.files

        del scipy, DGMSegmentationLib
