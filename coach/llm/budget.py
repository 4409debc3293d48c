"""What may be spent on a model. In: a Chat, limits and prices. Out: the same Chat, which refuses the request that could cross a limit.

Before each request its size is estimated, and the longest reply that it allows is taken for its reply. If that would cross a
limit nothing is sent. What was really used takes the estimate's place when the reply is there. A try that failed without a
word on why, or that the SDK made again by itself, counts in full: it may have been billed. Safe from any number of threads:
one that would cross only because of requests under way waits for them. Never makes up a price.
"""

import json
import sys
import threading
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, TypeAdapter, ValidationError

from coach.conversation import Value
from coach.errors import KeyRefused, ModelNotFound, OverBudget, PromptTooLong, RateLimited, SettingsError
from coach.llm.asker import Chat, FormatRefused, OnText, RawReply, Sent
from coach.windows import tokens

MILLION = 1_000_000
A_MESSAGE = 4  # tokens around each message
UNANSWERED = (FormatRefused, KeyRefused, ModelNotFound, PromptTooLong, RateLimited)
"""The server said no before it began a reply: a request, and no tokens."""
PRICE_FORM = "NAME: {in: 0.25, out: 2.00}"


class Limits(Value):
    """What a review or a run may use in all; None is no limit. Tokens are those read and those written."""

    calls: int | None = Field(default=None, ge=1)
    tokens: int | None = Field(default=None, ge=1)
    usd: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    @property
    def any(self) -> bool:
        """Whether there is a limit at all."""
        return (self.calls, self.tokens, self.usd) != (None, None, None)


class Rate(Value):
    """Dollars for a million tokens, read and written."""

    read: float = Field(alias="in", ge=0, allow_inf_nan=False)
    written: float = Field(alias="out", ge=0, allow_inf_nan=False)

    def usd(self, tokens_in: float, tokens_out: float) -> float:
        """What so many tokens cost, in dollars."""
        return (tokens_in * self.read + tokens_out * self.written) / MILLION


class Spent(NamedTuple):
    """Requests, tokens, and dollars where the price was known."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens read and written."""
        return self.tokens_in + self.tokens_out

    def plus(self, other: "Spent") -> "Spent":
        """Both together."""
        return Spent(self.calls + other.calls, self.tokens_in + other.tokens_in, self.tokens_out + other.tokens_out, self.usd + other.usd)

    def less(self, other: "Spent") -> "Spent":
        """What is left of it without the other."""
        return Spent(self.calls - other.calls, self.tokens_in - other.tokens_in, self.tokens_out - other.tokens_out, self.usd - other.usd)

    def at_least(self, other: "Spent") -> "Spent":
        """The larger of both in each."""
        return Spent(max(self.calls, other.calls), max(self.tokens_in, other.tokens_in), max(self.tokens_out, other.tokens_out), max(self.usd, other.usd))

    def priced(self, rate: Rate | None) -> "Spent":
        """The same with what its tokens cost."""
        return self._replace(usd=rate.usd(self.tokens_in, self.tokens_out)) if rate else self


NOTHING = Spent()


class _Stop(BaseException):
    """Goes past every `except Exception` of the SDK, which would try the request again."""

    def __init__(self, fault: OverBudget) -> None:
        super().__init__()
        self.fault = fault


