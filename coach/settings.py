"""The only place that reads environment, clock and paths, and that wires the parts. In: the environment. Out: a Settings.

Keys are kept as secrets: they show up in no repr, log, record or message.
"""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from coach.advice import AdviseRuthless, AdviseSkeptical
from coach.ask import Ask
from coach.commitment import Judge
from coach.errors import PlaybookError, SettingsError
from coach.evidence import Extract, ExtractPart, LookAgain
from coach.models.known import Known, by_name, known, named, size
from coach.models.places import USUAL, Found, Served, places, served
from coach.models.store import Store
from coach.models.wire import address, host, is_loopback
from coach.playbook import Playbook, parse
from coach.windows import WHOLE

if TYPE_CHECKING:
    from coach.llm.asker import Asker, Chat
    from coach.models.server import Server

OFFLINE = "offline analyst"
SMALLEST_WINDOW, LARGEST_WINDOW = 1_000, 200_000  # tokens of a text in one request
REPLIES = (Extract.reply, ExtractPart.reply, LookAgain.reply, Judge.reply, AdviseSkeptical.reply, AdviseRuthless.reply)
_PACKAGED = Path(__file__).parent / "prompts"
_CHECKOUT = Path(__file__).parent.parent / "prompts"
SLOWEST = 1800.0  # seconds for a request to the built-in model: a long note on a busy machine
MOST_NAMED = 8  # models in a sentence
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


class Settings(BaseSettings):
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

    def models(self, found: Sequence[Found] = ()) -> tuple[str, ...]:
        """What can answer, the default first. `found` are servers on this machine, if somebody looked for them."""
        here = (entry.id for entry in known() if self.store.has(entry))
        mine = (self.model,) if self.model else ()
        return tuple(dict.fromkeys((*mine, OFFLINE, *here, *(name for server in found for name in server.models))))

    def ask(self, model: str) -> Ask:
        """The answerer of that name. Raises SettingsError if it is not configured."""
        if model == OFFLINE:
            from coach.llm.analyst import Analyst

            return Analyst()
        return self.asker(self.chat(model))

    def chat(self, model: str) -> "Chat":
        """A chat with the model of that name: built in, of a server on this machine, or at the endpoint. Raises SettingsError if there is none."""
        from coach.llm.live import openai_chat

        if (entry := named(model)) is not None:
            from coach.models.builtin import Builtin

            slow = max(self.timeout, SLOWEST)
            return Builtin(self._server(entry), lambda url, key: openai_chat(entry.name, key, url, slow, self.tracing, proxy=False))
        if (there := self._served(model)) is not None:  # never with the key, which is meant for somebody else
            return openai_chat(there.model, "unused", there.place.base_url, self.timeout, self.tracing, proxy=False)
        if not self.key and not self.base_url:
            raise SettingsError(
                "No key and no server for a model. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a local server, or use the offline analyst."
                " `coach model list` shows models that need neither."
            )
        key = self.key.get_secret_value() if self.key else "unused"  # local servers want some key
        return openai_chat(model, key, self.base_url, self.timeout, self.tracing, proxy=not is_loopback(self.base_url or ""))

    def asker(self, chat: "Chat") -> "Asker":
        """An answerer from a chat, worded by the prompt set."""
        from coach.llm.asker import Asker
        from coach.prompting import PromptSet

        entry = by_name(chat.model)
        window = min(self.window, entry.window) if entry else self.window
        return Asker(chat, PromptSet(self.prompts / self.prompt_set), REPLIES, window)

    def ready(self, model: str, tell: Callable[[str], None]) -> None:
        """Starts what has to run before `model` can answer, and tells how long that takes. Raises AskError or SettingsError."""
        if (entry := named(model)) is not None:
            self._server(entry).lend(tell)

    def at(self, base_url: str, model: str | None = None, key: str | None = None) -> "Settings":
        """The same with another endpoint. Raises SettingsError if that is no address."""
        changed = {"base_url": address(base_url), "model": model or self.model, "key": SecretStr(key) if key else self.key}
        return self.model_copy(update=changed)

    @property
    def store(self) -> Store:
        """Where weights lie."""
        if self.cache is not None:
            return Store(self.cache / "models")
        from platformdirs import user_cache_path

        return Store(user_cache_path("call-note-coach", appauthor=False) / "models")

    def look_around(self) -> tuple[Found, ...]:
        """The model servers that answer on this machine now. Takes up to half a second. Raises SettingsError."""
        from coach.models.places import look

        return look(places(self.servers))

    def listing(self, model: str | None) -> tuple[str, ...]:
        """What the place of `model` says it serves, as sentences. Raises an AskError that says what is wrong there."""
        from coach.models.check import check_served, models_at

        if model is not None and named(model) is not None:
            return ()
        there = self._served(model) if model else None
        base_url = there.place.base_url if there else self.base_url
        if base_url is None:
            return ()
        key = self.key.get_secret_value() if self.key and not there else None
        names = models_at(base_url, key)
        if model is not None:
            check_served(there.model if there else model, names, host(base_url))
        return (f"{host(base_url)} answers. It serves: {', '.join(names[:MOST_NAMED]) or 'nothing yet'}.",)

    def environment(self) -> dict[str, str]:
        """What programs that we start are handed of the environment: no key and no setting of ours."""
        return {name: value for name, value in os.environ.items() if not name.upper().startswith(PRIVATE)}

    def _served(self, model: str) -> Served | None:
        return served(model, places(self.servers))

    def _server(self, entry: Known) -> "Server":
        from coach.models.server import Way, shared

        if not self.store.has(entry):
            raise SettingsError(f"{entry.title} is not on this machine yet. Get it with `coach model pull {entry.id}` ({size(entry.bytes)}).")
        return shared(Way(entry, self.store.path(entry), cores(), round(self.sleep * 60), self.environment()))

    def playbooks(self) -> tuple[str, ...]:
        """Ids of the playbooks, default first."""
        found = sorted(path.stem for path in (self.prompts / "playbooks").glob("*.yaml"))
        if not found:
            raise SettingsError(f"No playbooks in {self.prompts}. Set COACH_PROMPTS to a folder like prompts/, or unset it.")
        return tuple(sorted(found, key=lambda id: id != "default"))

    def playbook(self, id: str) -> Playbook:
        """The playbook of that id, or in that file. Raises PlaybookError."""
        path = Path(id) if id.endswith((".yaml", ".yml")) else self.prompts / "playbooks" / f"{id}.yaml"
        return parse(_merged(path, self.prompts / "playbooks"), path.name)

    def examples(self) -> tuple[tuple[str, str], ...]:
        """Title and text of the example notes."""
        rows = []
        for path in sorted((self.prompts / "examples").glob("*.txt")):
            title, _, text = path.read_text(encoding="utf-8").partition("\n")
            rows.append((title.lstrip("# "), text.strip()))
        return tuple(rows)

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
        if (entry := named(model)) is not None:
            return f"The note is read by {entry.title}, which runs on this machine, and goes nowhere else."
        there = self._served(model)
        where = host(there.place.url if there else self.base_url or "api.openai.com")
        if there and there.elsewhere:
            return f"The note goes to {there.place.name} on this machine ({where}), which hands it on to its vendor: {there.model} does not run here."
        if there or is_loopback(self.base_url or ""):
            return f"The note goes to {there.model if there else model} on this machine ({where}) and no further from here."
        return f"The note is sent to {model} at {where}, and nowhere else."


