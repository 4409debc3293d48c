"""A model server on loopback that says what a test wants, and the product's own parts in front of it."""

import json
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from coach.answering import REPLIES
from coach.ask import Brief
from coach.evidence import Extract
from coach.llm.asker import Asker
from coach.llm.live import LangChainChat, openai_chat
from coach.playbook import Playbook
from coach.prompting import PromptSet
from coach.readers import read
from coach.settings import load

PROMPTS = Path(__file__).parents[2] / "prompts" / "default"
TODAY = date(2026, 11, 24)
KEY = "sk-canary-4f1d9b7c2e"
NOTE = "Call with Dana (ops lead, Northgate)\nDana said they lose two orders a week because nobody picks up the phone.\nNo money is set aside."
QUOTE = "they lose two orders a week"
GOOD: dict[str, Any] = {
    "selling": "A phone service to Northgate.",
    "sales": True,
    "deals": [],
    "claims": [{"line": 1, "quote": QUOTE, "criterion": "need", "polarity": "supports", "hope": False}],
}


class Say(NamedTuple):
    """One answer of the server. A `body` that is not a string is sent as JSON; one that can be called is, with what was asked.
    `wait`: it does not answer while the test lasts."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = {}
    wait: bool = False


def completion(content: object, finish: str | None = "stop", refusal: str | None = None, usage: dict[str, Any] | None = None) -> Say:
    """A chat completion. Content that is not text is sent as its JSON."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    message = {"role": "assistant", "content": text, "refusal": refusal}
    choices = [{"index": 0, "finish_reason": finish, "message": message}]
    made = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m-2026", "choices": choices}
    return Say(made | ({"usage": usage} if usage else {}))


def fault(status: int, code: str | None = None, message: str = "no", headers: dict[str, str] | None = None, param: str | None = None) -> Say:
    """An error as OpenAI words it."""
    return Say({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}, status, headers or {})


class Model:
    """The server. It says what it was told to, in order, the last again and again; `bodies` is what it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self._server = server
        self._says: list[Say] = []
        self._lock = threading.Lock()
        self.over = threading.Event()
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(self._answer)

    @property
    def url(self) -> str:
        return self._server.url_for("/v1")

    def says(self, *says: Say) -> None:
        self._says = list(says)

    def _answer(self, request: Request) -> Response:
        asked = json.loads(request.get_data())
        with self._lock:
            self.bodies.append(asked)
            self.headers.append(dict(request.headers))
            say = self._says.pop(0) if len(self._says) > 1 else self._says[0]
        if say.wait:
            self.over.wait(5)
        body = say.body(asked) if callable(say.body) else say.body
        text = body if isinstance(body, str) else json.dumps(body)
        return Response(text, say.status, {"content-type": "application/json"} | say.headers)

    def chat(self, key: str = KEY, timeout: float = 5, trace: bool = False) -> LangChainChat:
        return openai_chat("m", key, self.url, timeout, trace)

    def asker(self, key: str = KEY, timeout: float = 5) -> Asker:
        return Asker(self.chat(key, timeout), PromptSet(PROMPTS), REPLIES)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of the machine that runs the tests."""
    import os

    for name in os.environ:
        if name.upper().startswith(("OPENAI_", "LANGSMITH_", "LANGCHAIN_", "COACH_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def listening() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as server:  # one for all: it takes half a second to stop
        yield server


@pytest.fixture
def server(listening: HTTPServer) -> Iterator[HTTPServer]:
    """A server that knows no address yet."""
    yield listening
    listening.clear()


@pytest.fixture
def model(server: HTTPServer) -> Iterator[Model]:
    """A model server that says nothing yet."""
    model = Model(server)
    yield model
    model.over.set()


@pytest.fixture(scope="session")
def playbook() -> Playbook:
    return load().playbook("default")


@pytest.fixture
def extract(playbook: Playbook) -> Extract:
    return Extract(brief=Brief(conversation=read(NOTE), playbook=playbook, today=TODAY))
