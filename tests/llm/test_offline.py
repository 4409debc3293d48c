"""Recorded and scripted replies: no network, and loud where something is missing."""

import json
from pathlib import Path

import pytest

from coach.errors import CoachError, RecordingMissing
from coach.evidence import Extract
from coach.llm.asker import Asker, RawReply, Sent
from coach.llm.offline import Recorded, Recorder, Scripted, key_of
from coach.prompting import Message, PromptSet
from coach.settings import REPLIES
from tests.llm.conftest import GOOD, KEY, PROMPTS, Model, completion

SENT = Sent(task="extract", model="m", messages=(Message(role="user", content="hello"),), format="plain", schema_={})


def test_a_record_of_a_live_call_replays_to_the_same_answer_with_the_server_gone(model: Model, extract: Extract, tmp_path: Path) -> None:
    used = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
    model.says(completion(GOOD, usage=used))
    live = Asker(Recorder(model.chat(), tmp_path), PromptSet(PROMPTS), REPLIES)(extract)
    again = Asker(Recorded(tmp_path, "m"), PromptSet(PROMPTS), REPLIES)(extract)
    assert again.reply == live.reply
    assert again.usage.model_copy(update={"seconds": live.usage.seconds}) == live.usage
    assert len(model.bodies) == 1


def test_the_second_try_is_recorded_too(extract: Extract, tmp_path: Path) -> None:
    Asker(Recorder(Scripted(["{", json.dumps(GOOD)]), tmp_path), PromptSet(PROMPTS))(extract)
    assert len(list(tmp_path.iterdir())) == 2
    assert Asker(Recorded(tmp_path, "scripted"), PromptSet(PROMPTS))(extract).usage.calls == 2


def test_a_miss_is_recording_missing_and_says_what_to_do(extract: Extract, tmp_path: Path) -> None:
    with pytest.raises(RecordingMissing, match=r"No recording of this extract request to m.*Record it again"):
        Asker(Recorded(tmp_path, "m"), PromptSet(PROMPTS))(extract)


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
    Recorder(Scripted(["hi"], "m"), tmp_path)(SENT)
    other = Sent(**{**dict(SENT), **change})
    assert key_of(other) != key_of(SENT)
    assert Recorded(tmp_path, "m")(SENT).text == "hi"
    with pytest.raises(RecordingMissing):
        Recorded(tmp_path, "m")(other)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"reply": 3}', '{"reply": {"text": "x", "more": 1}}'])
def test_a_damaged_record_is_recording_missing(tmp_path: Path, text: str) -> None:
    (tmp_path / f"{key_of(SENT)}.json").write_text(text)
    with pytest.raises(RecordingMissing, match=r"damaged\. Record it again"):
        Recorded(tmp_path, "m")(SENT)


def test_a_failed_call_leaves_no_record(tmp_path: Path) -> None:
    with pytest.raises(CoachError):
        Recorder(Scripted([]), tmp_path / "none")(SENT)
    assert not (tmp_path / "none").exists()


def test_a_record_holds_the_request_and_the_reply_and_nothing_else(model: Model, extract: Extract, tmp_path: Path) -> None:
    model.says(completion(GOOD))
    Asker(Recorder(model.chat(), tmp_path), PromptSet(PROMPTS))(extract)
    (path,) = tmp_path.iterdir()
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record.keys() == {"sent", "reply"}
    assert key_of(Sent.model_validate(record["sent"])) == path.stem
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
