"""Errors and replies of a real HTTP server, through the openai SDK and LangChain."""

import socket
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from coach.errors import AskError, BadReply, KeyRefused, ModelNotFound, PromptTooLong, RateLimited, Refused, Unreachable
from coach.evidence import Extract
from coach.llm.asker import Asker, Sent
from coach.llm.live import LangChainChat, openai_chat
from coach.prompting import Message, PromptSet
from tests.core.builders import row
from tests.llm.conftest import GOOD, KEY, PROMPTS, Model, Say, completion, fault

SOON = {"retry-after-ms": "1"}
"""The SDK waits no longer than this before it tries again."""


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_said_to_be_one_after_one_request(model: Model, extract: Extract, status: int) -> None:
    model.says(fault(status, "invalid_api_key", f"Incorrect API key provided: {KEY}"))
    with pytest.raises(KeyRefused, match=r"Check the key \(OPENAI_API_KEY, if it is set there\)"):
        model.asker()(extract)
    assert len(model.bodies) == 1


def test_an_unknown_model_is_named(model: Model, extract: Extract) -> None:
    model.says(fault(404, "model_not_found"))
    with pytest.raises(ModelNotFound, match=r"does not serve m\. Check the model's name and the address \(COACH_MODEL"):
        model.asker()(extract)


@pytest.mark.parametrize(("header", "wait", "words"), [("300", 300, "in 300 seconds"), ("240.4", 240.4, "in 241 seconds")])
def test_too_many_requests_says_when_to_come_back(model: Model, extract: Extract, header: str, wait: float, words: str) -> None:
    model.says(fault(429, "rate_limit_exceeded", headers={"retry-after": header}))
    with pytest.raises(RateLimited, match=words) as caught:
        model.asker()(extract)
    assert caught.value.retry_after == wait
    assert len(model.bodies) == 1, "a wait of minutes is the rep's to decide on, not the SDK's"


@pytest.mark.parametrize("header", ["Wed, 24 Nov 2066 07:28:00 GMT", "soon", "nan", "-4", "inf"])
def test_a_retry_after_that_is_no_number_of_seconds_means_a_minute(model: Model, extract: Extract, header: str) -> None:
    model.says(fault(429, headers={"retry-after": header, "x-should-retry": "false"}))
    with pytest.raises(RateLimited, match="in a minute") as caught:
        model.asker()(extract)
    assert caught.value.retry_after is None


def test_a_short_retry_after_is_waited_for_and_tried_three_times_in_all(model: Model, extract: Extract) -> None:
    model.says(fault(429, headers={"retry-after": "0.02"}))
    with pytest.raises(RateLimited, match="in 1 seconds"):
        model.asker()(extract)
    assert len(model.bodies) == 3


def test_an_empty_account_is_not_told_to_wait(model: Model, extract: Extract) -> None:
    model.says(fault(429, "insufficient_quota", headers={"x-should-retry": "false"}))
    with pytest.raises(RateLimited, match=r"no quota left. Top it up"):
        model.asker()(extract)


def test_a_server_that_stumbles_once_is_asked_again(model: Model, extract: Extract) -> None:
    model.says(fault(500, headers=SOON), completion(GOOD))
    answer = model.asker()(extract)
    assert answer.reply.claims[0].criterion == "need"
    assert answer.usage.calls == 1, "the SDK's retry is not a second answer"
    assert len(model.bodies) == 2


def test_a_server_that_keeps_failing_is_unreachable_after_three_tries(model: Model, extract: Extract) -> None:
    model.says(fault(503, headers=SOON))
    with pytest.raises(Unreachable, match="503"):
        model.asker()(extract)
    assert len(model.bodies) == 3


def test_a_server_that_never_answers_times_out(model: Model, extract: Extract) -> None:
    model.says(Say(wait=True))
    with pytest.raises(Unreachable, match=r"did not answer in time.*COACH_TIMEOUT"):
        model.asker(timeout=0.1)(extract)


def test_nobody_listening_is_no_connection(extract: Extract) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    chat = openai_chat("m", KEY, f"http://127.0.0.1:{port}/v1", 1)
    with pytest.raises(Unreachable, match=r"No connection to the model. Check the address \(OPENAI_BASE_URL, if it is set there\)"):
        Asker(chat, PromptSet(PROMPTS))(extract)


def test_a_base_url_that_is_none_is_no_connection(extract: Extract) -> None:
    with pytest.raises(Unreachable, match="OPENAI_BASE_URL"):
        Asker(openai_chat("m", KEY, "not an address", 1), PromptSet(PROMPTS))(extract)


@pytest.mark.parametrize(
    ("code", "message"),
    [("context_length_exceeded", "no"), (None, "This model's maximum context length is 8192 tokens"), (None, "the request exceeds the available context size")],
)
def test_a_note_that_does_not_fit_the_window_is_too_long(model: Model, extract: Extract, code: str | None, message: str) -> None:
    model.says(fault(400, code, message))
    with pytest.raises(PromptTooLong, match="longer window, or the offline review"):
        model.asker()(extract)
    assert len(model.bodies) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_for_the_note_goes_to_one_host(model: Model, extract: Extract, status: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.05)
        model.says(Say("", status, {"location": f"http://127.0.0.1:{other.getsockname()[1]}/v1/chat/completions"}))
        with pytest.raises(Unreachable, match=rf"points to another address \({status}\)"):
            model.asker()(extract)
        with pytest.raises(TimeoutError):
            other.accept()


