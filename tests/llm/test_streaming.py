"""Replies that come in piece by piece over HTTP, from a real server, through the openai SDK and LangChain."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from coach.answering import REPLIES
from coach.ask import Answer, Answerer, Reply, Usage
from coach.ask import Request as Asked
from coach.desk import Desk
from coach.errors import BadReply, Unreachable
from coach.evidence import Claim, Extract
from coach.grounding import Evidence
from coach.llm.asker import Asker, Reach
from coach.llm.live import openai_chat
from coach.playbook import Playbook
from coach.prompting import PromptSet
from coach.readers import read
from coach.review import Watch, review
from tests.llm.conftest import GOOD, KEY, NOTE, PROMPTS, QUOTE, TODAY, Model, completion, fault

SECOND = "No money is set aside"
TWO: dict[str, Any] = GOOD | {"claims": [*GOOD["claims"], {"line": 2, "quote": SECOND, "criterion": "budget", "polarity": "undermines", "hope": False}]}
USED = {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940, "prompt_tokens_details": {"cached_tokens": 700}}


class Streaming:
    """A server that writes its reply in pieces of a few characters. It waits before the piece that closes the second claim until it is let go on."""

    def __init__(self, server: HTTPServer, text: str, finish: str | None = "stop", breaks_at: int | None = None) -> None:
        self.go_on = threading.Event()
        self.waiting = threading.Event()
        self.bodies: list[dict[str, Any]] = []
        self._text, self._finish, self._breaks_at = text, finish, breaks_at
        self.url = server.url_for("/v1")
        server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        self.bodies.append(json.loads(request.get_data()))
        if not self.bodies[-1].get("stream"):
            return Response(json.dumps(completion(self._text).body), 200, {"content-type": "application/json"})
        return Response(self._events(), 200, {"content-type": "text/event-stream"})

    def _events(self) -> Iterator[str]:
        held = self._text.find(SECOND)
        for at in range(0, len(self._text), 7):
            if self._breaks_at is not None and at >= self._breaks_at:
                return
            if 0 <= held <= at and not self.go_on.is_set():
                self.waiting.set()
                self.go_on.wait(10)
            yield self._event({"index": 0, "delta": {"content": self._text[at : at + 7]}, "finish_reason": None})
        if self._finish:
            yield self._event({"index": 0, "delta": {}, "finish_reason": self._finish})
        yield self._event(None, USED)
        yield "data: [DONE]\n\n"

    def _event(self, choice: dict[str, Any] | None, usage: dict[str, Any] | None = None) -> str:
        part = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m-2026", "choices": [choice] if choice else [], "usage": usage}
        return f"data: {json.dumps(part)}\n\n"

    def asker(self) -> Asker:
        return Asker(openai_chat("m", KEY, self.url, 5), PromptSet(PROMPTS), REPLIES)


def test_a_claim_is_heard_while_the_model_still_writes_the_next(server: HTTPServer, extract: Extract) -> None:
    streaming = Streaming(server, json.dumps(TWO))
    heard: list[Claim] = []
    early: list[int] = []

    def look() -> None:
        streaming.waiting.wait(10)
        for _ in range(200):  # the piece that closes the first claim may still be on its way
            if heard:
                break
            threading.Event().wait(0.01)
        early.append(len(heard))
        streaming.go_on.set()

    looking = threading.Thread(target=look)
    looking.start()
    answer = streaming.asker()(extract.model_copy(update={"hear": heard.append}))
    looking.join()
    assert early == [1]
    assert [claim.quote for claim in heard] == [QUOTE, SECOND] == [claim.quote for claim in answer.reply.claims]
    assert (answer.usage.tokens_in, answer.usage.tokens_cached, answer.usage.tokens_out) == (900, 700, 40)
    assert streaming.bodies[0]["stream"] is True
    assert answer.format == "json_schema"


def test_without_a_listener_nothing_is_streamed(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD))
    model.asker()(extract)
    assert "stream" not in model.bodies[0] or not model.bodies[0]["stream"]


def test_a_server_that_does_not_stream_is_asked_for_all_at_once_then_and_later(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD))
    asker = model.asker()
    for _ in range(2):
        assert asker(extract.model_copy(update={"hear": lambda _: None})).reply.sales
    assert [bool(body.get("stream")) for body in model.bodies] == [True, False, False]


@pytest.mark.parametrize("broken", ["no finish", "closed"])
def test_a_server_that_stops_in_the_middle_is_no_answer(server: HTTPServer, extract: Extract, broken: str) -> None:
    text = json.dumps(GOOD)
    streaming = Streaming(server, text, finish=None, breaks_at=60 if broken == "closed" else None)
    with pytest.raises(Unreachable, match="stopped in the middle"):
        streaming.asker()(extract.model_copy(update={"hear": lambda _: None}))


@pytest.mark.parametrize("piece", ["ten words ", ""])
def test_a_reply_without_end_is_left_off(server: HTTPServer, extract: Extract, piece: str) -> None:
    told = 0
    choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
    part = f"data: {json.dumps({'id': 'c', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'm', 'choices': [choice]})}\n\n"

    def events() -> Iterator[str]:
        nonlocal told
        for _ in range(40_000):  # without end would hang where it is not left off
            told += 1
            yield part

    server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(lambda _: Response(events(), 200, {"content-type": "text/event-stream"}))
    asker = Asker(openai_chat("m", KEY, server.url_for("/v1"), 5), PromptSet(PROMPTS), REPLIES, Reach(reply=500))
    with pytest.raises(Unreachable, match="writes on and on"):
        asker(extract.model_copy(update={"hear": lambda _: None}))
    assert told < 40_000


def test_a_streamed_reply_that_was_cut_off_is_bad_and_what_was_heard_is_not_kept(server: HTTPServer, extract: Extract) -> None:
    streaming = Streaming(server, json.dumps(GOOD), finish="length")
    heard: list[Claim] = []
    with pytest.raises(BadReply, match="cut off"):
        streaming.asker()(extract.model_copy(update={"hear": heard.append, "tries": 1}))
    assert len(heard) == 1


def test_a_server_that_takes_no_stream_options_is_asked_without_them(server: HTTPServer, extract: Extract) -> None:
    bodies: list[dict[str, Any]] = []
    text = json.dumps(GOOD)

    def answer(request: Request) -> Response:
        asked = json.loads(request.get_data())
        bodies.append(asked)
        if "stream_options" in asked:
            say = fault(400, "unsupported_parameter", param="stream_options")
            return Response(json.dumps(say.body), 400, {"content-type": "application/json"})
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": "stop"}
        part = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        return Response(f"data: {json.dumps(part)}\n\ndata: [DONE]\n\n", 200, {"content-type": "text/event-stream"})

    server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(answer)
    asker = Asker(openai_chat("m", KEY, server.url_for("/v1"), 5), PromptSet(PROMPTS), REPLIES)
    heard: list[Claim] = []
    reply = asker(extract.model_copy(update={"hear": heard.append})).reply
    assert [claim.quote for claim in heard] == [claim.quote for claim in reply.claims] == [QUOTE]
    assert ["stream_options" in body for body in bodies] == [True, False]


def test_a_review_tells_evidence_only_once_it_is_grounded(server: HTTPServer, playbook: Playbook) -> None:
    invented = {"line": 2, "quote": "the CFO has signed the order", "criterion": "authority", "polarity": "supports", "hope": False}
    streaming = Streaming(server, json.dumps(TWO | {"sales": False, "claims": [invented, *TWO["claims"]]}))
    streaming.go_on.set()
    found: list[Evidence] = []
    with pytest.raises(BadReply):  # the same reply is none to the next request
        review(read(NOTE), playbook, streaming.asker(), TODAY, Watch(lambda _: None, found.append))
    assert [item.quote.text for item in found] == [QUOTE, SECOND]


def test_a_listener_that_stops_ends_what_is_under_way(extract: Extract) -> None:
    asked: list[int] = []

    class Slow:
        answerer = Answerer(name="slow", is_llm=True, abreast=2)

        def __call__(self, request: Asked[Reply]) -> Answer[Reply]:
            asked.append(1)
            assert request.hear
            request.hear("words")
            threading.Event().wait(0.05)
            return Answer(reply=request.reply.model_validate(GOOD), usage=Usage(calls=1))

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Desk(Slow(), 40).each([extract.model_copy(update={"hear": stop})] * 40)
    assert len(asked) < 10
