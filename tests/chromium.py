"""A real headless Chromium that tests drive through its pipe of DevTools messages; nothing but Chromium is needed."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: No network of its own, no questions, no sandbox (tests run as root in containers).
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Keys by name: what Chromium must be told besides.
_KEYS = {
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    "Delete": (46, ""),
    " ": (32, " "),
    "ArrowLeft": (37, ""),
    "ArrowUp": (38, ""),
    "ArrowRight": (39, ""),
    "ArrowDown": (40, ""),
}
ALT, CTRL = 1, 2


def found() -> str | None:
    """Where Chromium is, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """One page of a browser."""

    def __init__(self, read: int, write: int) -> None:
        self._out, self._in = os.fdopen(write, "wb", 0), os.fdopen(read, "rb", 0)
        self._left, self._number, self._session = b"", 0, ""
        #: Errors that the page has told: exceptions, console errors, what the content security policy refused.
        self.errors: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Performance"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command of the DevTools protocol."""
        self._number += 1
        sent: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            sent["sessionId"] = self._session
        self._out.write(json.dumps(sent).encode() + b"\0")
        while True:
            while b"\0" not in self._left:
                piece = self._in.read(65536)
                if not piece:
                    raise EOFError("Chromium is gone")
                self._left += piece
            text, self._left = self._left.split(b"\0", 1)
            message = json.loads(text)
            self._hear(message)
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                made: dict[str, Any] = message["result"]
                return made

    def _hear(self, message: dict[str, Any]) -> None:
        about = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(about["exceptionDetails"])[:500])
        elif message.get("method") == "Log.entryAdded" and about["entry"]["level"] == "error":
            self.errors.append(f"{about['entry']['text']} {about['entry'].get('url', '')}")

    def open(self, address: str) -> None:
        self.call("Page.navigate", url=address)

    def eval(self, expression: str) -> Any:
        """The value of an expression of JavaScript; a promise is waited for."""
        made = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in made:
            raise RuntimeError(json.dumps(made["exceptionDetails"])[:500])
        return made["result"].get("value")

    def until(self, expression: str, seconds: float = 30.0) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + seconds
        while not self.eval(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise AssertionError(f"never true: {expression}\n{self.errors}\n{self.text()[-2000:]}")
            time.sleep(0.02)

    def text(self) -> str:
        return str(self.eval("document.body.innerText"))

    def click(self, selector: str) -> None:
        self.until(f"document.querySelector({selector!r}) && !document.querySelector({selector!r}).disabled")
        self.eval(f"document.querySelector({selector!r}).click()")

    def key(self, name: str, modifiers: int = 0) -> None:
        """Press and let go a key, as a person does."""
        code, text = _KEYS.get(name, (ord(name.upper()[0]), name))
        about: dict[str, Any] = {"key": name, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        typed = {"text": text} if text and not modifiers else {}
        self.call("Input.dispatchKeyEvent", type="keyDown" if typed else "rawKeyDown", **about, **typed)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def write(self, text: str) -> None:
        """Text into the field that has the focus."""
        self.call("Input.insertText", text=text)

    def middle(self, selector: str) -> tuple[float, float]:
        """The middle of an element, in view."""
        return tuple(  # type: ignore[return-value]
            self.eval(
                f"(() => {{ const e = document.querySelector({selector!r}); e.scrollIntoView({{block: 'nearest', "
                "inline: 'nearest'}); const b = e.getBoundingClientRect(); "
                "return [b.x + b.width / 2, b.y + b.height / 2]; })()"
            )
        )

    def press(self, selector: str) -> None:
        """Press and let go the mouse on an element."""
        x, y = self.middle(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def drag(self, source: str, target: str) -> None:
        """Press the mouse on one element and let it go on another."""
        for kind, selector, held in (
            ("mousePressed", source, 1),
            ("mouseMoved", target, 1),
            ("mouseMoved", target, 1),
            ("mouseReleased", target, 0),
        ):
            x, y = self.middle(selector)
            button = "left"
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, buttons=held, clickCount=1)

    def choose(self, selector: str, file: Path) -> None:
        """A file for an input of files."""
        document = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=document, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", files=[str(file)], nodeId=node)

    def metrics(self) -> dict[str, float]:
        """Seconds of processor time of the page by kind (``TaskDuration``, ``LayoutDuration``, ...)."""
        return {m["name"]: m["value"] for m in self.call("Performance.getMetrics")["metrics"]}


@contextmanager
def browser(path: str, profile: Path, width: int = 1500, height: int = 900) -> Iterator[Page]:
    """A page of a browser of its own."""
    ours_read, its_write = os.pipe()
    its_read, ours_write = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (its_read, its_write)]

    def ends() -> None:
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    for end in (its_read, its_write):
        os.close(end)
    command = [path, *QUIET, f"--window-size={width},{height}", f"--user-data-dir={profile}"]
    child = subprocess.Popen(
        [*command, "--remote-debugging-pipe", "about:blank"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=ends,
        pass_fds=(3, 4),
    )
    for end in high:
        os.close(end)
    page = Page(ours_read, ours_write)
    try:
        yield page
    finally:
        child.terminate()
        child.wait(20)
        page._out.close()
        page._in.close()