def formats(model: Model) -> list[str]:
    return [body.get("response_format", {}).get("type", "plain") for body in model.bodies]


@pytest.mark.parametrize(
    "words", ["response_format 'json_schema' is not supported", "Invalid parameter: json mode", "failed to parse grammar", "Invalid schema for response_format"]
)
def test_a_refused_format_falls_to_the_next_and_is_remembered(model: Model, extract: Extract, words: str) -> None:
    model.says(fault(400, None, words), fault(422, None, words), completion(GOOD))
    asker = model.asker()
    assert asker(extract).reply == asker(extract).reply
    assert formats(model) == ["json_schema", "json_object", "plain", "plain"]


def test_json_object_is_kept_where_the_server_takes_it(model: Model, extract: Extract) -> None:
    model.says(fault(400, None, "json_schema is not supported"), completion(GOOD))
    asker = model.asker()
    asker(extract)
    asker(extract)
    assert formats(model) == ["json_schema", "json_object", "json_object"]
    assert "JSON" in str(model.bodies[1]["messages"]), "json_object needs the word in the prompt"


def test_a_server_that_refuses_even_plain_text_is_not_asked_for_ever(model: Model, extract: Extract) -> None:
    model.says(fault(400, None, "response_format"))
    with pytest.raises(AskError, match="Check that m is a chat model"):
        model.asker()(extract)
    assert formats(model) == ["json_schema", "json_object", "plain"]


def test_the_strict_schema_is_sent_under_the_name_of_the_task(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD))
    model.asker()(extract)
    sent = model.bodies[0]["response_format"]["json_schema"]
    assert (sent["name"], sent["strict"]) == ("extract", True)
    assert sent["schema"]["required"] == ["selling", "sales", "deals", "claims"]


def test_a_model_that_refuses_max_tokens_and_temperature_is_asked_without_and_that_is_remembered(model: Model, extract: Extract) -> None:
    model.says(
        fault(400, "unsupported_parameter", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", param="max_tokens"),
        fault(400, "unsupported_value", "'temperature' does not support 0.0 with this model.", param="temperature"),
        completion(GOOD),
    )
    asker = model.asker()
    asker(extract)
    asker(extract)
    asked = [{"max_tokens", "max_completion_tokens", "temperature"} & body.keys() for body in model.bodies]
    assert asked == [{"max_tokens", "temperature"}, {"max_completion_tokens", "temperature"}, {"max_completion_tokens"}, {"max_completion_tokens"}]
    assert model.bodies[-1]["max_completion_tokens"] == 8000


def test_a_model_that_refuses_an_option_again_and_again_is_not_asked_for_ever(model: Model, extract: Extract) -> None:
    model.says(fault(400, "unsupported_parameter", param="max_tokens"))
    with pytest.raises(AskError):
        model.asker()(extract)
    assert len(model.bodies) == 2


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": []}, id="no choices"),
        pytest.param({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": None}, id="choices that are null"),
        pytest.param({"error": {"message": "boom"}}, id="an error with status 200"),
        pytest.param("<html>please log in</html>", id="a page instead of JSON"),
        pytest.param("", id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({"choices": [{"message": None}]}, id="no message"),
        pytest.param({"choices": [{"message": {"content": 3}}]}, id="a number as text"),
    ],
)
def test_a_body_that_holds_no_reply_is_an_ask_error_with_advice(model: Model, extract: Extract, body: Any) -> None:
    model.says(Say(body))
    with pytest.raises(AskError, match=r"Check|offline"):
        model.asker()(extract)


@pytest.mark.parametrize("body", ["<html>please log in</html>", "", [], {"choices": 7}], ids=str)
def test_what_is_no_chat_server_is_told_as_that_and_not_by_what_it_broke(model: Model, extract: Extract, body: Any) -> None:
    model.says(Say(body, 200, {"content-type": "text/html"}))
    with pytest.raises(AskError, match=r"does not speak the OpenAI chat protocol\. Check the address"):
        model.asker()(extract)


def test_a_refusal_is_not_tried_again(model: Model, extract: Extract) -> None:
    model.says(completion(None, refusal="I cannot help with that."))
    with pytest.raises(Refused, match="declined"):
        model.asker()(extract)
    assert len(model.bodies) == 1


def test_a_content_filter_is_a_refusal_even_if_the_text_parses(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD, finish="content_filter"))
    with pytest.raises(Refused):
        model.asker()(extract)


def test_usage_is_summed_over_both_tries_and_cached_tokens_are_told(model: Model, extract: Extract) -> None:
    used = {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940, "prompt_tokens_details": {"cached_tokens": 512}}
    model.says(completion("{", usage=used), completion(GOOD, usage=used))
    usage = model.asker()(extract).usage
    assert (usage.calls, usage.tokens_in, usage.tokens_out, usage.tokens_cached) == (2, 1800, 80, 1024)
    assert usage.seconds > 0


def test_a_server_that_tells_no_usage_leaves_it_unknown(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD))
    usage = model.asker()(extract).usage
    assert (usage.calls, usage.tokens_in, usage.tokens_out, usage.tokens_cached) == (1, None, None, None)


