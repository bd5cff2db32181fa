"""The child process of a solver: ``python -m allocator.engines.exact.worker``.

It reads one job from its standard input, writes messages to its standard output, and
dies with its parent.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, BinaryIO

from allocator.engines.exact.jobs import Message

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PR_SET_PDEATHSIG = 1
LEAST_BOUND_INTERVAL_S = 0.05


class Channel:
    """Writes messages to the parent; a listener of solvers too."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._last_bound = 0.0

    def send(self, message: Message) -> None:
        """Write one message."""
        body = pickle.dumps(message, protocol=5)
        with self._lock:
            self._stream.write(len(body).to_bytes(8, "little"))
            self._stream.write(body)
            self._stream.flush()

    def incumbent(self, point: npt.NDArray[np.float64]) -> None:
        """Send a better point."""
        self.send(Message("incumbent", point))

    def bound(self, bound: float, steps: int) -> None:
        """Send a better bound, a few times a second."""
        now = time.monotonic()
        if now - self._last_bound >= LEAST_BOUND_INTERVAL_S:
            self._last_bound = now
            self.send(Message("bound", (bound, steps)))

    def note(self, kind: str, content: Any) -> None:
        """Send anything else."""
        self.send(Message(kind, content))


def main() -> None:
    """Do the one job on standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    channel = Channel(_take_over_output())
    try:
        job = pickle.load(sys.stdin.buffer)
        threading.Thread(target=_watch_parent, daemon=True).start()
        channel.note("done", job.run(channel))
    except BaseException:
        channel.note("error", traceback.format_exc())
    os._exit(0)


def _take_over_output() -> BinaryIO:
    """Keep standard output for messages: what a solver prints must not get there."""
    own = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return os.fdopen(own, "wb")


def _die_with_parent() -> None:
    """Ask Linux for a kill when the parent is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch_parent() -> None:
    """End when standard input is closed: the parent is gone or wants no more."""
    while os.read(0, 4096):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
