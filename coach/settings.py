"""The only place that reads environment, clock and paths, and that wires the parts. In: the environment. Out: a Settings.

Keys are kept as secrets: they show up in no repr, log, record or message.
"""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from coach.advice import AdviseRuthless, AdviseSkeptical
from coach.ask import Ask
from coach.commitment import Judge
from coach.errors import PlaybookError, SettingsError
from coach.evidence import Extract, ExtractPart, LookAgain
from coach.playbook import Playbook, parse
from coach.windows import WHOLE

if TYPE_CHECKING:
    from coach.llm.asker import Asker, Chat

OFFLINE = "offline analyst"
SMALLEST_WINDOW, LARGEST_WINDOW = 1_000, 200_000  # tokens of a text in one request
REPLIES = (Extract.reply, ExtractPart.reply, LookAgain.reply, Judge.reply, AdviseSkeptical.reply, AdviseRuthless.reply)
_PACKAGED = Path(__file__).parent / "prompts"
_CHECKOUT = Path(__file__).parent.parent / "prompts"
_LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")


def _is_set(value: object) -> object:
    """A flag of somebody else's: set to anything but a no, it holds. Some CI put their name there."""
    return value.strip().casefold() not in ("", "0", "false", "no", "off") if isinstance(value, str) else value


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
    sets: Path = Field(default=Path("sets"), validation_alias="COACH_SETS")

    def models(self) -> tuple[str, ...]:
        """What can answer, the default first."""
        return (self.model, OFFLINE) if self.model else (OFFLINE,)

    def ask(self, model: str) -> Ask:
        """The answerer of that name. Raises SettingsError if it is not configured."""
        if model == OFFLINE:
            from coach.llm.analyst import Analyst

            return Analyst()
        return self.asker(self.chat(model))

    def chat(self, model: str) -> "Chat":
        """A chat with the model of that name at the endpoint. Raises SettingsError if there is none."""
        if not self.key and not self.base_url:
            raise SettingsError("No key and no server for a model. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a local server, or use the offline analyst.")
        from coach.llm.live import openai_chat

        key = self.key.get_secret_value() if self.key else "unused"  # local servers want some key
        return openai_chat(model, key, self.base_url, self.timeout, self.tracing)

    def asker(self, chat: "Chat") -> "Asker":
        """An answerer from a chat, worded by the prompt set."""
        from coach.llm.asker import Asker
        from coach.prompting import PromptSet

        return Asker(chat, PromptSet(self.prompt_folder(self.prompt_set)), REPLIES, self.window)

    def prompt_sets(self) -> tuple[str, ...]:
        """Names of the prompt sets: default first, the shipped ones, then one's own."""
        shipped, own = ({path.parent.name for path in home.glob("*/system.j2")} for home in (self.prompts, self.sets))
        return (*sorted(shipped, key=lambda name: (name != "default", name)), *sorted(own - shipped))

    def prompt_folder(self, name: str) -> Path:
        """The folder of that prompt set, shipped or one's own. A name with a slash is a folder itself."""
        if "/" in name or os.sep in name:
            return Path(name)
        return next((home / name for home in (self.prompts, self.sets) if (home / name / "system.j2").is_file()), self.prompts / name)

    def playbooks(self) -> tuple[str, ...]:
        """Ids of the playbooks: default first, the shipped ones, then one's own."""
        shipped, own = ({path.stem for path in (home / "playbooks").glob("*.yaml")} for home in (self.prompts, self.sets))
        if not shipped:
            raise SettingsError(f"No playbooks in {self.prompts}. Set COACH_PROMPTS to a folder like prompts/, or unset it.")
        return (*sorted(shipped, key=lambda id: (id != "default", id)), *sorted(own - shipped))

    def playbook_file(self, id: str) -> Path:
        """Where the playbook of that id is written, shipped or one's own. An id that ends in .yaml is the file itself."""
        if id.endswith((".yaml", ".yml")):
            return Path(id)
        places = [home / "playbooks" / f"{id}.yaml" for home in (self.prompts, self.sets)]
        return next((path for path in places if path.is_file()), places[0])

    def playbook(self, id: str) -> Playbook:
        """The playbook of that id, or in that file. Raises PlaybookError."""
        path = self.playbook_file(id)
        return parse(_merged(path, self.prompts / "playbooks"), path.name)

    def extended(self, data: dict[str, object], path: Path) -> dict[str, object]:
        """A playbook's data, which is or will be in the file `path`, with what it takes over from the one it extends. Raises PlaybookError."""
        return _extended(dict(data), path, self.prompts / "playbooks", ())

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
        where = (self.base_url or "api.openai.com").split("//")[-1].split("/")[0].rsplit("@", 1)[-1]
        if where.rsplit(":", 1)[0] in _LOCAL:
            return f"The note goes to {model} on this machine ({where}) and no further from here."
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
        raise PlaybookError(f"No playbook {path.stem}. `coach playbook list` lists those there are.")
    if path.stem in below:
        raise PlaybookError(f"{path.name} extends itself: {' -> '.join((*below, path.stem))}. Break the circle.")
    return _extended(dict(_yaml(path)), path, shipped, below)


def _extended(data: dict[str, object], path: Path, shipped: Path, below: tuple[str, ...]) -> dict[str, object]:
    base = data.pop("extends", None)
    if base is None:
        return data
    beside = path.parent / f"{base}.yaml"
    return {**_merged(beside if beside.is_file() else shipped / beside.name, shipped, (*below, path.stem)), **data}
