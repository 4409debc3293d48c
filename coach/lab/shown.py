"""What a model would get. In: a prompt set and the requests on a text. Out: each request's messages, its tokens by part, what all share.

Tokens are estimated as `coach.windows` does it, so every number here is "about". Nothing is sent.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from coach.answering import REPLIES
from coach.ask import Request
from coach.lab.prompts import shared
from coach.prompting import PromptSet, brief_words
from coach.windows import tokens


class Shown(NamedTuple):
    """One request. `system`, `opening` and `task` are what the three templates say; the last two are one message."""

    name: str
    task: str
    system: str
    opening: str
    task_text: str
    note: int

    @property
    def user(self) -> str:
        """The second message."""
        return self.opening + self.task_text

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """About how many tokens each part takes."""
        opening = tokens(self.opening)
        return (
            ("system text", tokens(self.system)),
            ("the note itself", min(self.note, opening)),
            ("around the note", max(opening - self.note, 0)),
            ("task", tokens(self.task_text)),
        )

    @property
    def total(self) -> int:
        """About how many tokens all of it takes."""
        return sum(count for _, count in self.parts)


class Showing(NamedTuple):
    """All requests on a text, and the share of their bytes that they begin with alike."""

    requests: tuple[Shown, ...]
    shared: float


def showing(prompts: PromptSet, requests: Sequence[Request[Any]]) -> Showing:
    """Renders the requests. Raises PromptError if the set cannot word one."""
    shown = tuple(_shown(prompts, request) for request in requests)
    return Showing(shown, shared([one.system + one.user for one in shown]))


def _shown(prompts: PromptSet, request: Request[Any]) -> Shown:
    system, opening, task = prompts.parts(request, REPLIES)
    window = request.brief.window
    name = f"{request.task}, {window.name}" if window else request.task
    note = sum(tokens(line["text"]) for line in brief_words(request.brief)["lines"])
    return Shown(name, request.task, system, opening, task, note)
