"""The only place that reads environment, clock and paths. In: the environment. Out: a Settings, which `coach.answering` makes answerers of.

Keys are kept as secrets: they show up in no repr, log, record or message.
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from coach.address import address
from coach.answering import Answering, parted
from coach.errors import SettingsError
from coach.models.here import Here
from coach.models.places import USUAL, Found, look, places
from coach.models.store import Store as Weights
from coach.windows import WHOLE

if TYPE_CHECKING:
    from coach.llm.budget import Rate
    from coach.store import Store

APP = "call-note-coach"
SMALLEST_WINDOW, LARGEST_WINDOW = 1_000, 200_000  # tokens of a text in one request
_PACKAGED = Path(__file__).parent / "prompts"
_CHECKOUT = Path(__file__).parent.parent / "prompts"
PRIVATE = ("OPENAI_", "COACH_", "LANGSMITH_", "LANGCHAIN_", "HF_TOKEN")  # variables that no program we start needs


def _is_set(value: object) -> object:
    """A flag of somebody else's: set to anything but a no, it holds. Some CI put their name there."""
    return value.strip().casefold() not in ("", "0", "false", "no", "off") if isinstance(value, str) else value


def _is_named(value: object) -> object:
    """A folder or file. Nothing at all would be the folder that we happen to be in."""
    if isinstance(value, str) and not value.strip():
        raise ValueError("it is empty")
    return value


def _names_places(value: str) -> str:
    """Servers as `name=address, ...`, refused here rather than when somebody looks for them."""
    try:
        places(value)
    except SettingsError as error:
        raise ValueError(str(error)) from None
    return value


Flag = Annotated[bool, BeforeValidator(_is_set)]
Named = Annotated[Path, BeforeValidator(_is_named)]


class Settings(Answering, BaseSettings):
    """What the environment says. Without a model the offline analyst answers and nothing leaves the machine."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    base_url: str | None = Field(default=None, repr=False, validation_alias="OPENAI_BASE_URL")
    model: str | None = Field(default=None, validation_alias="COACH_MODEL")
    timeout: float = Field(default=120, gt=0, validation_alias="COACH_TIMEOUT")
    window: int = Field(default=WHOLE, ge=SMALLEST_WINDOW, le=LARGEST_WINDOW, validation_alias="COACH_WINDOW")
    tracing: bool = Field(default=False, validation_alias="COACH_TRACING")
    prompts: Named = Field(default=_PACKAGED if _PACKAGED.is_dir() else _CHECKOUT, validation_alias="COACH_PROMPTS")
    evals: Named = Field(default=Path(__file__).parent.parent / "evals", validation_alias="COACH_EVALS")
    runs: Named = Field(default=Path("runs"), validation_alias="COACH_RUNS")
    ci: Flag = Field(default=False, validation_alias="CI")
    github: Flag = Field(default=False, validation_alias="GITHUB_ACTIONS")
    summary: Path | None = Field(default=None, validation_alias="GITHUB_STEP_SUMMARY")
    prompt_set: str = Field(default="default", validation_alias="COACH_PROMPT_SET")
    cache: Named | None = Field(default=None, validation_alias="COACH_CACHE")
    servers: Annotated[str, AfterValidator(_names_places)] = Field(default=USUAL, validation_alias="COACH_SERVERS")
    sleep: float = Field(default=10, gt=0, le=10_000, validation_alias="COACH_SLEEP")  # minutes
    database: SecretStr | None = Field(default=None, validation_alias="COACH_DATABASE")
    keeps_replies: Flag = Field(default=True, validation_alias="COACH_CACHE_REPLIES")
    redact: Flag = Field(default=False, validation_alias="COACH_REDACT")
    max_calls: int | None = Field(default=None, ge=1, validation_alias="COACH_MAX_CALLS")
    max_tokens: int | None = Field(default=None, ge=1, validation_alias="COACH_MAX_TOKENS")
    max_usd: float | None = Field(default=None, gt=0, allow_inf_nan=False, validation_alias="COACH_MAX_USD")
    prices: Named = Field(default=Path("prices.yaml"), validation_alias="COACH_PRICES")
    sets: Named = Field(default=Path("sets"), validation_alias="COACH_SETS")

    def at(self, base_url: str, model: str | None, key: SecretStr | None) -> "Settings":
        """The same with another endpoint and its key. Raises SettingsError if that is no address."""
        return self.model_copy(update={"base_url": address(base_url), "model": model, "key": key})

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

    def rate(self, model: str) -> "Rate | None":
        """What a model costs, None if nobody wrote it down under the name that its server knows. Raises SettingsError."""
        from coach.llm.budget import read_rates

        if "prices" in self.model_fields_set and not self.prices.is_file():
            raise SettingsError(f"{self.prices} is not there. Correct COACH_PRICES or unset it.")
        return read_rates(self.prices).get(self.here.served_as(parted(model)[0]))

    def told(self, redact: bool, keeps_replies: bool) -> "Settings":
        """The same with what was said beside the environment: the more careful of the two holds."""
        return self.model_copy(update={"redact": self.redact or redact, "keeps_replies": self.keeps_replies and keeps_replies})

    def today(self) -> date:
        """The clock's day."""
        return date.today()  # noqa: DTZ011, TID251 - the one place that reads the clock; the rep's local day is meant

    def now(self) -> datetime:
        """The clock, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


def version() -> str:
    """The version of this package."""
    from importlib.metadata import version

    return version("call-note-coach")


def cores() -> int:
    """How many processes can work at once: the cores that the system lets us have, or all of them where it does not say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
        why = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise SettingsError(f"{first['loc'][0]} cannot be used: {why}. Change it or unset it.") from None
