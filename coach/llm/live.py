"""Chat models over the network: the only place that imports a vendor. In: a request. Out: the raw reply, or an AskError.

Any LangChain chat model fits `LangChainChat`; the default is the openai SDK against any OpenAI-compatible endpoint.
Errors become sentences that say what to do; keys and note text never get into them. Tracing to LangSmith stays off
unless it was asked for. Heavy packages are imported on first use.
"""

import weakref
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

from coach.address import is_loopback
from coach.errors import AskError, KeyRefused, Unreachable
from coach.llm.asker import OnText, RawReply, Sent
from coach.llm.faults import translated
from coach.llm.thin import thin_model

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

TRIES = 2  # after the first, by the SDK, with its own backoff and Retry-After
ABREAST = 4  # requests under way at once: few servers refuse so many
CHARS = 8  # for a token: twice what words take. In a reply a piece without any counts as one
SLACK = 2_000  # characters
SMALLEST_READ = 1_500  # tokens: no window is so small; a server that says it read fewer speaks of those that it did not have from an earlier request
INSTEAD = {"max_tokens": "max_completion_tokens", "temperature": None, "stream_options": None}
"""Options that some models refuse, and what they take instead."""
STOPS = {"max_tokens": "length", "max_output_tokens": "length", "refusal": "content_filter", "safety": "content_filter"}
"""Other vendors' words for why a reply stopped."""


class LangChainChat:
    """A LangChain chat model as a Chat. `trace` lets LangSmith see the note; without it tracing is off whatever the environment says."""

    def __init__(self, model: "BaseChatModel", name: str, trace: bool = False) -> None:
        self._model = model
        self._trace = trace
        self._refused: set[str] = set()
        self._streams = True
        self._read = 0
        self.model = name
        self.abreast = ABREAST

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        while True:
            message, fault = self._invoke(sent, on_text)
            if message is not None:
                return self._whole(sent, _raw(message))
            if fault is not None:  # raised out here, it carries no trace of the vendor's error, which holds the request and its key
                raise fault

    def _whole(self, sent: Sent, reply: RawReply) -> RawReply:
        """The reply. Raises AskError if its server read less than half of what was sent: some cut off what is over their window, and answer.

        A prompt takes a token for each `CHARS` characters at the least, whatever its language. What stands in the server's cache
        counts as read (OpenAI, llama.cpp, Ollama). A server that leaves it out is known by having read more before.
        """
        read, cached = reply.tokens_in or 0, reply.tokens_cached or 0
        least = sum(len(" ".join(message.content.split())) for message in sent.messages) / CHARS
        if SMALLEST_READ < read + cached < least and read > 0.9 * self._read:
            raise AskError("The server read only part of the note. Raise its context length, or lower COACH_WINDOW.")
        self._read = max(self._read, read)
        return reply

    def _invoke(self, sent: Sent, on_text: OnText | None) -> "tuple[AIMessage | None, Exception | None]":
        """The message, or the error to raise, or neither: ask again without what the model refused."""
        from langsmith import tracing_context

        on_text = on_text if self._streams else None
        options = self._options(sent, streamed=on_text is not None)
        messages = [(m.role, m.content) for m in sent.messages]
        with tracing_context(enabled=self._trace):
            try:
                return self._streamed(messages, options, on_text, sent.max_tokens * CHARS + SLACK) if on_text else self._model.invoke(messages, **options), None
            except AskError as error:
                return None, error
            except Exception as error:
                return None, None if self._learns(error, options) else translated(error, sent)

    def _streamed(self, messages: list[tuple[str, str]], options: dict[str, Any], on_text: OnText, most: int) -> "AIMessage | None":
        """The reply, told piece by piece; None if the server does not stream: then it is asked for all of it at once, now and later.

        Raises Unreachable after `most` characters: a server that does not keep to the length it was told may never end.
        """
        from httpx2 import HTTPError
        from langchain_core.messages import AIMessageChunk

        whole: AIMessageChunk | None = None
        broken, length = False, 0
        try:
            with closing(cast("Generator[Any]", self._model.stream(messages, **options))) as pieces:
                for chunk in pieces:
                    assert isinstance(chunk, AIMessageChunk)
                    length += len(chunk.text) or 1
                    if length > most:
                        raise Unreachable("The model's server writes on and on, past the length that it was given. Use another model, or the offline review.")
                    whole = chunk if whole is None else whole + chunk
                    on_text(str(chunk.text))
        except HTTPError:  # the SDK wraps only what comes before the first piece
            broken = True
        except ValueError:  # LangChain's word for no piece at all; or a piece that is not JSON
            broken = whole is not None
        if whole is None and not broken:
            self._streams = False
            return None
        if whole is None or broken or not _stop(whole):
            raise Unreachable("The model's server stopped in the middle of its reply. Try again, or use the offline review.")
        return whole

    def _options(self, sent: Sent, streamed: bool) -> dict[str, Any]:
        options: dict[str, Any] = {"temperature": sent.temperature, "max_tokens": sent.max_tokens}
        if streamed:
            options["stream_options"] = {"include_usage": True}
        for name in tuple(self._refused):  # a request beside this one may learn another
            value, other = options.pop(name, None), INSTEAD[name]
            if other:
                options[other] = value
        if sent.format == "json_schema":
            options["response_format"] = {"type": "json_schema", "json_schema": {"name": sent.task, "strict": True, "schema": sent.schema_}}
        elif sent.format == "json_object":
            options["response_format"] = {"type": "json_object"}
        return options

    def _learns(self, error: Exception, sent: dict[str, Any]) -> bool:
        """Whether the model refuses an option that it can do without; remembered."""
        name = getattr(error, "param", None)
        if getattr(error, "code", None) not in ("unsupported_parameter", "unsupported_value") or name not in INSTEAD or name not in sent:
            return False
        self._refused.add(name)
        return True


