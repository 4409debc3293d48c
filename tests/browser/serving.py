"""The app in its own process and windows on it. In: an environment. Out: addresses and pages. Ends only what it started."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

ROOT = Path(__file__).parents[2]
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 400, "height": 860}
PATIENCE = 60_000  # milliseconds; a machine that does much else
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
expect.set_options(timeout=PATIENCE)

Opener = Callable[..., Page]


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean(**more: str) -> dict[str, str]:
    """This process's environment with nothing of the coach's, of a key or of CI in it, and `more`."""
    env = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith(("COACH_", "OPENAI_"))}
    return env | {"NO_PROXY": "127.0.0.1,localhost"} | more


@contextmanager
def served(log: Path, env: dict[str, str]) -> Iterator[str]:
    """Address of the app in a process of its own, which writes to `log`."""
    port = free_port()
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)], cwd=ROOT, env=env, stdout=out, stderr=out)
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(240):
        if process.poll() is not None:
            break
        try:
            with opener.open(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    pytest.fail(f"the app did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


@contextmanager
def windows(browser: Browser) -> Iterator[Opener]:
    """Opens addresses, each in a fresh session, and waits until it is drawn; all are closed at the end."""
    contexts: list[BrowserContext] = []

    def opened(address: str, size: ViewportSize = DESKTOP, scheme: Literal["light", "dark"] = "light") -> Page:
        context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", accept_downloads=True)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        page.get_by_role("heading", level=1).first.wait_for()
        return rested(page)

    yield opened
    for context in contexts:
        context.close()


def rested(page: Page) -> Page:
    """The page, once the script behind it is at rest."""
    page.wait_for_timeout(300)
    page.locator(IDLE).wait_for()
    return page
