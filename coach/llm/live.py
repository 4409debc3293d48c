"""Chat models over the network: the only place that imports a vendor. In: a request. Out: the raw reply, or an AskError.

Any LangChain chat model fits `LangChainChat`; the default is the openai SDK against any OpenAI-compatible endpoint.
Errors become sentences that say what to do; keys and note text never get into them. Tracing to LangSmith stays off
unless it was asked for. Heavy packages are imported on first use.
"""

import math
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from coach.address import is_loopback
from coach.errors import AskError, KeyRefused, ModelNotFound, PromptTooLong, RateLimited, Unreachable
from coach.llm.asker import FormatRefused, RawReply, Sent

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from openai import OpenAI

TRIES = 2  # after the first, by the SDK, with its own backoff and Retry-After
ABREAST = 4  # requests under way at once: few servers refuse so many
FORMAT_WORDS = ("response_format", "json_schema", "structured output", "json mode", "grammar", "schema")
INSTEAD = {"max_tokens": "max_completion_tokens", "temperature": None}
"""Options that some models refuse, and what they take instead."""
STOPS = {"max_tokens": "length", "max_output_tokens": "length", "refusal": "content_filter", "safety": "content_filter"}
"""Other vendors' words for why a reply stopped."""


class LangChainChat:
    """A LangChain chat model as a Chat. `trace` lets LangSmith see the note; without it tracing is off whatever the environment says."""

    def __init__(self, model: "BaseChatModel", name: str, trace: bool = False) -> None:
        self._model = model
        self._trace = trace
        self._refused: set[str] = set()
        self.model = name
        self.abreast = ABREAST

    def __call__(self, sent: Sent) -> RawReply:
        while True:
            message, fault = self._invoke(sent)
            if message is not None:
                return _raw(message)
            if fault is not None:  # raised out here, it carries no trace of the vendor's error, which holds the request and its key
                raise fault

    def _invoke(self, sent: Sent) -> "tuple[AIMessage | None, Exception | None]":
        """The message, or the error to raise, or neither: ask again without what the model refused."""
        from langsmith import tracing_context

        options = self._options(sent)
        with tracing_context(enabled=self._trace):
            try:
                return self._model.invoke([(m.role, m.content) for m in sent.messages], **options), None
            except AskError as error:
                return None, error
            except Exception as error:
                return None, None if self._learns(error, options) else _translated(error, sent)

    def _options(self, sent: Sent) -> dict[str, Any]:
        options: dict[str, Any] = {"temperature": sent.temperature, "max_tokens": sent.max_tokens}
        for name in tuple(self._refused):  # a request beside this one may learn another
            value, other = options.pop(name), INSTEAD[name]
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
    stop = str(meta.get("finish_reason") or meta.get("stop_reason") or meta.get("done_reason") or "stop").casefold()
    return RawReply(
        text=str(message.text).encode("utf-8", "replace").decode(),  # a lone surrogate cannot be sent back or written down
        finish=STOPS.get(stop, stop),
        refusal=message.additional_kwargs.get("refusal"),
        served=meta.get("model_name"),
        tokens_in=usage["input_tokens"] if usage else None,
        tokens_out=usage["output_tokens"] if usage else None,
        tokens_cached=usage.get("input_token_details", {}).get("cache_read") if usage else None,
    )


def openai_chat(model: str, key: str, base_url: str | None, timeout: float, trace: bool = False) -> LangChainChat:
    """The default: the openai SDK as a LangChain chat model. `timeout` is in seconds for each try. Redirects are not followed: the note goes to one host.

    A proxy that the environment names is used, but not for a server on this machine: the note would leave it.
    """
    from openai import DefaultHttpxClient, OpenAI

    key = key.strip()
    if not key or not all("!" <= char <= "~" for char in key):  # an HTTP library would put it into its error, and that into a log
        raise KeyRefused("The key holds characters that no key has. Set OPENAI_API_KEY again, without quotes and line breaks.")
    http = DefaultHttpxClient(follow_redirects=False, trust_env=not is_loopback(base_url or ""))
    client = OpenAI(api_key=key, base_url=base_url, timeout=timeout, max_retries=TRIES, http_client=http)
    chat = LangChainChat(_thin_model()(client=client, model=model), model, trace)
    weakref.finalize(chat, http.close)  # a connection that is kept open ends with the chat
    return chat