class Purse:
    """What is left of the limits. One for all requests that they hold for, of one model or of several."""

    def __init__(self, limits: Limits, spent: Spent = NOTHING) -> None:
        self.limits = limits
        self._spent = spent
        self._under_way = NOTHING
        self._priced = True
        self._changed = threading.Condition()
        self._mine = threading.local()

    @property
    def spent(self) -> Spent:
        """What was used so far; requests under way are not in it."""
        with self._changed:
            return self._spent

    @property
    def usd(self) -> float | None:
        """What was used so far in dollars, None where a price is not known."""
        return self.spent.usd if self._priced else None

    def room(self, dearest: Spent) -> int:
        """How often the limits still hold something that takes so much."""
        spent, limits = self.spent, self.limits
        rooms = ((limits.calls, spent.calls, dearest.calls), (limits.tokens, spent.tokens, dearest.tokens), (limits.usd, spent.usd, dearest.usd))
        return max(0, min((int((most - used) / each) for most, used, each in rooms if most is not None and each > 0), default=sys.maxsize))

    def told(self) -> str:
        """What was used of which limits, in a sentence."""
        spent, limits = self.spent, self.limits
        parts = []
        if limits.calls is not None:
            parts.append(f"{spent.calls} calls were made and {limits.calls} are allowed")
        if limits.tokens is not None:
            parts.append(f"{spent.tokens:,} tokens are used and {limits.tokens:,} allowed")
        if limits.usd is not None:
            parts.append(f"${spent.usd:.5f} are spent and ${limits.usd:.5f} allowed")
        return ", ".join(parts)

    def over(self, chat: Chat, rate: Rate | None = None) -> Chat:
        """The chat, paid from this purse. Raises SettingsError for a limit in dollars without a price."""
        self.check(chat.model, rate)
        return _Paid(chat, self, rate)

    def check(self, model: str, rate: Rate | None) -> None:
        """Notes whether what the model costs is known. Raises SettingsError for a limit in dollars without a price."""
        if rate is None and self.limits.usd is not None:
            raise SettingsError(
                f"No price of {model} is known, so a limit in dollars cannot be kept. Write its dollars for a million tokens into "
                f"prices.yaml, or the file that COACH_PRICES names, as {PRICE_FORM.replace('NAME', model)}. Or limit calls or tokens instead."
            )
        self._priced = self._priced and rate is not None

    def on_request(self) -> None:
        """Told by the HTTP client before each request of a thread. The first of a call is paid for; each further one is a try of the SDK's own."""
        most = getattr(self._mine, "most", None)
        if most is None:
            return
        if not self._mine.sent:
            self._mine.sent = True
            return
        self.end(most)
        try:
            self.begin(most)
        except OverBudget as fault:
            raise _Stop(fault) from None
        self._mine.sent = True

    def begin(self, most: Spent) -> None:
        """Sets aside what a request may take at most. Raises OverBudget if that could cross a limit."""
        with self._changed:
            while self._crossed(self._spent.plus(self._under_way).plus(most)):
                if fault := self._crossed(self._spent.plus(most)):
                    raise OverBudget(fault)
                self._changed.wait()  # for what others set aside and may not need
            self._under_way = self._under_way.plus(most)
        self._mine.most, self._mine.sent = most, False

    def end(self, used: Spent) -> None:
        """Counts what the thread's request took, in place of what was set aside for it."""
        most: Spent | None = getattr(self._mine, "most", None)
        if most is None:
            return
        self._mine.most = None
        with self._changed:
            self._under_way = self._under_way.less(most)
            self._spent = self._spent.plus(used)
            self._changed.notify_all()

    def _crossed(self, total: Spent) -> str:
        """Which limit so much would cross, in a sentence; empty if none."""
        now, limits = self._spent, self.limits
        if limits.calls is not None and total.calls > limits.calls:
            return f"{now.calls} calls were made and {limits.calls} are allowed, so the next was not sent. Raise --max-calls or COACH_MAX_CALLS."
        if limits.tokens is not None and total.tokens > limits.tokens:
            return (
                f"{now.tokens:,} tokens are used and {limits.tokens:,} are allowed; the next request could take {total.tokens - now.tokens:,} "
                "and was not sent. Raise --max-tokens or COACH_MAX_TOKENS."
            )
        if limits.usd is not None and total.usd > limits.usd:
            return (
                f"${now.usd:.5f} are spent and ${limits.usd:.5f} allowed; the next request could cost ${total.usd - now.usd:.5f} and was not sent. "
                "Raise --max-usd or COACH_MAX_USD."
            )
        return ""


class _Paid:
    """A Chat that pays for each request from a purse."""

    def __init__(self, chat: Chat, purse: Purse, rate: Rate | None) -> None:
        self._chat = chat
        self._purse = purse
        self._rate = rate
        self.model = chat.model
        self.abreast = chat.abreast

    def __call__(self, sent: Sent, on_text: OnText | None = None) -> RawReply:
        most = most_of(sent).priced(self._rate)
        self._purse.begin(most)
        used = most
        try:
            reply = self._chat(sent, on_text)
            said_out = tokens(reply.text) if reply.tokens_out is None else reply.tokens_out
            used = Spent(1, most.tokens_in if reply.tokens_in is None else reply.tokens_in, said_out).priced(self._rate)
            return reply
        except UNANSWERED:
            used = Spent(1)
            raise
        except _Stop as stop:
            raise stop.fault from None
        finally:
            self._purse.end(used)


def most_of(sent: Sent) -> Spent:
    """What one request may take: its estimated size, and the longest reply that it allows."""
    asked = sum(tokens(message.content) + A_MESSAGE for message in sent.messages)
    shape = tokens(json.dumps(sent.schema_)) if sent.format == "json_schema" else 0  # some servers read it as part of the prompt
    return Spent(1, asked + shape, sent.max_tokens)


def read_rates(path: Path) -> dict[str, Rate]:
    """Prices by model from a YAML file, none if there is no file. Raises SettingsError."""
    import yaml

    if not path.is_file():
        return {}
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, Rate]).validate_python(data or {})
    except (OSError, yaml.YAMLError, ValidationError, ValueError, RecursionError):
        raise SettingsError(f"{path.name} is no table of prices. Write a line for each model, dollars for a million tokens: {PRICE_FORM}.") from None
