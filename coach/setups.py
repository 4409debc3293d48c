"""A set-up: who reads, in whose words, held against what. In: a few words or a choice on a page. Out: a Setup, which wires itself from settings.

It is what Try and Compare hold side by side, in the page and on the command line. Names only: a Setup can be written down,
sent to another process and read again. Reads no file and asks nobody.
"""

from pydantic import Field, ValidationError

from coach.answering import OFFLINE
from coach.ask import Ask
from coach.conversation import Value
from coach.errors import InputError
from coach.llm.budget import Purse
from coach.playbook import Playbook
from coach.settings import Settings

PLAIN_NAME = r"^[^/\\:\x00-\x1f]*[^/\\:\x00-\x1f.]$"
"""A name that is a file or folder of its own and leads nowhere else: what is read from a file may come from somebody else."""
KEYS = ("model", "prompts", "playbook", "recordings")
FORM = "model=NAME,prompts=SET,playbook=ID; leave out what stays as it is. recordings=SUITE answers from recordings, offline is the analyst"


class Setup(Value):
    """`prompts` None is the set in use. With `recordings` the replies of that suite answer, and `model` says nothing."""

    model: str = OFFLINE
    prompts: str | None = Field(default=None, pattern=PLAIN_NAME)
    playbook: str = "default"
    recordings: str | None = Field(default=None, pattern=PLAIN_NAME)

    @property
    def is_live(self) -> bool:
        """Whether notes would be sent to a model."""
        return self.recordings is None and self.model != OFFLINE

    @property
    def title(self) -> str:
        """It in a few words."""
        who = f"recordings of {self.recordings}" if self.recordings else self.model
        words = f"prompts {self.prompts}" if self.prompts and (self.is_live or self.recordings) else ""
        held = f"playbook {self.playbook}" if self.playbook != "default" else ""
        return ", ".join(part for part in (who, words, held) if part)

    def within(self, settings: Settings) -> Settings:
        """The settings with its prompt set."""
        return settings.model_copy(update={"prompt_set": self.prompts}) if self.prompts else settings

    def ask(self, settings: Settings, purse: Purse | None = None) -> Ask:
        """Its answerer for one note. Raises SettingsError, PromptError, or InputError for recordings, which answer cases only."""
        if self.recordings:
            raise InputError(f"Recordings answer eval cases, not a note. Name a model or offline in place of recordings={self.recordings}.")
        mine = self.within(settings)
        return mine.ask(self.model, purse)

    def held_against(self, settings: Settings) -> Playbook:
        """Its playbook. Raises PlaybookError."""
        return self.within(settings).playbook(self.playbook)


def parsed(words: str, settings: Settings) -> Setup:
    """A set-up from `model=NAME,prompts=SET,playbook=ID`; a word alone is a model. Who is not named is the one in use. Raises InputError or SettingsError."""
    found: dict[str, str] = {}
    for piece in filter(None, (part.strip() for part in words.split(","))):
        key, equals, value = piece.partition("=")
        key, value = (key.strip(), value.strip()) if equals else ("model", piece)
        if key not in KEYS or not value or key in found:
            raise InputError(f"“{piece}” is no part of a set-up. Write {FORM}.")
        found[key] = value
    if "recordings" not in found:
        model = found.get("model", settings.models()[0])
        found["model"] = OFFLINE if model == "offline" else model
    try:
        setup = Setup.model_validate(found)
    except ValidationError:
        raise InputError(f"“{words}” is no set-up: a name holds a character that no name has. Write {FORM}.") from None
    if setup.prompts:
        settings.known_set(setup.prompts)
    return setup
