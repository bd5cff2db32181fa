"""Drives Chromium over its DevTools pipe, with the standard library alone."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_S = 120.0
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--remote-debugging-pipe",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium that is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """A headless browser with one page; everything it says is kept in `events`."""

    def __init__(self, program: str, size: tuple[int, int] = (1280, 900)) -> None:
        self.events: list[dict[str, Any]] = []
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._number = 0
        self._unread = b""
        self._session = ""
        self._start(program, size)
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Performance"):
            self.ask(f"{domain}.enable")

    def _start(self, program: str, size: tuple[int, int]) -> None:
        """Start the browser: it reads from descriptor 3 and writes to 4."""
        low_in, self._to = os.pipe()
        self._from, low_out = os.pipe()
        # out of the way of 3 and 4
        theirs = [
            fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (low_in, low_out)
        ]
        os.close(low_in)
        os.close(low_out)
        sizes = f"--window-size={size[0]},{size[1]}"
        profile = f"--user-data-dir={self._profile.name}"
        self._process = os.posix_spawn(
            program,
            [program, *OPTIONS, sizes, profile],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, theirs[0], 3),
                (os.POSIX_SPAWN_DUP2, theirs[1], 4),
            ],
        )
        for fd in theirs:
            os.close(fd)

    def ask(self, method: str, **values: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._number += 1
        message: dict[str, Any] = {
            "id": self._number,
            "method": method,
            "params": values,
        }
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return dict(answer["result"])
            self.events.append(answer)
        msg = f"no answer to {method}"
        raise TimeoutError(msg)

    def _read(self) -> dict[str, Any]:
        """Return the next message; an empty pipe means that the browser is gone."""
        while b"\0" not in self._unread:
            more = os.read(self._from, 1 << 16)
            assert more, "Chromium ended"
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\0")
        return dict(json.loads(line))

    def open(self, path: Path) -> float:
        """Open a file; return the milliseconds until its script was through."""
        self.events.clear()
        self.ask("Page.navigate", url=path.resolve().as_uri())
        self.until(
            "document.readyState === 'complete' && location.protocol === 'file:'"
        )
        timing = "performance.getEntriesByType('navigation')[0].loadEventEnd"
        self.until(f"{timing} > 0 && document.documentElement.dataset.ready === 'yes'")
        return float(self.value("performance.now()"))

    def busy_s(self) -> float:
        """Return the processor time of the page's main thread so far."""
        metrics = self.ask("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "ThreadTime")

    def until(self, condition: str) -> None:
        """Wait until a condition holds in the page."""
        end = time.monotonic() + PATIENCE_S
        while not self.value(condition):
            assert time.monotonic() < end, condition
            time.sleep(0.05)

    def value(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        answer = self.ask(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def said(self) -> list[str]:
        """Return errors and warnings of the page and its console."""
        kinds = (
            "Runtime.exceptionThrown",
            "Log.entryAdded",
            "Runtime.consoleAPICalled",
        )
        return [json.dumps(e["params"]) for e in self.events if e["method"] in kinds]

    def requests(self) -> list[str]:
        """Return the addresses the page asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def close(self) -> None:
        """End the browser; it goes by itself when its pipe is closed."""
        os.close(self._to)
        os.waitpid(self._process, 0)
        os.close(self._from)
        self._profile.cleanup()
