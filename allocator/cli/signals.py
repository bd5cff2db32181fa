"""Ctrl-C and SIGTERM while solving: the first asks for the plan, the second ends all.

A signal is heard by a thread of its own through the interpreter's wake-up socket, so
that it counts at once even while the main thread is inside compiled code.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from allocator.cli.output import EXIT_INTERRUPTED, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from allocator.engines.engine import StopSignal

HEARD = (signal.SIGINT, signal.SIGTERM)
END = b"\0"


class Interrupts:
    """Context in which signals stop a solve instead of the process.

    Parameters
    ----------
    stop
        Told at the first signal, once there is something to save.
    clean_up
        Called before the process ends at the second signal.
    """

    def __init__(self, stop: StopSignal, clean_up: Callable[[], None]) -> None:
        self.stop = stop
        self.clean_up = clean_up
        self.solving = False
        """Before this is set there is no plan to save, and one signal ends all."""
        self.count = 0

    def __enter__(self) -> Self:
        """Take the signals over."""
        self._ours, self._theirs = socket.socketpair()
        self._theirs.setblocking(False)
        self._before = {
            number: signal.signal(number, _ignore_in_python) for number in HEARD
        }
        signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        # a forked child shares the socket: what it hears is not meant for us
        os.register_at_fork(after_in_child=_forget_wakeup)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *unused: object) -> None:
        """Give the signals back."""
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        with suppress(OSError):
            self._theirs.send(END)
        self._thread.join(timeout=1.0)
        self._ours.close()
        self._theirs.close()

    def _listen(self) -> None:
        """Count signals until the context ends."""
        while True:
            heard = self._ours.recv(1)
            if heard in (b"", END):
                return
            if heard[0] in HEARD:
                self._take()

    def _take(self) -> None:
        """Act on one signal."""
        self.count += 1
        if self.count == 1 and self.solving:
            say("interrupted: saving the best plan so far; once more to abort at once")
            self.stop.interrupt()
            return
        self.clean_up()
        say("aborted; no run was written")
        os._exit(EXIT_INTERRUPTED)


def _ignore_in_python(*unused: Any) -> None:
    """Let the listening thread do the work."""


def _forget_wakeup() -> None:
    """Detach a forked child from the parent's wake-up socket."""
    with suppress(ValueError):
        signal.set_wakeup_fd(-1)
