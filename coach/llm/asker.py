"""A language model behind the port. In: a Request. Out: a validated reply, or an AskError.

Renders the messages, sends them, checks that the reply is whole and has the asked shape, and tries once more with what
was wrong. Falls from json_schema to json_object to plain text where a server refuses a format. Knows no vendor: `Chat`
is the seam that `live`, recorded and scripted chats fit.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol, get_args

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from coach.ask import FORMATS, Answer, Answerer, Format, Reply, Request, Usage
from coach.conversation import Value
from coach.errors import AskError, BadReply, Refused, Unreachable
from coach.llm.schema import strict_schema
from coach.prompting import Message, PromptSet
from coach.windows import WHOLE

MOST_TOKENS = 8_000  # of one reply


class Sent(Value):
    """All that changes the answer. Recordings are keyed by it."""

    task: str
    model: str
    messages: tuple[Message, ...]
    format: Format
    schema_: dict[str, Any]
    temperature: float = 0.0
    max_tokens: int = MOST_TOKENS


class RawReply(Value):
    """What came back, unread. `finish` is the server's word for why it stopped: stop, length, content_filter. `served` is its word for who answered.

    `cached`: it was kept from an earlier time. That is never written down with it.
    """

    text: str
    finish: str = "stop"
    refusal: str | None = None
    served: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int | None = None
    cached: bool = Field(default=False, exclude=True)


OnText = Callable[[str], None]


class FormatRefused(Exception):
    """The server does not take this response format; the next one is tried."""


class Late(Unreachable):
    """No answer in the time that it was given."""


class Chat(Protocol):
    """Sends one request to a model. Raises an AskError, or FormatRefused."""

    @property
    def model(self) -> str:
        """Name of the model, as asked for."""
        ...

    @property
    def abreast(self) -> int:
        """How many requests it takes at once."""
        ...

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        """The whole reply. `on_text` is told each piece of it as it comes, by a chat that can."""
        ...


class Reach(Value):
    """How far a model reaches: tokens of a text in one request, tokens of a reply, and whether its server holds it to lengths in the schema."""

    window: int = WHOLE
    reply: int = MOST_TOKENS
    limits: bool = False


FAR = Reach()


class Asker:
    """Answers requests with a chat model and a prompt set."""

    def __init__(self, chat: Chat, prompts: PromptSet, replies: tuple[type[BaseModel], ...] = (), reach: Reach = FAR) -> None:
        self._chat = chat
        self._reach = reach
        self._prompts = prompts
        self._replies = replies
        self._format: Format = FORMATS[0]
        self.answerer = Answerer(name=chat.model, is_llm=True, prompts=prompts.version(*replies), window=reach.window, abreast=chat.abreast)

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        start = time.perf_counter()
        messages = self._prompts.messages(request, self._replies)
        raw = self._send(request, messages)
        usage = _usage(raw)
        try:
            reply = parse(raw, request.reply)
        except BadReply as fault:
            if request.tries < 2:
                raise
            messages = [
                *messages,
                Message(role="assistant", content=raw.text[:20_000] or "(nothing)"),
                Message(role="user", content=f"That reply cannot be used: {fault}\nAnswer again with the whole JSON object and nothing else."),
            ]
            raw = self._send(request, messages)
            usage += _usage(raw)
            reply = parse(raw, request.reply)
        return Answer(reply=reply, usage=usage.model_copy(update={"seconds": time.perf_counter() - start}), format=self._format)

    def _send(self, request: Request[Any], messages: list[Message]) -> RawReply:
        while True:
            sent = Sent(
                task=request.task,
                model=self._chat.model,
                messages=tuple(messages),
                format=self._format,
                schema_=strict_schema(request.reply, self._reach.limits),
                max_tokens=self._reach.reply,
            )
            try:
                return self._chat(sent, Overheard(request) if request.hear and request.comes_in else None)
            except FormatRefused:
                at = FORMATS.index(sent.format) + 1
                if at == len(FORMATS):
                    raise AskError("This server cannot be used: it takes none of our requests. Use another, or the offline review.") from None
                self._format = FORMATS[max(at, FORMATS.index(self._format))]  # a request beside this one may know more


class Overheard:
    """Takes a reply piece by piece and tells the request's listener each whole item of its list."""

    def __init__(self, request: Request[Any]) -> None:
        assert request.hear and request.comes_in
        self._hear = request.hear
        self._list = request.comes_in
        self._item: TypeAdapter[Any] = TypeAdapter(get_args(request.reply.model_fields[request.comes_in].annotation)[0])
        self._text = ""
        self._told = 0

    def __call__(self, piece: str) -> None:
        self._text += piece
        if "}" not in piece:
            return
        for whole in self._new():
            self._hear(whole)

    def _new(self) -> Iterator[Any]:
        """The items that are whole and were not told."""
        try:
            for item in from_json(self._text, allow_partial=True)[self._list][self._told :]:
                whole = self._item.validate_python(item)
                self._told += 1
                yield whole
        except (ValueError, KeyError, TypeError):  # not that far yet, or not as asked: `parse` will say so
            return


def parse(raw: RawReply, reply: type[Reply]) -> Reply:
    """The reply in `raw`. Raises Refused or BadReply; a reply that was cut off is bad even where it parses."""
    if raw.refusal or raw.finish == "content_filter":
        raise Refused("The model declined to answer. Use the offline review, or another model.")
    if raw.finish == "length":
        raise BadReply("The model's reply was cut off. Use a model with a longer output, or a shorter note.")
    text = raw.text.lstrip("\ufeff").strip()
    if text.startswith("```"):
        text = text.strip("`").removeprefix("json").strip()
    try:
        data = json.loads(text, parse_constant=_no_constant)
        json.dumps(data, ensure_ascii=False).encode()  # half a character can be neither shown nor written down
        return reply.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_context=False, include_input=False, include_url=False)[0]
        known = _keys(strict_schema(reply))  # a key of the model's own making may hold words of the note, or a link
        place = ".".join(str(part) if isinstance(part, int) or part in known else "(unknown)" for part in first["loc"]) or "top level"
        wrong = f"has the wrong shape at {place}: {first['msg']}"
    except (ValueError, RecursionError):  # also a number of thousands of digits
        wrong = "is not JSON"
    raise BadReply(f"The model's reply {wrong}. Try again, or use another model.")  # out here, it carries no trace of the reply


def _keys(node: Any) -> set[str]:
    if isinstance(node, list):
        return {key for item in node for key in _keys(item)}
    if not isinstance(node, dict):
        return set()
    return {*node.get("properties", {}), *(key for value in node.values() for key in _keys(value))}


def _no_constant(name: str) -> float:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


def _usage(raw: RawReply) -> Usage:
    if raw.cached:
        return Usage(from_cache=1)
    return Usage(calls=1, tokens_in=raw.tokens_in, tokens_out=raw.tokens_out, tokens_cached=raw.tokens_cached)
