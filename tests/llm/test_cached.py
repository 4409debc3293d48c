"""Replies that were given before: when they are taken, when they are not, and what is kept of them."""

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coach.ask import Brief
from coach.errors import AskError, StoreError
from coach.evidence import Extract
from coach.llm.asker import Asker, RawReply, Sent
from coach.llm.cached import Cached, kept_key
from coach.llm.scripted import Scripted
from coach.prompting import PromptSet
from coach.readers import read
from coach.review import review
from coach.settings import Settings, load
from coach.store import Store, migrated
from tests.llm.conftest import GOOD, KEY, PROMPTS, QUOTE, TODAY, Model, Say, completion, fault

NOW = datetime(2026, 3, 2, tzinfo=UTC)
REPLY = json.dumps(GOOD)
KINDS = {Extract.task: Extract.reply}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(migrated(f"sqlite:///{tmp_path / 'coach.db'}"))
    yield store
    store.close()


def sent(**more: object) -> Sent:
    plain = {"task": "extract", "model": "m", "messages": [{"role": "user", "content": "What?"}], "format": "plain", "schema_": {}}
    return Sent.model_validate({**plain, **more})


def cached(chat: Scripted, store: Store, endpoint: str = "e") -> Cached:
    return Cached(chat, lambda: store.replies, lambda: NOW, KINDS, endpoint)


def test_the_same_request_is_asked_once_and_its_second_reply_says_so(store: Store) -> None:
    chat = Scripted([RawReply(text=REPLY, served="m-2026", tokens_in=812, tokens_out=143)])
    first, second = (cached(chat, store)(sent()) for _ in range(2))
    assert (first.cached, second.cached) == (False, True)
    assert second == first.model_copy(update={"cached": True})
    chat.finished()


CHANGED: list[tuple[str, dict[str, object]]] = [
    ("model", {"model": "m2"}),
    ("words", {"messages": [{"role": "user", "content": "What? "}]}),
    ("role", {"messages": [{"role": "system", "content": "What?"}]}),
    ("format", {"format": "json_object"}),
    ("schema", {"schema_": {"type": "object"}}),
    ("temperature", {"temperature": 0.1}),
    ("length", {"max_tokens": 10}),
    ("task", {"task": "judge"}),
]


@pytest.mark.parametrize("change", [pair[1] for pair in CHANGED], ids=[pair[0] for pair in CHANGED])
def test_whatever_changes_the_answer_is_part_of_the_key(change: dict[str, object]) -> None:
    assert kept_key(sent(), "e") != kept_key(sent(**change), "e")


def test_another_endpoint_may_serve_another_model_under_the_same_name(store: Store) -> None:
    chat = Scripted([REPLY, REPLY])
    cached(chat, store, "http://one/v1")(sent())
    assert not cached(chat, store, "http://two/v1")(sent()).cached


@pytest.mark.parametrize(
    "bad",
    [
        RawReply(text=REPLY, finish="length"),
        RawReply(text=REPLY, finish="content_filter"),
        RawReply(text=REPLY, finish="tool_calls"),
        RawReply(text=REPLY, refusal="no"),
        RawReply(text=REPLY[:-5]),
        RawReply(text='{"sales": true}'),
        RawReply(text=""),
    ],
    ids=["cut_off", "filtered", "tools", "refused", "no_json", "wrong_shape", "empty"],
)
def test_a_reply_that_cannot_be_used_is_never_kept(bad: RawReply, store: Store) -> None:
    chat = Scripted([bad, REPLY])
    assert cached(chat, store)(sent()) == bad
    assert store.replies.held().count == 0
    assert not cached(chat, store)(sent()).cached


def test_what_is_of_no_known_task_is_not_kept(store: Store) -> None:
    cached(Scripted([REPLY]), store)(sent(task="other"))
    assert store.replies.held().count == 0


def test_a_kept_reply_that_is_damaged_is_asked_for_again(store: Store) -> None:
    for damaged in ("{", '{"text": "{}"}', json.dumps({"text": REPLY, "made_up": 1})):
        store.replies.put(kept_key(sent(), "e"), damaged, NOW)
        assert not cached(Scripted([REPLY]), store)(sent()).cached


def test_an_error_of_the_model_is_raised_and_not_kept(store: Store) -> None:
    chat = Scripted([AskError("No."), REPLY])
    with pytest.raises(AskError):
        cached(chat, store)(sent())
    assert not cached(chat, store)(sent()).cached


def test_a_place_that_fails_is_said_once_and_the_model_is_asked(caplog: pytest.LogCaptureFixture) -> None:
    def closed() -> Store:
        raise StoreError("The database is gone.")

    chat = Cached(Scripted([REPLY, REPLY]), lambda: closed().replies, lambda: NOW, KINDS)
    with caplog.at_level(logging.WARNING):
        assert [chat(sent()).cached for _ in range(2)] == [False, False]
    assert [record.message for record in caplog.records] == ["Replies are not kept: The database is gone."]


def test_a_reply_in_the_file_names_neither_the_note_nor_the_key(model: Model, store: Store, tmp_path: Path, extract: Extract) -> None:
    model.says(completion(GOOD))
    chat = Cached(model.chat(), lambda: store.replies, lambda: NOW, KINDS, model.url)
    asker = Asker(chat, PromptSet(PROMPTS), tuple(KINDS.values()))
    spent, free = asker(extract).usage, asker(extract).usage
    assert (spent.calls, spent.from_cache) == (1, 0)
    assert (free.calls, free.from_cache, free.tokens_in, free.tokens_out) == (0, 1, None, None)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert QUOTE.encode() in kept  # a reply quotes the note
    assert b"nobody picks up the phone" not in kept
    assert KEY.encode() not in kept
    assert len(model.bodies) == 1


