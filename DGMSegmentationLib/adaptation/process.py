"""The process behind the button "Adapt to my corrections": ``python -m DGMSegmentationLib.adaptation``.

A worker like the one that segments, beside it: cases can be read and segmented while it learns.
"""

import base64
import faulthandler
from pathlib import Path

from ..errors import Cancelled, Remark
from ..worker.pipes import message_pipes
from ..worker.process import Worker
from ..worker.protocol import message_part
from .request import AdaptRequest

MODULE = "DGMSegmentationLib.adaptation"
"""For :class:`..worker.client.WorkerClient`."""


class AdaptingWorker(Worker[AdaptRequest]):
    """Takes requests to adapt."""

    word = "adapt"

    def request_of(self, message: dict[str, object]) -> AdaptRequest:
        """Read a request."""
        return AdaptRequest.from_message(message)

    def carry_out(self, request: AdaptRequest) -> dict[str, object]:
        """Adapt, and tell what came of it."""
        self.send(event="status", id=request.id, text="Starting the engine")
        from ..segmentation.run import Watch
        from .options import AdaptOptions
        from .run import adapt
        from .state import forget

        def say(remark: Remark) -> None:
            self.send(
                event="status", id=request.id, text=remark.sentence("panel"), remark=message_part(remark)
            )

        options = AdaptOptions(
            request.model,
            request.protocol,
            request.device,
            resume=request.resume,
            overwrite=request.overwrite,
            picture=True,
        )
        watch = Watch(
            lambda step, fraction: self.send(event="progress", id=request.id, step=step, fraction=fraction),
            lambda: self.is_cancelled(request.id),
            say,
        )
        output = Path(request.output)
        try:
            done = adapt(request.places, output, options, watch)
        except Cancelled:
            forget(output)  # the windows always begin anew
            raise
        return {
            "model": str(done.path),
            "what": done.what,
            "cases": list(done.cases),
            "before": done.before,
            "after": done.after,
            "left_out": [message_part(remark) for remark in done.left_out],
            "remarks": [message_part(remark) for remark in done.remarks],
            "picture": base64.b64encode(done.picture).decode("ascii"),
        }


def main() -> None:
    """Answer until stdin ends."""
    pipes = message_pipes()
    faulthandler.enable()
    AdaptingWorker(*pipes).run()