def _thin_model() -> Callable[..., "BaseChatModel"]:
    """A chat model class over the SDK's own client: raw text, finish reason, refusal and usage in one place."""
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
    from langchain_core.messages.utils import convert_to_openai_messages
    from langchain_core.outputs import ChatGeneration, ChatResult

    class ThinOpenAI(BaseChatModel):
        client: Any
        model: str

        @property
        def _llm_type(self) -> str:
            return "openai-compatible"

        @property
        def _identifying_params(self) -> dict[str, Any]:
            return {"model": self.model, "base_url": str(self.client.base_url)}

        def _generate(self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **options: Any) -> ChatResult:
            client: OpenAI = self.client
            asked: Any = convert_to_openai_messages(messages)
            made = client.chat.completions.create(model=self.model, messages=asked, stop=stop, **options)
            if not made.choices:
                raise AskError("The server answered without a reply. Check that it serves this model.")
            choice, used = made.choices[0], made.usage
            cached = used.prompt_tokens_details.cached_tokens if used and used.prompt_tokens_details else None
            usage = used and UsageMetadata(
                input_tokens=used.prompt_tokens,
                output_tokens=used.completion_tokens,
                total_tokens=used.total_tokens,
                input_token_details=InputTokenDetails(cache_read=cached or 0),
            )
            message = AIMessage(
                content=choice.message.content or "",
                additional_kwargs={"refusal": choice.message.refusal} if choice.message.refusal else {},
                response_metadata={"finish_reason": choice.finish_reason, "model_name": made.model, "id": made.id},
                usage_metadata=usage,
            )
            return ChatResult(generations=[ChatGeneration(message=message)])

    return ThinOpenAI


def _translated(error: Exception, sent: Sent) -> Exception:
    """The error as a sentence. The vendor's own text is left out: it may hold the key or the note."""
    import openai

    match error:
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return KeyRefused("The endpoint refused the key. Check OPENAI_API_KEY, and that it may use this model.")
        case openai.NotFoundError():
            return ModelNotFound(f"The endpoint does not serve {sent.model}. Check COACH_MODEL and OPENAI_BASE_URL.")
        case openai.RateLimitError():
            wait = _retry_after(error)
            if getattr(error, "code", None) == "insufficient_quota":
                return RateLimited("The account behind the key has no quota left. Top it up, or use the offline review.", wait)
            when = f"in {math.ceil(wait)} seconds" if wait else "in a minute"
            return RateLimited(f"The endpoint says: too many requests. Try again {when}.", wait)
        case openai.APITimeoutError():
            return Unreachable("The model did not answer in time. Try again, or raise COACH_TIMEOUT (seconds).")
        case openai.APIConnectionError():
            return Unreachable("No connection to the model. Check OPENAI_BASE_URL and that the server runs.")
        case openai.BadRequestError() | openai.UnprocessableEntityError():
            said = f"{error.code} {error.message}".casefold()
            if "context" in said and ("length" in said or "window" in said or "exceed" in said):
                return PromptTooLong("The note is too long for this model. Use one with a longer window, or the offline review.")
            if sent.format != "plain" and any(word in said for word in FORMAT_WORDS):
                return FormatRefused()
            return AskError("The endpoint refused the request. Check that COACH_MODEL is a chat model.")
        case openai.APIStatusError() if error.status_code < 400:
            return Unreachable(f"The endpoint points to another address ({error.status_code}). Put the right one into OPENAI_BASE_URL.")
        case openai.APIStatusError():
            return Unreachable(f"The model's server failed ({error.status_code}). Try again in a minute.")
        case openai.OpenAIError():
            return AskError("The model could not be asked. Check OPENAI_API_KEY, OPENAI_BASE_URL and COACH_MODEL.")
    return AskError(f"The model could not be asked ({type(error).__name__}). Check the settings, or use the offline review.")


def _retry_after(error: Exception) -> float | None:
    response = getattr(error, "response", None)
    try:
        wait = float(response.headers.get("retry-after")) if response is not None else math.nan
    except (TypeError, ValueError):  # no header, or a date
        return None
    return wait if math.isfinite(wait) and wait >= 0 else None
