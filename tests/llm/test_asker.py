"""What a model can get wrong in its reply, and the one more try it is given."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from coach.answering import REPLIES
from coach.errors import AskError, BadReply, Refused
from coach.evidence import Extract, ExtractReply
from coach.llm.asker import Asker, RawReply, parse
from coach.llm.scripted import Scripted
from coach.prompting import PromptSet
from tests.llm.conftest import GOOD, NOTE, PROMPTS, Model, completion


def changed(change: Callable[[Any], None]) -> str:
    """The good reply with one thing wrong."""
    data = json.loads(json.dumps(GOOD))
    change(data)
    return json.dumps(data)


CLAIM = GOOD["claims"][0]
BROKEN: dict[str, tuple[str, str]] = {
    "no JSON": ("Sure! Here is what I found.", "not JSON"),
    "nothing": ("", "not JSON"),
    "half of it": (json.dumps(GOOD)[:-20], "not JSON"),
    "two objects": (json.dumps(GOOD) * 2, "not JSON"),
    "a comment": ('{"selling": "x", // who\n"sales": true, "deals": [], "claims": []}', "not JSON"),
    "NaN": (json.dumps(GOOD).replace('"line": 1', '"line": NaN'), "not JSON"),
    "minus infinity": (json.dumps(GOOD).replace('"line": 1', '"line": -Infinity'), "not JSON"),
    "a number out of range": (json.dumps(GOOD).replace('"line": 1', '"line": 1e999'), "wrong shape at claims.0.line"),
    "a number of 5,000 digits": (json.dumps(GOOD).replace('"line": 1', '"line": ' + "9" * 5000), "not JSON"),
    "100,000 brackets": ("[" * 100_000, "not JSON"),
    "a list": (json.dumps([GOOD]), "wrong shape at top level"),
    "null": ("null", "wrong shape at top level"),
    "a missing field": (changed(lambda d: d.pop("sales")), "wrong shape at sales: Field required"),
    "a missing field inside": (changed(lambda d: d["claims"][0].pop("quote")), "wrong shape at claims.0.quote: Field required"),
    "an unknown field": (changed(lambda d: d.update(stage=2)), r"wrong shape at \(unknown\): Extra inputs"),
    "an unknown field inside": (changed(lambda d: d["claims"][0].update(extra=1)), r"wrong shape at claims.0.\(unknown\)"),
    "a word that is none of the choices": (changed(lambda d: d["claims"][0].update(polarity="maybe")), "claims.0.polarity: Input should be 'supports' or"),
    "null where a text belongs": (changed(lambda d: d["claims"][0].update(quote=None)), "claims.0.quote"),
    "half a character": ('{"selling": "\\ud83d", "sales": true, "deals": [], "claims": []}', "not JSON"),
    "the schema instead of an answer": (json.dumps(ExtractReply.model_json_schema()), "wrong shape"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_reply_is_sent_back_once_with_what_was_wrong(model: Model, extract: Extract, name: str) -> None:
    text, wrong = BROKEN[name]
    model.says(completion(text), completion(GOOD))
    answer = model.asker()(extract)
    assert (answer.reply.sales, answer.usage.calls) == (True, 2)
    first, second = model.bodies
    assert second["messages"][:2] == first["messages"], "the second request begins like the first"
    assert [m["role"] for m in second["messages"][2:]] == ["assistant", "user"]
    assert second["messages"][2]["content"] == (text[:20_000] or "(nothing)")
    with pytest.raises(BadReply, match=wrong) as caught:
        parse(RawReply(text=text), ExtractReply)
    assert str(caught.value) in second["messages"][3]["content"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_reply_that_is_broken_twice_is_a_bad_reply_after_exactly_two_requests(model: Model, extract: Extract, name: str) -> None:
    text, wrong = BROKEN[name]
    model.says(completion(text))
    with pytest.raises(BadReply, match=wrong):
        model.asker()(extract)
    assert len(model.bodies) == 2


def test_a_reply_that_was_cut_off_is_bad_even_where_it_parses(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD, finish="length"))
    with pytest.raises(BadReply, match="cut off"):
        model.asker()(extract)
    assert len(model.bodies) == 2
    assert "cut off" in model.bodies[1]["messages"][-1]["content"]


def test_a_cut_off_reply_and_then_a_whole_one_is_an_answer(model: Model, extract: Extract) -> None:
    model.says(completion(json.dumps(GOOD)[:50], finish="length"), completion(GOOD))
    assert model.asker()(extract).reply.sales


def test_a_refusal_at_the_second_try_is_a_refusal(model: Model, extract: Extract) -> None:
    model.says(completion("{"), completion(None, refusal="no"))
    with pytest.raises(Refused):
        model.asker()(extract)


@pytest.mark.parametrize("fence", ["```json\n%s\n```", "```\n%s\n```", "\n\n```json\n%s```\n", "```json\r\n%s\r\n```"])
def test_a_code_fence_around_the_reply_is_taken_off(model: Model, extract: Extract, fence: str) -> None:
    model.says(completion(fence % json.dumps(GOOD)))
    assert model.asker()(extract).usage.calls == 1


def test_a_byte_order_mark_or_blanks_around_the_reply_do_no_harm(model: Model, extract: Extract) -> None:
    model.says(completion("\ufeff \n" + json.dumps(GOOD, indent=4) + "\n\n"))
    assert model.asker()(extract).usage.calls == 1


def test_a_text_of_a_megabyte_in_a_reply_is_read(model: Model, extract: Extract) -> None:
    long = "x" * 1_000_000
    model.says(completion(changed(lambda d: d["claims"][0].update(quote=long))))
    assert model.asker()(extract).reply.claims[0].quote == long


def test_a_megabyte_of_nonsense_is_not_sent_back_whole(model: Model, extract: Extract) -> None:
    model.says(completion("x" * 1_000_000), completion(GOOD))
    model.asker()(extract)
    assert len(model.bodies[1]["messages"][2]["content"]) == 20_000


def test_five_hundred_quotes_in_a_valid_reply_are_an_answer(model: Model, extract: Extract) -> None:
    model.says(completion(changed(lambda d: d.update(claims=[CLAIM] * 500))))
    assert len(model.asker()(extract).reply.claims) == 500


def test_half_a_character_in_a_reply_can_be_sent_back(model: Model, extract: Extract) -> None:
    model.says(completion("not JSON \ud83d"), completion(GOOD))  # the outer JSON escapes it, the SDK unescapes it
    model.asker()(extract)
    assert model.bodies[1]["messages"][2]["content"] == "not JSON ?"


def test_a_key_of_the_models_own_making_gets_into_no_message() -> None:
    planted = {"![x](https://evil.example/p.png)": 1, NOTE: 2}
    for data in (planted, {**GOOD, **planted}, {**GOOD, "claims": [planted]}):
        with pytest.raises(BadReply) as caught:
            parse(RawReply(text=json.dumps(data)), ExtractReply)
        assert "evil" not in str(caught.value)
        assert "Dana" not in str(caught.value)


@pytest.mark.parametrize("reply", REPLIES)
def test_the_message_for_any_wrong_type_holds_no_word_of_the_reply(reply: type[Any]) -> None:
    for key in reply.model_fields:
        for value in ("CANARY words of the note", ["CANARY"], {"CANARY": "CANARY"}, 3.5):
            with pytest.raises(BadReply) as caught:
                parse(RawReply(text=json.dumps({key: value, "CANARY": 1})), reply)
            assert "CANARY" not in str(caught.value)


def test_the_format_is_remembered_by_each_asker_for_itself(extract: Extract) -> None:
    from coach.llm.asker import FormatRefused

    fallen = Scripted([FormatRefused(), json.dumps(GOOD), json.dumps(GOOD)])
    fresh = Scripted([json.dumps(GOOD)])
    prompts = PromptSet(PROMPTS)
    asker = Asker(fallen, prompts)
    asker(extract)
    asker(extract)
    Asker(fresh, prompts)(extract)
    assert [sent.format for sent in fallen.sent] == ["json_schema", "json_object", "json_object"]
    assert fresh.sent[0].format == "json_schema"


def test_a_chat_that_refuses_every_format_cannot_be_used(extract: Extract) -> None:
    from coach.llm.asker import FormatRefused

    chat = Scripted([FormatRefused(), FormatRefused(), FormatRefused()])
    with pytest.raises(AskError, match="takes none of our requests") as caught:
        Asker(chat, PromptSet(PROMPTS))(extract)
    assert not isinstance(caught.value, BadReply), "no reply is at fault, and a check that has none of them checks nothing"
    chat.finished()
