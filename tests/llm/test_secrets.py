"""Keys reach no message, log or file (P7); the note reaches no log (P8), no third host (P5, P6) and no other note's answer (P16)."""

import json
import logging
import re
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from coach.answering import REPLIES
from coach.ask import Brief
from coach.errors import AskError, CoachError, KeyRefused
from coach.evidence import Extract
from coach.llm.asker import Asker
from coach.llm.live import openai_chat
from coach.llm.recordings import Made, Recorder
from coach.playbook import Playbook
from coach.prompting import PromptSet
from coach.readers import read
from coach.settings import Settings, load
from tests.llm.conftest import GOOD, KEY, PROMPTS, TODAY, Model, Say, completion, fault

CANARY = "the zebra owes us eleven parsnips"
ECHO = f"Incorrect API key provided: {KEY}. You said: {CANARY}"
SOON = {"retry-after-ms": "1"}
FAILURES: dict[str, tuple[Say, ...]] = {
    "401": (fault(401, "invalid_api_key", ECHO),),
    "403": (fault(403, None, ECHO),),
    "404": (fault(404, "model_not_found", ECHO),),
    "429": (fault(429, None, ECHO, {"retry-after": "300"}),),
    "500": (fault(500, None, ECHO, SOON),),
    "400": (fault(400, None, ECHO),),
    "a redirect": (Say(ECHO, 307, {"location": "http://127.0.0.1:1/"}),),
    "too long": (fault(400, "context_length_exceeded", ECHO),),
    "a time-out": (Say(wait=True),),
    "no JSON at all": (Say(ECHO),),
    "no JSON in the reply": (completion(ECHO),),
    "an unknown key in the reply": (completion({**GOOD, ECHO: 1}),),
    "a wrong choice in the reply": (completion({**GOOD, "sales": ECHO}),),
    "a cut-off reply": (completion(ECHO, finish="length"),),
    "a refusal": (completion(None, refusal=ECHO),),
    "no choices": (Say({"id": ECHO, "object": "chat.completion", "created": 1, "model": ECHO, "choices": []}),),
}


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All loggers there are, at DEBUG."""
    import langchain_core.language_models  # noqa: F401 - so that its loggers are there
    import openai  # noqa: F401

    for name in ("", *logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, name)
    return caplog


def configured(model: Model, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", model.url)
    monkeypatch.setenv("COACH_MODEL", "m")
    monkeypatch.setenv("COACH_TIMEOUT", "0.1")
    return load()


def everything_said(error: BaseException, settings: Settings) -> str:
    """The error as anybody could come to see it, with all that hangs on it, and the settings."""
    seen, texts = error, [str(settings), repr(settings), settings.model_dump_json(), repr(settings.model_dump())]
    texts += traceback.format_exception(error)
    while seen is not None:
        texts += [str(seen), repr(seen), repr(seen.args), repr(vars(seen))]
        assert type(seen).__module__.split(".")[0] not in ("openai", "httpx2", "httpcore2"), "the vendor's error holds the request, and that the key"
        seen = seen.__context__  # type: ignore[assignment]
    return "\n".join(texts)


@pytest.mark.parametrize("name", FAILURES)
def test_no_failure_shows_the_key_or_the_note(
    name: str, model: Model, monkeypatch: pytest.MonkeyPatch, everything_logged: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], playbook: Playbook
) -> None:
    model.says(*FAILURES[name])
    settings = configured(model, monkeypatch)
    extract = Extract(brief=Brief(conversation=read(f"Dana from Northgate said {CANARY}."), playbook=playbook, today=TODAY))
    with pytest.raises(AskError) as caught:
        settings.ask("m")(extract)
    said = everything_said(caught.value, settings)
    assert CANARY in str(model.bodies), "the request did hold the note"
    assert model.headers[0]["Authorization"] == f"Bearer {KEY}", "and the key"
    assert KEY not in said
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value)
    shown = "".join(capfd.readouterr())
    for place in (everything_logged.text, shown):
        assert KEY not in place
        assert CANARY not in place
    assert len(everything_logged.records) > 3, "something was logged"


def test_a_whole_live_answer_logs_neither_key_nor_note_and_its_record_holds_no_key(
    model: Model, monkeypatch: pytest.MonkeyPatch, everything_logged: pytest.LogCaptureFixture, playbook: Playbook, tmp_path: Path
) -> None:
    model.says(completion("{"), completion(GOOD))
    configured(model, monkeypatch)
    extract = Extract(brief=Brief(conversation=read(f"Dana from Northgate said {CANARY}."), playbook=playbook, today=TODAY))
    Asker(Recorder(model.chat(), tmp_path, Made(kind="live", on="2026-03-02", tool="test")), PromptSet(PROMPTS), REPLIES)(extract)
    assert KEY not in everything_logged.text
    assert CANARY not in everything_logged.text
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    for path in files:
        assert KEY not in path.read_text(encoding="utf-8")
        assert CANARY in path.read_text(encoding="utf-8"), "a record is a copy of the note; it is written only where it was asked for"


@pytest.mark.parametrize("key", [f"{KEY}\nx", f"{KEY}\x00", f"{KEY} x", f"“{KEY}”", f"{KEY}é"])
def test_a_key_that_cannot_be_sent_is_refused_at_once_without_being_shown(
    key: str, model: Model, monkeypatch: pytest.MonkeyPatch, everything_logged: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(KeyRefused, match="Give it again, without quotes") as caught:
        openai_chat("m", key, model.url, 1)
    assert KEY not in everything_said(caught.value, configured(model, monkeypatch))
    assert KEY not in everything_logged.text
    assert model.bodies == []


def test_blanks_around_a_key_are_not_sent(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD))
    model.asker(key=f" {KEY}\n")(extract)
    assert model.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_a_local_server_without_a_key_works(model: Model, monkeypatch: pytest.MonkeyPatch, extract: Extract) -> None:
    model.says(completion(GOOD))
    configured(model, monkeypatch)
    monkeypatch.setenv("COACH_CACHE_REPLIES", "off")
    for key in (None, ""):
        if key is None:
            monkeypatch.delenv("OPENAI_API_KEY")
        else:
            monkeypatch.setenv("OPENAI_API_KEY", key)
        assert load().ask("m")(extract).reply.sales
    assert [headers["Authorization"] for headers in model.headers] == ["Bearer unused"] * 2


def test_neither_key_nor_server_is_said_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL", "m")
    with pytest.raises(CoachError, match="Set OPENAI_API_KEY, or OPENAI_BASE_URL"):
        load().ask("m")


@pytest.fixture
def langsmith() -> Iterator[HTTPServer]:
    """A server in LangSmith's place that takes everything."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as server:
        server.expect_request(re.compile(".*")).respond_with_handler(lambda request: Response("{}", 202, {"content-type": "application/json"}))
        yield server


