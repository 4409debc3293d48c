"""The only place that reads environment, clock and paths, and that wires the parts. In: the environment. Out: a Settings.

Keys are kept as secrets: they show up in no repr, log, record or message.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from coach.address import address, host, is_loopback
from coach.advice import AdviseRuthless, AdviseSkeptical
from coach.ask import Ask
from coach.commitment import Judge
from coach.errors import SettingsError
from coach.evidence import Extract, ExtractPart, LookAgain, Weigh
from coach.models.here import NO_KEY, Here
from coach.models.known import by_name, named
from coach.models.places import USUAL, Found, look, places
from coach.models.store import Store as Weights
from coach.shelf import Shelf
from coach.windows import WHOLE

if TYPE_CHECKING:
    from coach.llm.asker import Asker, Chat
    from coach.llm.budget import Limits, Purse, Rate
    from coach.llm.together import ModelChecks, ModelReads
    from coach.store import Store

APP = "call-note-coach"
OFFLINE = "offline analyst"
CHECKED = " + offline"  # after the name of a model: the offline analyst nominates, and the model checks
SMALL = "small"  # the prompt set for models that run on a rep's own processor
SHORT_REPLY = 900  # tokens
SMALLEST_WINDOW, LARGEST_WINDOW = 1_000, 200_000  # tokens of a text in one request
REPLIES = (Extract.reply, ExtractPart.reply, LookAgain.reply, Judge.reply, AdviseSkeptical.reply, AdviseRuthless.reply)
SMALL_REPLIES = (*REPLIES[:4], Weigh.reply)
_PACKAGED = Path(__file__).parent / "prompts"
_CHECKOUT = Path(__file__).parent.parent / "prompts"
PRIVATE = ("OPENAI_", "COACH_", "LANGSMITH_", "LANGCHAIN_", "HF_TOKEN")  # variables that no program we start needs


def _is_set(value: object) -> object:
    """A flag of somebody else's: set to anything but a no, it holds. Some CI put their name there."""
    return value.strip().casefold() not in ("", "0", "false", "no", "off") if isinstance(value, str) else value


def _names_places(value: str) -> str:
    """Servers as `name=address, ...`, refused here rather than when somebody looks for them."""
    try:
        places(value)
    except SettingsError as error:
        raise ValueError(str(error)) from None
    return value


Flag = Annotated[bool, BeforeValidator(_is_set)]


