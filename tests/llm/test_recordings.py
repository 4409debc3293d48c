"""Recorded and scripted replies: no network, and loud where something is missing."""

import json
from pathlib import Path

import pytest

from coach.answering import REPLIES
from coach.errors import CoachError, ReplayError
from coach.evidence import Extract
from coach.llm.asker import Asker, FormatRefused, RawReply, Sent
from coach.llm.recordings import Made, Record, Recorded, Recorder, key_of, read_record
from coach.llm.scripted import Scripted
from coach.prompting import Message, PromptSet
from tests.llm.conftest import GOOD, KEY, PROMPTS, Model, completion, fault

MADE = Made(kind="authored", on="2026-03-02", tool="test")
SENT = Sent(task="extract", model="m", messages=(Message(role="user", content="hello"),), format="plain", schema_={})


def test_a_record_of_a_live_call_replays_to_the_same_answer_with_the_server_gone(model: Model, extract: Extract, tmp_path: Path) -> None:
    used = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
    model.says(completion(GOOD, usage=used))
    live = Asker(Recorder(model.chat(), tmp_path, MADE), PromptSet(PROMPTS), REPLIES)(extract)
    again = Asker(Recorded(tmp_path, "m"), PromptSet(PROMPTS), REPLIES)(extract)
    assert again.reply == live.reply
    assert again.usage.model_copy(update={"seconds": live.usage.seconds}) == live.usage
    assert len(model.bodies) == 1


def test_replies_of_a_server_that_takes_no_json_schema_replay_as_well(model: Model, extract: Extract, tmp_path: Path) -> None:
    model.says(fault(400, message="response_format is not supported"), completion(GOOD))
    live = Asker(Recorder(model.chat(), tmp_path, MADE), PromptSet(PROMPTS), REPLIES)(extract)
    recorded = Recorded(tmp_path, "m")
    assert Asker(recorded, PromptSet(PROMPTS), REPLIES)(extract).reply == live.reply
    assert recorded.unused == []
    assert len(model.bodies) == 2


def test_the_second_try_is_recorded_too(extract: Extract, tmp_path: Path) -> None:
    Asker(Recorder(Scripted(["{", json.dumps(GOOD)]), tmp_path, MADE), PromptSet(PROMPTS))(extract)
    assert len(list(tmp_path.iterdir())) == 2
    assert Asker(Recorded(tmp_path, "scripted"), PromptSet(PROMPTS))(extract).usage.calls == 2


def test_a_request_that_was_never_recorded_is_an_error_that_says_what_to_do(extract: Extract, tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match=r"the extract request to m was never recorded\. Record it: coach eval record --missing"):
        Asker(Recorded(tmp_path, "m"), PromptSet(PROMPTS))(extract)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"messages": (Message(role="user", content="hello\nthere"),)}, r"user message 1 \(\+1 -0 lines\)"),
        ({"schema_": {"type": "object"}}, "reply schema"),
        ({"temperature": 0.5}, "parameters"),
        ({"messages": (*SENT.messages, Message(role="user", content="again"))}, "user message 2"),
        ({"messages": ()}, r"user message 1 \(gone\)"),
    ],
)
def test_a_stale_recording_names_what_changed(change: dict[str, object], named: str, tmp_path: Path) -> None:
    Recorder(Scripted(["hi"], "m"), tmp_path, MADE)(SENT)
    with pytest.raises(ReplayError, match=rf"changed since it was recorded: {named}\. Record it again"):
        Recorded(tmp_path, "m")(SENT.model_copy(update=change))


def test_another_epoch_is_another_recording(tmp_path: Path) -> None:
    Recorder(Scripted(["one"], "m"), tmp_path, MADE)(SENT)
    Recorder(Scripted(["two"], "m"), tmp_path, MADE, epoch=1)(SENT)
    assert [Recorded(tmp_path, "m", epoch)(SENT).text for epoch in (0, 1)] == ["one", "two"]
    with pytest.raises(ReplayError):
        Recorded(tmp_path, "m", 2)(SENT)


