"""A browser, the app in its own process, and a model on loopback that says what a test lets it say.

Skips if there is no Chromium, except where CI=true: there it fails. Ends only what it started.
"""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.replies import SCRIPT
from tests.browser.serving import DESKTOP, ROOT, Opener, clean, served, windows

CHROMIUM = Path("/usr/bin/chromium")
QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split()


class _Model(BaseHTTPRequestHandler):
    """An OpenAI-compatible chat endpoint with scripted replies; a note without any is refused with 401."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = json.dumps(asked["messages"], ensure_ascii=False)
        replies = next((replies for words, replies in SCRIPT.items() if words in said), None)
        if replies is None:
            self._send(401, {"error": {"message": "no", "type": "invalid_request_error", "code": "invalid_api_key"}})
            return
        reply = replies[asked["response_format"]["json_schema"]["name"]]
        message = {"role": "assistant", "content": json.dumps(reply, ensure_ascii=False), "refusal": None}
        self._send(
            200,
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": asked["model"],
                "choices": [{"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}],
                "usage": {"prompt_tokens": 812, "completion_tokens": 143, "total_tokens": 955},
            },
        )

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the note is in the request."""


@pytest.fixture(scope="session")
def model_url() -> Iterator[str]:
    """Address of the scripted model."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def app_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the app keeps things, with a copy of the eval set: what a test writes is not left in the checkout."""
    data = tmp_path_factory.mktemp("data")
    (data / "evals").mkdir()
    for name in ("cases", "thresholds.toml", "baselines", "recordings"):
        copy = shutil.copytree if (ROOT / "evals" / name).is_dir() else shutil.copy
        copy(ROOT / "evals" / name, data / "evals" / name)
    return data


@pytest.fixture(scope="session")
def app_url(model_url: str, app_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app, in a process of its own that asks the scripted model by default."""
    kept = {"XDG_DATA_HOME": str(app_data), "COACH_EVALS": str(app_data / "evals"), "COACH_CACHE_REPLIES": "off"}
    asked = {"COACH_MODEL": "scripted", "OPENAI_BASE_URL": model_url, "OPENAI_API_KEY": "unused"}
    with served(tmp_path_factory.mktemp("app") / "log.txt", clean(**kept, **asked)) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it."""
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no {CHROMIUM}: install chromium")
        pytest.skip(f"no {CHROMIUM}: the walk through the page was not run")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield started
        started.close()


@pytest.fixture
def at(browser: Browser) -> Iterator[Opener]:
    """Opens an address in a fresh browser session."""
    with windows(browser) as opened:
        yield opened


@pytest.fixture
def open_page(at: Opener, app_url: str) -> Opener:
    """Opens the page for a note."""

    def opened(size: ViewportSize = DESKTOP, scheme: Literal["light", "dark"] = "light") -> Page:
        page = at(app_url, size, scheme)
        page.get_by_role("textbox", name="The note or transcript").wait_for()
        return page

    return opened


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where screenshots go."""
    folder = Path(os.environ.get("COACH_SCREENSHOTS") or ROOT / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
