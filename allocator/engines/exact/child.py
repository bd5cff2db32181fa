"""The parent's side of a solver in a child process: nothing there can hold us up."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from allocator.engines.exact.jobs import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from allocator.engines.engine import StopSignal
    from allocator.engines.exact.jobs import Job

TICK_S = 0.1


class ChildProcess:
    """A child that does one job; use it as a context manager."""

    def __init__(self, job: Job) -> None:
        command = [sys.executable, "-P", "-m", "allocator.engines.exact.worker"]
        # A session of its own keeps the terminal's Ctrl-C from it; it is our process
        # group to kill. Arguments are fixed, and nothing of a user goes into them.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_environment(),
        )
        self._messages: queue.Queue[Message] = queue.Queue()
        threading.Thread(target=self._write, args=(job,), daemon=True).start()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    def messages(self, stop: StopSignal) -> Iterator[tuple[Message, ...]]:
        """Yield what came in since, at least every `TICK_S`, maybe nothing.

        Ends when the child has ended, after its message `ended` with the exit code, or
        as soon as `stop` says so; the child is killed by the context manager.
        """
        while stop.reason() is None:
            with contextlib.suppress(queue.Empty):
                batch = [self._messages.get(timeout=min(TICK_S, stop.remaining_s()))]
                while not self._messages.empty():
                    batch.append(self._messages.get_nowait())
                yield tuple(batch)
                if batch[-1].kind == "ended":
                    return
                continue
            yield ()
        yield self.pending()

    def pending(self) -> tuple[Message, ...]:
        """Return what has come in and was not read yet."""
        batch = []
        while not self._messages.empty():
            batch.append(self._messages.get_nowait())
        return tuple(batch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()

    def kill(self) -> None:
        """Kill the child and whatever it started; harmless when it has ended."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()

    def _write(self, job: Job) -> None:
        """Send the job; standard input stays open as a sign of life."""
        stream = self._process.stdin
        if stream is not None:
            # A child that died or was killed takes nothing more.
            with contextlib.suppress(OSError, ValueError):
                pickle.dump(job, stream, protocol=5)
                stream.flush()

    def _read(self) -> None:
        """Queue the child's messages until its output ends."""
        stream = self._process.stdout
        with contextlib.suppress(OSError, ValueError, EOFError):
            while stream is not None:
                self._messages.put(_read_message(stream))
        self._messages.put(Message("ended", self._process.wait()))


class RunHere:
    """Does a job in this process: quick for tiny models, but nothing can stop it."""

    def __init__(self, job: Job) -> None:
        self._batch: list[Message] = []
        result = job.run(self)
        self._batch += [Message("done", result), Message("ended", 0)]

    def incumbent(self, point: npt.NDArray[np.float64]) -> None:
        """Keep a better point."""
        self._batch.append(Message("incumbent", point))

    def bound(self, bound: float, steps: int) -> None:
        """Keep a better bound."""
        self._batch.append(Message("bound", (bound, steps)))

    def note(self, kind: str, content: object) -> None:
        """Keep anything else."""
        self._batch.append(Message(kind, content))

    def messages(self, stop: StopSignal) -> Iterator[tuple[Message, ...]]:
        """Yield all messages at once; `stop` comes too late."""
        yield tuple(self._batch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Leave nothing behind."""


def _read_message(stream: IO[bytes]) -> Message:
    """Read one message; EOFError at the end of the stream."""
    size = int.from_bytes(_read_exactly(stream, 8), "little")
    message: Message = pickle.loads(_read_exactly(stream, size))
    return message


def _read_exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _environment() -> dict[str, str]:
    """Return our environment with this very package first on the child's path."""
    package = str(Path(__file__).resolve().parents[3])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return dict(os.environ) | {"PYTHONPATH": os.pathsep.join(paths)}
