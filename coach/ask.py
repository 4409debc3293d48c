"""The port to whatever answers. In: a typed Request. Out: an Answer that holds a reply of the type the request names.

A request names its task (the template that words it) and the Pydantic type of its reply. An answerer is any callable
that fits `Ask`; the model behind it nominates, and what it says is not believed until code has checked it.
Never imports a model library.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, Field
from pydantic.config import JsonDict

from coach.conversation import Conversation, Value
from coach.playbook import Playbook
from coach.windows import Window

Reply = TypeVar("Reply", bound=BaseModel)
FEW_ITEMS: JsonDict = {"maxItems": 6}
"""For a server that builds a grammar from the schema: a small model's reply cannot run away. A longer reply is still read."""
Hear = Callable[[Any], None]
"""Told each item of a reply's list as soon as it is whole. A preview: what counts is the reply."""


class Brief(Value):
    """What all requests on one text share: the first bytes of every prompt come from it. `today` is never the clock.

    `window` is the part of a long text that is shown; None shows all of it. Lines keep their numbers.
    """

    conversation: Conversation
    playbook: Playbook
    today: date
    window: Window | None = None


class Request(Value, Generic[Reply]):
    """One question to the answerer. Subclasses set `task` and `reply` and add what is special to the task.

    `shows_text`: whether the text of the brief stands in the prompt. `tries`: how often a model may be asked until its reply
    can be used, once or twice. `hear` is told the items of the reply's list named `comes_in` while it is written, by an
    answerer that can.
    """

    task: ClassVar[str]
    reply: ClassVar[type[Any]]
    comes_in: ClassVar[str | None] = None
    shows_text: ClassVar[bool] = True
    brief: Brief
    tries: int = 2
    hear: Hear | None = Field(default=None, exclude=True, repr=False)

    def words(self) -> dict[str, Any]:
        """What the task's template may use beyond the brief: strings, numbers, lists and dicts only."""
        return {}


class Usage(Value):
    """What answering took. Tokens are None where the answerer has none or did not say; `seconds` is wall time.

    `from_cache` are replies that were kept from an earlier time: no call and no token is counted for them.
    """

    calls: int = 0
    from_cache: int = 0
    seconds: float = 0.0
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int | None = None

    def __add__(self, other: "Usage") -> "Usage":
        def total(a: int | None, b: int | None) -> int | None:
            return b if a is None else a if b is None else a + b

        return Usage(
            calls=self.calls + other.calls,
            from_cache=self.from_cache + other.from_cache,
            seconds=self.seconds + other.seconds,
            tokens_in=total(self.tokens_in, other.tokens_in),
            tokens_out=total(self.tokens_out, other.tokens_out),
            tokens_cached=total(self.tokens_cached, other.tokens_cached),
        )


class Answerer(Value):
    """Who answers, for the provenance: `prompts` is the version of all that words the requests, None without prompts.

    `window` is about how many tokens of a text one request may hold, None if any length does; `abreast` is how many
    requests may be under way at once. `discreet`: it is shown no name of the speakers' list, address or number of a person.
    """

    name: str
    is_llm: bool
    prompts: str | None = None
    window: int | None = None
    abreast: int = 1
    discreet: bool = False


Format = Literal["json_schema", "json_object", "plain"]
FORMATS: tuple[Format, ...] = ("json_schema", "json_object", "plain")
"""How a model is held to the form of its reply, from the strictest down."""


class Answer(Value, Generic[Reply]):
    """A reply and what it took. `format` is None where no model was held to any."""

    reply: Reply
    usage: Usage
    format: Format | None = None


class Ask(Protocol):
    """Answers requests, or raises an AskError."""

    @property
    def answerer(self) -> Answerer:
        """Who answers."""
        ...

    def __call__(self, request: Request[Reply]) -> Answer[Reply]:
        """The answer to one request."""
        ...