def _raw(message: "AIMessage") -> RawReply:
    meta, usage = message.response_metadata, message.usage_metadata
    stop = _stop(message) or "stop"
    return RawReply(
        text=str(message.text).encode("utf-8", "replace").decode(),  # a lone surrogate cannot be sent back or written down
        finish=STOPS.get(stop, stop),
        refusal=message.additional_kwargs.get("refusal"),
        served=meta.get("model_name"),
        tokens_in=usage["input_tokens"] if usage else None,
        tokens_out=usage["output_tokens"] if usage else None,
        tokens_cached=usage.get("input_token_details", {}).get("cache_read") if usage else None,
    )


def _stop(message: "AIMessage") -> str:
    """The vendor's word for why the reply stopped, empty if there is none."""
    meta = message.response_metadata
    return str(meta.get("finish_reason") or meta.get("stop_reason") or meta.get("done_reason") or "").casefold()


def openai_chat(  # noqa: PLR0913 - one place wires it
    model: str,
    key: str,
    base_url: str | None,
    timeout: float,
    trace: bool = False,
    on_request: Callable[[], None] | None = None,
    again: bool = True,
) -> LangChainChat:
    """The default: the openai SDK as a LangChain chat model. `timeout` is in seconds for each try, of which there is one unless `again`.

    Redirects are not followed: the note goes to one host.

    A proxy that the environment names is used, but not for a server on this machine: the note would leave it. `on_request`
    is told before each request goes out, the SDK's own second tries too; what it raises goes out in its place.
    """
    from openai import DefaultHttpxClient, OpenAI

    key = key.strip()
    if not key or not all("!" <= char <= "~" for char in key):  # an HTTP library would put it into its error, and that into a log
        raise KeyRefused("The key holds characters that no key has. Give it again, without quotes and line breaks (in OPENAI_API_KEY, if it is set there).")
    hooks = {"request": [lambda _request: on_request()]} if on_request else {}
    http = DefaultHttpxClient(follow_redirects=False, trust_env=not is_loopback(base_url or ""), event_hooks=hooks)
    client = OpenAI(api_key=key, base_url=base_url, timeout=timeout, max_retries=TRIES if again else 0, http_client=http)
    chat = LangChainChat(thin_model()(client=client, model=model), model, trace)
    weakref.finalize(chat, http.close)  # a connection that is kept open ends with the chat
    return chat
