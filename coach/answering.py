"""Who answers. In: what is set, and the name of a model. Out: an Ask, behind which stand a budget, kept replies and prompts.

The one part that knows every answerer. Never reads the environment: `coach.settings` does, and is an `Answering` itself.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import SecretStr

from coach.address import host, is_loopback
from coach.advice import AdviseRuthless, AdviseSkeptical
from coach.ask import Ask
from coach.commitment import Judge
from coach.errors import SettingsError
from coach.evidence import Extract, ExtractPart, LookAgain, Weigh
from coach.models.here import NO_KEY, Here
from coach.models.known import by_name, named
from coach.models.places import Found
from coach.shelf import Shelf

if TYPE_CHECKING:
    from coach.llm.asker import Asker, Chat
    from coach.llm.budget import Limits, Purse, Rate
    from coach.llm.together import ModelChecks, ModelReads
    from coach.store import Store

OFFLINE = "offline analyst"
CHECKED = " + offline"  # after the name of a model: the offline analyst nominates, and the model checks
SMALL = "small"  # the prompt set for models that run on a rep's own processor
SHORT_REPLY = 900  # tokens
REPLIES = (Extract.reply, ExtractPart.reply, LookAgain.reply, Judge.reply, AdviseSkeptical.reply, AdviseRuthless.reply)
SMALL_REPLIES = (*REPLIES[:4], Weigh.reply)


def parted(model: str) -> tuple[str, bool]:
    """A model's own name, and whether it only checks what the analyst reads."""
    return model.removesuffix(CHECKED), model.endswith(CHECKED)