ASK_ONCE = """
import json, sys
reached = []
sys.addaudithook(lambda event, args: reached.append(args[1][1]) if event == "socket.connect" else None)
from coach.ask import Brief
from coach.evidence import Extract
from coach.readers import read
from coach.settings import load
settings = load()
settings.ask("m")(Extract(brief=Brief(conversation=read(sys.argv[1]), playbook=settings.playbook("default"), today=settings.today())))
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
print(json.dumps(sorted(set(reached))))
"""


@pytest.mark.parametrize("asked_for", [False, True])
def test_langsmith_sees_the_note_only_if_the_coach_was_told_to_trace(model: Model, langsmith: HTTPServer, asked_for: bool) -> None:
    model.says(completion(GOOD))
    environment = {
        "COACH_CACHE_REPLIES": "off",
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": model.url,
        "LANGSMITH_API_KEY": "lsv2-x",
        "LANGSMITH_ENDPOINT": langsmith.url_for("/"),
        **dict.fromkeys(("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2"), "true"),
        **({"COACH_TRACING": "true"} if asked_for else {}),
    }
    run = subprocess.run([sys.executable, "-c", ASK_ONCE, CANARY], env=environment, capture_output=True, text=True, check=True, cwd=PROMPTS.parents[1])
    reached = json.loads(run.stdout)
    assert len(model.bodies) == 1
    if asked_for:
        assert langsmith.port in reached, "else this test would prove nothing"
    else:
        assert reached == [int(model.url.split(":")[2].split("/")[0])]
        assert langsmith.log == []


def test_two_notes_at_once_never_see_each_others_answers(model: Model, playbook: Playbook) -> None:
    both = threading.Barrier(2, timeout=5)

    def echo(asked: dict[str, object]) -> object:
        word = re.findall(r"(\w+) parsnips", str(asked["messages"]))[-1]
        both.wait()  # neither is answered before both have asked
        return completion({**GOOD, "selling": word}).body

    model.says(Say(echo))
    chat, prompts = model.chat(), PromptSet(PROMPTS)
    shared = Asker(chat, prompts, REPLIES)
    got: dict[str, str] = {}

    def ask(word: str, asker: Asker) -> None:
        brief = Brief(conversation=read(f"Dana from Northgate owes {word} parsnips."), playbook=playbook, today=TODAY)
        got[word] = asker(Extract(brief=brief)).reply.selling

    for askers in ((shared, shared), (shared, Asker(chat, prompts, REPLIES))):
        got.clear()
        threads = [threading.Thread(target=ask, args=(word, asker)) for word, asker in zip(("red", "blue"), askers, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == {"red": "red", "blue": "blue"}
    for body in model.bodies:
        assert ("red parsnips" in str(body)) != ("blue parsnips" in str(body))


def test_an_answer_is_never_taken_from_an_earlier_note(model: Model, playbook: Playbook) -> None:
    model.says(completion({**GOOD, "selling": "first"}), completion({**GOOD, "selling": "second"}))
    asker = model.asker()
    for word in ("first", "second"):
        brief = Brief(conversation=read("The same note about Northgate."), playbook=playbook, today=TODAY)
        assert asker(Extract(brief=brief)).reply.selling == word


def test_the_guard_lets_the_model_host_be_reached_and_nothing_else(model: Model, extract: Extract, outside: list[str]) -> None:
    model.says(completion(GOOD))
    model.asker()(extract)
    with pytest.raises(AskError):
        Asker(openai_chat("m", KEY, "http://192.0.2.1/v1", 0.1), PromptSet(PROMPTS))(extract)
    assert outside
    assert {try_.split()[1] for try_ in outside} == {"'192.0.2.1'"}
    outside.clear()
    with socket.create_server(("127.0.0.1", 0)):
        assert outside == []
