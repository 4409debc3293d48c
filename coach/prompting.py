"""Jinja templates -> messages. In: a request and a folder of templates. Out: messages whose beginning all requests share.

Templates are strict (a missing variable is an error) and sandboxed, and are given strings, numbers, lists and dicts
only. The note is data: it is fenced with a tag made from its own hash and never rendered again. Never talks to a model.
"""

import hashlib
import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, meta
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel

from coach.ask import Brief, Reply, Request
from coach.conversation import Conversation, Kind, Value
from coach.errors import PromptError
from coach.playbook import Criterion

LARGEST_TEMPLATE = 60_000  # characters
LARGEST_PROMPT = 4_000_000
SHOWN_EXAMPLES = 2  # example sentences a criterion and polarity in the prompt; the offline analyst uses them all


class Message(Value):
    """One chat message."""

    role: str
    content: str


class PromptSet:
    """A folder of templates: `system.j2`, `brief.j2` and one file a task."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / "system.j2").is_file():
            raise PromptError(f"No prompt set in {folder}: system.j2 is missing. Name a folder like prompts/default.")
        self._env = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
        )

    @cached_property
    def files(self) -> dict[str, str]:
        """Each template's text by its path in the folder."""
        return {path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(self.folder.rglob("*.j2"))}

    def version(self, *replies: type[BaseModel]) -> str:
        """Twelve hex characters that change with any template or reply schema."""
        parts = [self.files, [reply.model_json_schema() for reply in replies]]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]

    def messages(self, request: Request[Reply]) -> list[Message]:
        """System and user message. All requests on one brief share the system message and the start of the user's."""
        shared = brief_words(request.brief)
        opening = self._render("brief.j2", shared)
        task = self._render(f"{request.task}.j2", {**shared, **request.words(), "schema": json.dumps(request.reply.model_json_schema())})
        return [Message(role="system", content=self._render("system.j2", shared)), Message(role="user", content=opening + task)]

    def _render(self, name: str, words: dict[str, Any]) -> str:
        if len(self.files.get(name, "")) > LARGEST_TEMPLATE:
            raise PromptError(f"{name} is longer than {LARGEST_TEMPLATE:,} characters. Shorten the template.")
        try:
            text = self._env.get_template(name).render(words)
        except SecurityError as error:
            raise PromptError(f"{name} tries something that prompts may not do: {error}. Use plain variables only.") from None
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            raise PromptError(f"{name}{f', line {line}' if line else ''}: {error.message or type(error).__name__}. Mend the template.") from None
        except (MemoryError, OverflowError, TypeError, ValueError, ZeroDivisionError, RecursionError) as error:
            raise PromptError(f"{name}: {type(error).__name__} while rendering. Mend the template.") from None
        if len(text) > LARGEST_PROMPT:
            raise PromptError(f"{name} renders to more than {LARGEST_PROMPT:,} characters. Shorten the template or the note.")
        return text

    def undeclared(self, name: str) -> set[str]:
        """Variables that a template uses."""
        return meta.find_undeclared_variables(self._env.parse(self.files[name]))


def fence_of(text: str) -> str:
    """A tag that does not occur in `text`, made from its hash: 16 hex characters."""
    for count in range(1000):
        tag = hashlib.sha256(f"{count}:{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if tag not in text:
            return tag
    raise PromptError("The note defeats its own fence. Remove the long runs of hex digits from it.")


def brief_words(brief: Brief) -> dict[str, Any]:
    """What every template may use."""
    conversation, playbook = brief.conversation, brief.playbook
    return {
        "today": brief.today.isoformat(),
        "weekday": brief.today.strftime("%A"),
        "kind": conversation.kind.value,
        "fence": fence_of(conversation.source),
        "lines": [_line(conversation, turn.index) for turn in conversation.turns],
        "people": [person.model_dump(mode="json") for person in conversation.people],
        "criteria": [_criterion(criterion) for criterion in playbook.criteria],
        "plays": [{"id": play.id, "reason": play.reason} for play in playbook.plays],
    }


def _line(conversation: Conversation, index: int) -> dict[str, Any]:
    turn = conversation.turns[index]
    counts = turn.kind not in (Kind.PLAN, Kind.SUMMARY) and not conversation.is_planted(turn.start, turn.end)
    text = " ".join(visible(conversation.text(turn)).split())
    return {"id": f"L{index}", "speaker": turn.speaker or "", "side": turn.side.value, "kind": turn.kind.value, "counts": counts, "text": text}


UNSEEN = re.compile("[\U000e0000-\U000e007f\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text without characters that nobody sees: Unicode tags, zero-width and direction marks."""
    return UNSEEN.sub("", text)


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "label": criterion.label,
        "good": criterion.good,
        "must_have": criterion.must_have,
        "supports": list(criterion.examples.supports[:SHOWN_EXAMPLES]),
        "undermines": list(criterion.examples.undermines[:SHOWN_EXAMPLES]),
        "questions": [question.ask for question in criterion.questions if "{" not in question.ask][:2],
    }
