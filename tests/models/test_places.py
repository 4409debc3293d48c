"""Servers of the rep's own: found within half a second, named by where they are, and what is wrong with a connection in words."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from coach.answering import CHECKED
from coach.errors import AskError, KeyRefused, ModelNotFound, SettingsError, Unreachable
from coach.model_command import models
from coach.models.check import check_listed
from coach.models.places import Place, look, places, served
from coach.settings import Settings

OLLAMA = {"models": [{"name": "llama3.2"}, {"name": "gpt-oss:120b-cloud"}, {"name": "big", "remote_host": "far"}, {"name": "a\x1b[2J"}, {"name": 7}]}
OPENAI = {"object": "list", "data": [{"id": "qwen"}, {"id": "mistral"}]}


def base(server: HTTPServer) -> str:
    return server.url_for("").rstrip("/")


def settings_for(server: HTTPServer, name: str = "ollama", **more: Any) -> Settings:
    return Settings(servers=f"{name}={base(server)}", **more)


def test_servers_that_answer_are_found_with_the_names_of_their_models(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/tags").respond_with_json(OLLAMA)
    httpserver.expect_request("/v1/models").respond_with_json(OPENAI)
    found = look((Place("ollama", base(httpserver)), Place("vllm", base(httpserver)), Place("lm studio", "http://127.0.0.1:9")))
    assert [server.place.name for server in found] == ["ollama", "vllm"]
    assert found[0].models == ("ollama: llama3.2", "ollama cloud: gpt-oss:120b-cloud", "ollama cloud: big")
    assert found[1].models == ("vllm: qwen", "vllm: mistral")


def test_all_places_are_asked_at_once_and_slow_ones_are_left_out(httpserver: HTTPServer) -> None:
    over = threading.Event()

    def hold(_request: Request) -> Response:
        over.wait(10)
        return Response("")

    httpserver.expect_request("/v1/models").respond_with_handler(hold)
    look((Place("x", "http://127.0.0.1:9"),))  # what is loaded on first use is not what is measured
    begun = time.monotonic()
    try:
        assert look(tuple(Place(f"p{n}", base(httpserver)) for n in range(4))) == ()
        assert time.monotonic() - begun < 8  # half a second where the machine is free; a place that is waited for takes ten
    finally:
        over.set()


@pytest.mark.parametrize("answer", ["<html>", "[]", '{"data": 3}', '{"data": [3, {"id": ""}]}', "[" * 100_000])
def test_what_answers_and_is_no_model_server_is_left_out(httpserver: HTTPServer, answer: str) -> None:
    httpserver.expect_request("/v1/models").respond_with_data(answer)
    assert [server.models for server in look((Place("x", base(httpserver)),))] in ([], [()])


@pytest.mark.parametrize("text", ["x=http://203.0.113.9:80", "x=ftp://127.0.0.1", "=http://127.0.0.1:1", "x", "x=http://u:p@127.0.0.1:1"])
def test_only_servers_of_this_machine_are_looked_for(text: str) -> None:
    with pytest.raises(SettingsError):
        places(text)


def test_names_say_where_a_model_is_and_that_is_where_the_note_goes(httpserver: HTTPServer) -> None:
    settings = settings_for(httpserver)
    port = base(httpserver).rpartition(":")[2]
    assert settings.leaves_machine("ollama: llama3.2") == f"The note goes to llama3.2 on this machine (localhost:{port}) and no further from here."
    for name in ("ollama cloud: big", "ollama: gpt-oss:120b-cloud"):
        assert "does not run here" in settings.leaves_machine(name)
    assert "goes nowhere else" in settings.leaves_machine("builtin")
    assert served("some-model", places(settings.servers)) is None


def test_a_server_that_was_found_never_gets_the_key(httpserver: HTTPServer) -> None:
    seen: list[str] = []

    def answer(request: Request) -> Response:
        seen.append(request.headers["authorization"])
        message = {"role": "assistant", "content": "yes"}
        reply = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0, "finish_reason": "stop", "message": message}]}
        return Response(json.dumps(reply), 200, {"content-type": "application/json"})

    httpserver.expect_request("/v1/chat/completions").respond_with_handler(answer)
    httpserver.expect_request("/v1/models").respond_with_json({"data": [{"id": "llama3.2"}]})
    settings = settings_for(httpserver, key=SecretStr("sk-canary-1"), base_url="https://203.0.113.9/v1")
    said = list(settings.tried("ollama: llama3.2", lambda _: None))
    assert len(said) == 2
    assert seen == ["Bearer unused"]
    assert all("authorization" not in dict(request.headers) for request, _ in httpserver.log if request.method == "GET")


def test_a_server_on_this_machine_is_spoken_to_without_a_proxy(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    httpserver.expect_request("/v1/models").respond_with_json(OPENAI)
    assert "qwen" in check_listed(base(httpserver) + "/v1", None, None)
    message = {"role": "assistant", "content": "yes"}
    reply = {"id": "1", "object": "chat.completion", "created": 1, "model": "qwen", "choices": [{"index": 0, "finish_reason": "stop", "message": message}]}
    httpserver.expect_request("/v1/chat/completions").respond_with_json(reply)
    settings = Settings(base_url=base(httpserver) + "/v1", model="qwen")
    assert "qwen answers" in list(settings.tried("qwen", lambda _: None))[-1]


Answers = Callable[[HTTPServer], None]


def _v1(**say: Any) -> Answers:
    return lambda server: server.expect_request("/v1/models").respond_with_data(**say)


def _end_missing(server: HTTPServer) -> None:
    server.expect_request("/models").respond_with_data("no such page", 404)
    server.expect_request("/v1/models").respond_with_json(OPENAI)


@pytest.mark.parametrize(
    ("answers", "path", "error", "said"),
    [
        (_v1(status=401), "/v1", KeyRefused, "refuses the key"),
        (_v1(status=302, headers={"location": "http://203.0.113.9/"}), "/v1", Unreachable, "points to another address"),
        (_v1(status=500), "/v1", Unreachable, "an error of its own"),
        (_v1(response_data="<html>hello</html>"), "/v1", Unreachable, "not with JSON"),
        (_v1(response_data="{}"), "/v1", Unreachable, "lists no models"),
        (_end_missing, "", Unreachable, r"lacks its end. Use http://localhost:\d+/v1"),
        (_v1(response_data=json.dumps(OPENAI)), "/v1", ModelNotFound, "does not serve gone. It serves: qwen, mistral"),
        (_v1(response_data='{"data": []}'), "/v1", ModelNotFound, "serves no model yet"),
        (_v1(response_data="x" * 1_100_000), "/v1", Unreachable, "without end"),
    ],
    ids=["key", "redirect", "error", "html", "other_json", "end_missing", "model", "empty", "endless"],
)
def test_what_is_wrong_with_a_connection_is_said_in_words(httpserver: HTTPServer, answers: Answers, path: str, error: type[AskError], said: str) -> None:
    answers(httpserver)
    with pytest.raises(error, match=said):
        check_listed(base(httpserver) + path, "sk-canary", "gone")


def test_nobody_at_an_address_is_said() -> None:
    with pytest.raises(Unreachable, match=r"Nothing listens at 127\.0\.0\.1:9\. Start the server"):
        check_listed("http://127.0.0.1:9/v1", None, None)


def test_a_model_in_here_that_only_checks_is_asked_for_at_no_endpoint(httpserver: HTTPServer, tmp_path: Path) -> None:
    settings = Settings.model_validate({"OPENAI_BASE_URL": f"{base(httpserver)}/v1", "COACH_CACHE": tmp_path, "COACH_SERVERS": ""})
    with pytest.raises(SettingsError, match="coach model pull builtin`"):
        list(settings.tried("builtin" + CHECKED, lambda _: None))
    assert httpserver.log == []


def run(*words: str, cache: Path, **env: str) -> tuple[int, str]:
    done = CliRunner(env={"COACH_CACHE": str(cache), "COACH_SERVERS": "", "COACH_MODEL": None, "OPENAI_BASE_URL": None, **env}).invoke(models, list(words))
    return done.exit_code, done.output


def test_the_command_lists_models_and_servers(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/api/tags").respond_with_json(OLLAMA)
    code, said = run("list", cache=tmp_path, COACH_SERVERS=f"ollama={base(httpserver)}")
    assert code == 0
    assert "builtin        not here" in said
    assert "ollama: llama3.2" in said
    assert "\x1b" not in said


def test_the_command_says_what_is_wrong_and_its_exit_code_does_too(tmp_path: Path) -> None:
    assert run("check", "--base-url", "http://127.0.0.1:9/v1", cache=tmp_path)[0] == 3
    assert run("check", "--base-url", "nonsense", cache=tmp_path)[0] == 2
    assert run("check", "--model", "offline", cache=tmp_path) == (0, "The offline analyst answers: it needs no connection.\n")
    assert run("check", "--model", "builtin", cache=tmp_path)[0] == 2
    assert run("pull", "gone", cache=tmp_path)[0] == 2
    assert run("remove", "builtin", cache=tmp_path)[0] == 0


def test_a_list_of_servers_that_is_none_is_said_in_one_plain_sentence(tmp_path: Path) -> None:
    code, said = run("list", cache=tmp_path, COACH_SERVERS="x")
    assert code == 2
    assert "COACH_SERVERS cannot be used: That is no address of a server." in said
    assert ".. " not in said