def cores() -> int:
    """How many processes of this machine can work at once."""
    return os.cpu_count() or 1


def load() -> Settings:
    """Settings from the environment. Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_context=False, include_input=False, include_url=False)[0]
        raise SettingsError(f"{first['loc'][0]} cannot be used: {first['msg']}. Change it or unset it.") from None


def _yaml(path: Path) -> dict[str, object]:
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # also a day that no calendar has
        mark = getattr(error, "problem_mark", None)
        raise PlaybookError(f"{path.name}{f', line {mark.line + 1}' if mark else ''}: not YAML. Mend that line.") from None
    if not isinstance(data, dict):
        raise PlaybookError(f"{path.name}: not a playbook. prompts/README.md shows the form.")
    return data


def _merged(path: Path, shipped: Path, below: tuple[str, ...] = ()) -> dict[str, object]:
    """A playbook's data over that of the one it extends, which stands beside it or among the shipped ones."""
    if not path.is_file():
        raise PlaybookError(f"No playbook {path.stem}. `coach playbooks` lists those there are.")
    if path.stem in below:
        raise PlaybookError(f"{path.name} extends itself: {' -> '.join((*below, path.stem))}. Break the circle.")
    data = dict(_yaml(path))
    base = data.pop("extends", None)
    if base is None:
        return data
    beside = path.parent / f"{base}.yaml"
    return {**_merged(beside if beside.is_file() else shipped / beside.name, shipped, (*below, path.stem)), **data}