def test_a_recording_that_was_edited_is_refused(tmp_path: Path) -> None:
    recorder = Recorder(Scripted(["hi"], "m"), tmp_path, MADE)
    recorder(SENT)
    (path,) = recorder.written
    path.write_text(path.read_text().replace("hello", "hullo"))
    with pytest.raises(ReplayError, match="was changed by hand"):
        Recorded(tmp_path, "m")(SENT)


def test_recordings_that_nothing_asked_for_are_known(tmp_path: Path) -> None:
    Recorder(Scripted(["hi", "ho"], "m"), tmp_path, MADE)(SENT)
    Recorder(Scripted(["ho"], "m"), tmp_path, MADE)(SENT.model_copy(update={"task": "judge"}))
    replay = Recorded(tmp_path, "m")
    replay(SENT)
    assert [path.name.split(".")[0] for path in replay.unused] == ["judge"]


@pytest.mark.parametrize("secret", ["sk-abcdefghijklmnop1234", "Bearer abcdefghijklmnop1234", "AKIAABCDEFGHIJKLMNOP"])
def test_what_looks_like_a_key_is_not_written_down(secret: str, tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="looks like a key"):
        Recorder(Scripted([f"it is {secret}"], "m"), tmp_path, MADE)(SENT)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "change",
    [
        {"task": "judge"},
        {"model": "n"},
        {"messages": (Message(role="user", content="hello "),)},
        {"messages": (Message(role="system", content="hello"),)},
        {"format": "json_object"},
        {"schema_": {"type": "object"}},
        {"temperature": 0.1},
        {"max_tokens": 1},
    ],
)
def test_whatever_changes_the_answer_changes_the_key(change: dict[str, object], tmp_path: Path) -> None:
    Recorder(Scripted(["hi"], "m"), tmp_path, MADE)(SENT)
    other = Sent(**{**dict(SENT), **change})
    assert key_of(other) != key_of(SENT)
    assert Recorded(tmp_path, "m")(SENT).text == "hi"
    with pytest.raises((ReplayError, FormatRefused)):  # refused: the asker falls to the format that was recorded, as it did then
        Recorded(tmp_path, "m")(other)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"reply": 3}', '{"reply": {"text": "x", "more": 1}}'])
def test_a_damaged_recording_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / f"extract.0.{key_of(SENT)[:12]}.json").write_text(text)
    with pytest.raises(ReplayError, match=r"damaged\. Record it again"):
        Recorded(tmp_path, "m")(SENT)


def test_a_failed_call_leaves_no_record(tmp_path: Path) -> None:
    with pytest.raises(CoachError):
        Recorder(Scripted([]), tmp_path / "none", MADE)(SENT)
    assert not (tmp_path / "none").exists()


def test_a_record_holds_the_request_and_the_reply_and_nothing_else(model: Model, extract: Extract, tmp_path: Path) -> None:
    model.says(completion(GOOD))
    Asker(Recorder(model.chat(), tmp_path, MADE), PromptSet(PROMPTS))(extract)
    (path,) = tmp_path.iterdir()
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record.keys() == set(Record.model_fields)
    assert key_of(read_record(path).sent) == record["key"]
    text = path.read_text(encoding="utf-8")
    assert KEY not in text
    assert "127.0.0.1" not in text


def test_a_script_that_runs_dry_fails_loudly(extract: Extract) -> None:
    with pytest.raises(CoachError, match="no reply left for extract"):
        Asker(Scripted([]), PromptSet(PROMPTS))(extract)


def test_replies_that_were_never_asked_for_fail_loudly(extract: Extract) -> None:
    chat = Scripted([json.dumps(GOOD), "one too many", RawReply(text="two")])
    Asker(chat, PromptSet(PROMPTS))(extract)
    with pytest.raises(CoachError, match="2 scripted replies were never asked for"):
        chat.finished()


def test_a_script_that_was_used_up_is_finished_and_an_exception_in_it_is_raised(extract: Extract) -> None:
    chat = Scripted([CoachError("as asked")])
    with pytest.raises(CoachError, match="as asked"):
        Asker(chat, PromptSet(PROMPTS))(extract)
    chat.finished()
    assert [sent.task for sent in chat.sent] == ["extract"]