class Answering(Shelf, ABC):
    """The answerers of one set-up. What is declared here is set in `coach.settings`."""

    key: SecretStr | None
    base_url: str | None
    model: str | None
    timeout: float
    window: int
    tracing: bool
    prompt_set: str
    keeps_replies: bool
    redact: bool
    max_calls: int | None
    max_tokens: int | None
    max_usd: float | None

    @property
    @abstractmethod
    def here(self) -> Here:
        """What can answer on this machine."""

    @abstractmethod
    def store(self) -> "Store":
        """Where replies are kept."""

    @abstractmethod
    def now(self) -> datetime:
        """The clock, in UTC."""

    @abstractmethod
    def rate(self, model: str) -> "Rate | None":
        """What a model costs, None if nobody wrote it down. Raises SettingsError."""

    def models(self, found: Sequence[Found] = ()) -> tuple[str, ...]:
        """What can answer, the default first. `found` are servers on this machine, if somebody looked for them."""
        return tuple(dict.fromkeys((*([self.model] if self.model else []), OFFLINE, *self.here.names(found), *(name + CHECKED for name in self.here.names()))))

    def ask(self, model: str, purse: "Purse | None" = None, over: "Callable[[Chat], Chat] | None" = None) -> Ask:
        """The answerer of that name, paid from a purse. `over` stands between it and its model, in place of the replies that are kept.

        Raises SettingsError if it is not configured.
        """
        if model == OFFLINE:
            from coach.llm.analyst import Analyst

            return Analyst()
        model, checks = parted(model)
        chat = self.chat(model, purse)
        chat = over(chat) if over else self._kept(chat, model) if self.keeps_replies else chat
        ask = self.over(chat, checks)
        ask.answerer = ask.answerer.model_copy(update={"discreet": self.redact})
        return ask

    @property
    def limits(self) -> "Limits":
        """What may be spent on a model in one review or run."""
        from coach.llm.budget import Limits

        return Limits(calls=self.max_calls, tokens=self.max_tokens, usd=self.max_usd)

    def chat(self, model: str, purse: "Purse | None" = None) -> "Chat":
        """A chat with a model that is here or at the endpoint, paid from a purse if there are limits. Raises SettingsError if there is none."""
        from coach.llm.live import openai_chat

        purse = purse or self.purse()
        rate = self.rate(model) if purse else None

        def make(name: str, key: str, base_url: str | None, timeout: float, again: bool = True) -> "Chat":
            """Pays for each request that goes out: who waits for a turn has set nothing aside yet, which somebody in his turn could wait for."""
            chat = openai_chat(name, key, base_url, timeout, self.tracing, purse.on_request if purse else None, again)
            return purse.over(chat, rate) if purse else chat

        model, _ = parted(model)
        chat = self.here.chat(model, make)
        if chat is None:
            if not self.key and not self.base_url:
                raise SettingsError(
                    "No key and no server for a model. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a local server, or use the offline analyst. "
                    "`coach model list` shows models that need neither."
                )
            chat = make(model, self.key.get_secret_value() if self.key else NO_KEY, self.base_url, self.timeout)
        if purse:
            purse.check(chat.model, rate)
        return chat

    def purse(self) -> "Purse | None":
        """A purse for one review, command or run, None if there are no limits."""
        from coach.llm.budget import Purse

        return Purse(self.limits) if self.limits.any else None

    def over(self, chat: "Chat", checks: bool) -> "Asker | ModelReads | ModelChecks":
        """An answerer from a chat, which reads or only checks what the analyst read."""
        return self.checker(chat) if checks else self.asker(chat)

    def checker(self, chat: "Chat") -> "ModelChecks":
        """The offline analyst, checked by a chat."""
        from coach.llm.analyst import Analyst
        from coach.llm.together import ModelChecks

        return ModelChecks(self._small(chat), Analyst())

    def asker(self, chat: "Chat") -> "Asker | ModelReads":
        """An answerer from a chat, worded by the prompt set. A built-in model has a small one of its own, and the playbook words its coaching."""
        from coach.llm.asker import Asker, Reach
        from coach.prompting import PromptSet

        if by_name(chat.model):
            from coach.llm.analyst import Analyst
            from coach.llm.together import ModelReads

            return ModelReads(self._small(chat), Analyst())
        return Asker(chat, PromptSet(self.prompt_folder(self.prompt_set)), REPLIES, Reach(window=self.window))

    def _small(self, chat: "Chat") -> "Asker":
        from coach.llm.asker import Asker, Reach
        from coach.prompting import PromptSet

        entry = by_name(chat.model)
        window = min(self.window, entry.window) if entry else self.window
        prompts = SMALL if self.prompt_set == "default" else self.prompt_set
        return Asker(chat, PromptSet(self.prompt_folder(prompts)), SMALL_REPLIES, Reach(window=window, reply=SHORT_REPLY, limits=True))

    def ready(self, model: str, tell: Callable[[str], None]) -> None:
        """Starts what has to run before `model` can answer, and tells how long that takes. Raises AskError or SettingsError."""
        self.here.ready(parted(model)[0], tell)

    def tried(self, model: str | None, tell: Callable[[str], None]) -> Iterator[str]:
        """Tries the connection, and says in sentences what works. Raises a CoachError that says what is wrong. Sends no note."""
        from coach.models.check import check_chat, check_listed

        if model == OFFLINE or (model is None and self.base_url is None):
            yield "The offline analyst answers: it needs no connection."
            return
        model = parted(model)[0] if model else None
        base_url, name = self.here.endpoint(model or "") or (self.base_url, model)
        if base_url is not None and named(model or "") is None:
            key = self.key if base_url == self.base_url else None
            yield check_listed(base_url, key.get_secret_value() if key else None, name)
        if model is not None:
            self.ready(model, tell)
            yield check_chat(self.chat(model))

    def _kept(self, chat: "Chat", model: str) -> "Chat":
        """The chat, asked only what it was never asked."""
        from coach.llm.cached import Cached

        kinds = (Extract, ExtractPart, LookAgain, Judge, AdviseSkeptical, AdviseRuthless, Weigh)
        here = self.here.endpoint(model)
        entry = named(model)
        where = entry.sha256 if entry else here[0] if here else self.endpoint()
        return Cached(chat, lambda: self.store().replies, self.now, {kind.task: kind.reply for kind in kinds}, where)

    def endpoint(self) -> str:
        """Where a model is asked, without user and password."""
        scheme, _, rest = (self.base_url or "https://api.openai.com/v1").rstrip("/").rpartition("//")
        host, slash, path = rest.partition("/")
        return f"{scheme}//{host.rsplit('@', 1)[-1]}{slash}{path}"

    def leaves_machine(self, model: str) -> str:
        """What leaves this machine when `model` answers, in one sentence."""
        if model == OFFLINE:
            return "Nothing leaves this machine: the offline analyst reads the note right here."
        if (said := self.here.leaves(parted(model)[0])) is not None:
            return said
        where = host(self.base_url or "api.openai.com")
        if is_loopback(self.base_url or ""):
            return f"The note goes to {model} on this machine ({where}) and no further from here."
        return f"The note is sent to {model} at {where}, and nowhere else."