class Settings(Shelf, BaseSettings):
    """What the environment says. Without a model the offline analyst answers and nothing leaves the machine."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    base_url: str | None = Field(default=None, repr=False, validation_alias="OPENAI_BASE_URL")
    model: str | None = Field(default=None, validation_alias="COACH_MODEL")
    timeout: float = Field(default=120, gt=0, validation_alias="COACH_TIMEOUT")
    window: int = Field(default=WHOLE, ge=SMALLEST_WINDOW, le=LARGEST_WINDOW, validation_alias="COACH_WINDOW")
    tracing: bool = Field(default=False, validation_alias="COACH_TRACING")
    prompts: Path = Field(default=_PACKAGED if _PACKAGED.is_dir() else _CHECKOUT, validation_alias="COACH_PROMPTS")
    evals: Path = Field(default=Path(__file__).parent.parent / "evals", validation_alias="COACH_EVALS")
    runs: Path = Field(default=Path("runs"), validation_alias="COACH_RUNS")
    ci: Flag = Field(default=False, validation_alias="CI")
    github: Flag = Field(default=False, validation_alias="GITHUB_ACTIONS")
    summary: Path | None = Field(default=None, validation_alias="GITHUB_STEP_SUMMARY")
    prompt_set: str = Field(default="default", validation_alias="COACH_PROMPT_SET")
    cache: Path | None = Field(default=None, validation_alias="COACH_CACHE")
    servers: Annotated[str, AfterValidator(_names_places)] = Field(default=USUAL, validation_alias="COACH_SERVERS")
    sleep: float = Field(default=10, gt=0, le=10_000, validation_alias="COACH_SLEEP")  # minutes
    database: SecretStr | None = Field(default=None, validation_alias="COACH_DATABASE")
    keeps_replies: Flag = Field(default=True, validation_alias="COACH_CACHE_REPLIES")
    redact: Flag = Field(default=False, validation_alias="COACH_REDACT")
    max_calls: int | None = Field(default=None, ge=1, validation_alias="COACH_MAX_CALLS")
    max_tokens: int | None = Field(default=None, ge=1, validation_alias="COACH_MAX_TOKENS")
    max_usd: float | None = Field(default=None, gt=0, allow_inf_nan=False, validation_alias="COACH_MAX_USD")
    prices: Path = Field(default=Path("prices.yaml"), validation_alias="COACH_PRICES")
    sets: Path = Field(default=Path("sets"), validation_alias="COACH_SETS")

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
        checks = model.endswith(CHECKED)
        model = model.removesuffix(CHECKED)
        chat = self.chat(model, purse)
        chat = over(chat) if over else self._kept(chat, model) if self.keeps_replies else chat
        ask = self.checker(chat) if checks else self.asker(chat)
        ask.answerer = ask.answerer.model_copy(update={"discreet": self.redact})
        return ask

    @property
    def limits(self) -> "Limits":
        """What may be spent on a model in one review or run."""
        from coach.llm.budget import Limits

        return Limits(calls=self.max_calls, tokens=self.max_tokens, usd=self.max_usd)

    def rate(self, model: str) -> "Rate | None":
        """What a model costs, None if nobody wrote it down. Raises SettingsError."""
        from coach.llm.budget import read_rates

        if "prices" in self.model_fields_set and not self.prices.is_file():
            raise SettingsError(f"{self.prices} is not there. Correct COACH_PRICES or unset it.")
        return read_rates(self.prices).get(model)

    def chat(self, model: str, purse: "Purse | None" = None) -> "Chat":
        """A chat with a model that is here or at the endpoint, paid from a purse if there are limits. Raises SettingsError if there is none."""
        from coach.llm.live import openai_chat

        if purse is None and self.limits.any:
            from coach.llm.budget import Purse

            purse = Purse(self.limits)
        make = partial(openai_chat, trace=self.tracing, on_request=purse.on_request if purse else None)
        model = model.removesuffix(CHECKED)
        chat = self.here.chat(model, make)
        if chat is None:
            if not self.key and not self.base_url:
                raise SettingsError(
                    "No key and no server for a model. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a local server, or use the offline analyst. "
                    "`coach model list` shows models that need neither."
                )
            chat = make(model, self.key.get_secret_value() if self.key else NO_KEY, self.base_url, self.timeout)
        return purse.over(chat, self.rate(model)) if purse else chat

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
        self.here.ready(model.removesuffix(CHECKED), tell)

    def at(self, base_url: str, model: str | None, key: SecretStr | None) -> "Settings":
        """The same with another endpoint and its key. Raises SettingsError if that is no address."""
        return self.model_copy(update={"base_url": address(base_url), "model": model, "key": key})

    def tried(self, model: str | None, tell: Callable[[str], None]) -> Iterator[str]:
        """Tries the connection, and says in sentences what works. Raises a CoachError that says what is wrong. Sends no note."""
        from coach.models.check import check_chat, check_listed

        if model == OFFLINE or (model is None and self.base_url is None):
            yield "The offline analyst answers: it needs no connection."
            return
        base_url, name = self.here.endpoint(model or "") or (self.base_url, model)
        if base_url is not None and named(model or "") is None:
            key = self.key if base_url == self.base_url else None
            yield check_listed(base_url, key.get_secret_value() if key else None, name)
        if model is not None:
            self.ready(model, tell)
            yield check_chat(self.chat(model))

    @property
    def here(self) -> Here:
        """What can answer on this machine."""
        return Here(self.weights, places(self.servers), cores(), round(self.sleep * 60), self.timeout, environment())

    @property
    def weights(self) -> Weights:
        """Where weights of models lie."""
        if self.cache is not None:
            return Weights(self.cache / "models")
        from platformdirs import user_cache_path

        return Weights(user_cache_path(APP, appauthor=False) / "models")

    def look_around(self) -> tuple[Found, ...]:
        """The model servers that answer on this machine now. Takes up to half a second."""
        return look(places(self.servers))

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

    def store(self) -> "Store":
        """What is kept from one day to the next. Raises StoreError if it cannot be opened."""
        from coach.store import open_store

        return open_store(self.database_url())

    def database_url(self) -> str:
        """The URL of the database: that of COACH_DATABASE, or a file in the user's data folder. A plain path is a file too."""
        if self.database and (url := self.database.get_secret_value().strip()):
            return url if "://" in url else f"sqlite:///{Path(url).expanduser().absolute()}"
        from platformdirs import user_data_path

        return f"sqlite:///{user_data_path(APP, appauthor=False) / 'coach.db'}"

    def told(self, redact: bool, keeps_replies: bool) -> "Settings":
        """The same with what was said beside the environment: the more careful of the two holds."""
        return self.model_copy(update={"redact": self.redact or redact, "keeps_replies": self.keeps_replies and keeps_replies})

    def today(self) -> date:
        """The clock's day."""
        return date.today()  # noqa: DTZ011, TID251 - the one place that reads the clock; the rep's local day is meant

    def now(self) -> datetime:
        """The clock, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock

    def leaves_machine(self, model: str) -> str:
        """What leaves this machine when `model` answers, in one sentence."""
        if model == OFFLINE:
            return "Nothing leaves this machine: the offline analyst reads the note right here."
        if (said := self.here.leaves(model.removesuffix(CHECKED))) is not None:
            return said
        where = host(self.base_url or "api.openai.com")
        if is_loopback(self.base_url or ""):
            return f"The note goes to {model} on this machine ({where}) and no further from here."
        return f"The note is sent to {model} at {where}, and nowhere else."


def version() -> str:
    """The version of this package."""
    from importlib.metadata import version

    return version("call-note-coach")


def cores() -> int:
    """How many processes of this machine can work at once."""
    return os.cpu_count() or 1


def environment() -> dict[str, str]:
    """What programs that we start are handed of the environment: no key and no setting of ours."""
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251
        if not name.upper().startswith(PRIVATE)
    }


def load() -> Settings:
    """Settings from the environment. Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_context=False, include_input=False, include_url=False)[0]
        raise SettingsError(f"{first['loc'][0]} cannot be used: {first['msg']}. Change it or unset it.") from None