def test_a_finish_reason_that_is_missing_counts_as_stop(model: Model, extract: Extract) -> None:
    model.says(completion(GOOD, finish=None))
    assert model.asker()(extract).reply.sales


def test_the_answerer_names_model_and_prompts(model: Model) -> None:
    answerer = model.asker().answerer
    assert (answerer.name, answerer.is_llm) == ("m", True)
    assert answerer.prompts is not None
    assert len(answerer.prompts) == 12


class Anything(BaseChatModel):
    """Some other vendor's model, as LangChain wraps it. It words the end of a reply in its own way."""

    text: Any
    meta: dict[str, Any] = {}
    seen: list[Any] = []

    @property
    def _llm_type(self) -> str:
        return "anything"

    def _generate(self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **options: Any) -> ChatResult:
        self.seen.append((messages, options))
        message = AIMessage(self.text, response_metadata=self.meta, usage_metadata={"input_tokens": 7, "output_tokens": 2, "total_tokens": 9})
        return ChatResult(generations=[ChatGeneration(message=message)])


def test_any_langchain_chat_model_can_answer(extract: Extract) -> None:
    import json

    chat = Anything(text=json.dumps(GOOD), seen=[])
    answer = Asker(LangChainChat(chat, "other"), PromptSet(PROMPTS))(extract)
    assert answer.reply.claims[0].line == 1
    assert (answer.usage.tokens_in, answer.usage.tokens_cached) == (7, None)
    assert [message.type for message in chat.seen[0][0]] == ["system", "human"]


def test_a_langchain_model_that_answers_in_blocks_is_read_without_its_thoughts(extract: Extract) -> None:
    import json

    blocks = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": json.dumps(GOOD)}]
    assert Asker(LangChainChat(Anything(text=blocks), "other"), PromptSet(PROMPTS))(extract).reply.sales


@pytest.mark.parametrize("meta", [{"stop_reason": "max_tokens"}, {"finish_reason": "MAX_TOKENS"}, {"done_reason": "length"}])
def test_other_vendors_words_for_cut_off_are_understood(extract: Extract, meta: dict[str, Any]) -> None:
    import json

    chat = LangChainChat(Anything(text=json.dumps(GOOD), meta=meta), "other")
    with pytest.raises(BadReply, match="cut off"):
        Asker(chat, PromptSet(PROMPTS))(extract)


@pytest.mark.parametrize("meta", [{"stop_reason": "refusal"}, {"finish_reason": "SAFETY"}])
def test_other_vendors_words_for_refused_are_understood(extract: Extract, meta: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Asker(LangChainChat(Anything(text="{}", meta=meta), "other"), PromptSet(PROMPTS))(extract)


# -- a server that reads only part


LONG = Sent(task="check", model="m", messages=(Message(role="user", content="They lose two orders a week. " * 3_000),), format="plain", schema_={})
RUSSIAN = LONG.model_copy(update={"messages": (Message(role="user", content="Они теряют два заказа в неделю. " * 3_000),)})


def read_of(tokens: int, cached: int = 0) -> Say:
    return completion(
        "yes", usage={"prompt_tokens": tokens, "completion_tokens": 1, "total_tokens": tokens + 1, "prompt_tokens_details": {"cached_tokens": cached}}
    )


def test_a_server_that_reads_only_part_of_a_prompt_is_no_answer(model: Model) -> None:
    model.says(read_of(4_096))
    with pytest.raises(AskError, match=r"read only part of the note\. Raise its context length, or lower COACH_WINDOW\."):
        model.chat()(LONG)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        row("the whole of it", LONG, [read_of(21_000)]),
        row("a language that our own estimate takes four times too high", RUSSIAN, [read_of(24_000)]),
        row("the whole, most of it from the cache", LONG, [read_of(21_000, 20_000)]),
        row("a server that counts only what is new, and read it before", LONG, [read_of(21_000), read_of(3_000)]),
        row("a server that counts only what is new, and says what is not", LONG, [read_of(3_000, 18_000)]),
        row("a server that has it all and counts nothing", LONG, [read_of(0), read_of(1)]),
        row("a server that does not say", LONG, [completion("yes")]),
        row("blanks, of which a token holds many", LONG.model_copy(update={"messages": (Message(role="user", content="a" + " " * 90_000),)}), [read_of(1_500)]),
    ],
)
def test_a_server_that_reads_the_whole_prompt_is_believed(model: Model, sent: Sent, says: list[Say]) -> None:
    model.says(*says)
    chat = model.chat()
    assert [chat(sent).text for _ in says] == ["yes"] * len(says)