def everything(body: dict[str, object]) -> dict[str, object]:
    """A usable reply of each kind, that quotes the note it was asked about."""
    name = body["response_format"]["json_schema"]["name"]  # type: ignore[index]
    note = json.dumps(body["messages"], ensure_ascii=False)
    quote = next(words for words in QUOTES if words in note)
    replies = {
        "extract": {**GOOD, "claims": [{"line": 0, "quote": quote, "criterion": "need", "polarity": "supports", "hope": False}]},
        "judge": {"reason": "", "commitments": [], "refusal": None, "opinion": "stage_1"},
        "skeptical": {"the_no": {"criterion": "need", "quote": None, "text": "Nobody has money."}, "questions": [], "first": "Ask who signs."},
        "look_again": {**GOOD, "claims": []},
    }
    made: dict[str, object] = completion(replies[name]).body
    return made


QUOTES = ("the red pump leaks twice a week", "the blue crane stands still all week")


@pytest.fixture
def told(model: Model, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Settings]:
    """Settings with a model that answers every request."""
    model.says(Say(everything))
    monkeypatch.setenv("OPENAI_BASE_URL", model.url)
    monkeypatch.setenv("COACH_MODEL", "m")
    return load


def notes(words: str) -> str:
    return f"{words.capitalize()}, Kim said. She said that {words}. No money is set aside, and nobody has met the boss."


def test_a_second_review_of_the_same_note_costs_nothing_and_says_so(told: Callable[[], Settings], model: Model) -> None:
    from coach.render import markdown

    settings = told()
    conversation, playbook = read(notes(QUOTES[0])), settings.playbook("default")
    first, second = (review(conversation, playbook, settings.ask("m"), TODAY) for _ in range(2))
    asked = len(model.bodies)
    assert first.provenance.usage.calls == asked
    assert first.provenance.usage.from_cache == 0
    used = second.provenance.usage
    assert (used.calls, used.from_cache, used.tokens_in, used.tokens_out) == (0, asked, None, None)
    assert second.model_copy(update={"provenance": first.provenance}) == first
    assert "all replies from the cache" in markdown(second, conversation)
    assert "cache" not in markdown(first, conversation)


@pytest.mark.parametrize("off", ["off", "0", "no"])
def test_the_cache_can_be_turned_off(off: str, told: Callable[[], Settings], model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_CACHE_REPLIES", off)
    settings = told()
    conversation, playbook = read(notes(QUOTES[0])), settings.playbook("default")
    for _ in range(2):
        assert review(conversation, playbook, settings.ask("m"), TODAY).provenance.usage.from_cache == 0
    assert not Path(settings.database_url().removeprefix("sqlite:///")).exists()


def test_nothing_of_one_note_is_in_the_review_of_another_when_both_are_cached_and_asked_at_once(told: Callable[[], Settings]) -> None:
    settings = told()
    playbook = settings.playbook("default")

    def session(at: int) -> list[str]:
        mine = QUOTES[at % 2]
        return [review(read(notes(mine)), playbook, settings.ask("m"), TODAY).model_dump_json() for _ in range(3)]

    with ThreadPoolExecutor(6) as pool:
        for at, made in enumerate(pool.map(session, range(6))):
            for one in made:
                assert QUOTES[at % 2] in one.casefold()
                assert QUOTES[1 - at % 2] not in one.casefold()


def test_a_database_that_cannot_be_opened_stops_no_review(told: Callable[[], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.db").write_bytes(b"no database" * 1000)
    monkeypatch.setenv("COACH_DATABASE", str(tmp_path / "bad.db"))
    settings = told()
    made = review(read(notes(QUOTES[0])), settings.playbook("default"), settings.ask("m"), TODAY)
    assert made.provenance.usage.calls >= 3


def test_eval_runs_of_a_model_are_never_answered_from_the_cache(told: Callable[[], Settings]) -> None:
    from coach.evaluation.suites import Suite, table
    from tests.evaluation.builders import yes_case

    told()
    suite = Suite(name="live", model="m", source="live")
    ask = table(suite, yes_case()).ask
    request = Extract(brief=Brief(conversation=read(notes(QUOTES[0])), playbook=load().playbook("default"), today=TODAY))
    assert [ask(request).usage.from_cache for _ in range(2)] == [0, 0]


def test_the_endpoint_is_named_without_user_and_password() -> None:
    assert Settings(base_url="http://u:secret@h:1/v1/").endpoint() == "http://h:1/v1"
    assert Settings(base_url=None).endpoint() == "https://api.openai.com/v1"


def test_a_server_that_refuses_a_format_is_remembered_by_nothing_that_is_kept(model: Model, store: Store, extract: Extract) -> None:
    model.says(fault(400, message="response_format json_schema is not supported"), completion(GOOD))
    chat = Cached(model.chat(), lambda: store.replies, lambda: NOW, KINDS, model.url)
    asker = Asker(chat, PromptSet(PROMPTS), tuple(KINDS.values()))
    assert asker(extract).usage.from_cache == 0
    assert asker(extract).usage.from_cache == 1
