"""What is wrong with a prompt set. In: its templates. Out: findings, each with file, line, what is wrong and what to do.

Each check is a function over a `Look`; `CHECKS` is the list of them. A finding's file is the template's path in its set; the
command line puts the folder before it. Never changes a template.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from coach.answering import REPLIES
from coach.ask import Request
from coach.errors import PromptError
from coach.lab.finding import Finding, meant, ordered
from coach.lab.names import Walk, lines_using, shape
from coach.lab.quotes import quotes
from coach.lab.sample import NAME, PROBLEM
from coach.llm.asker import MOST_TOKENS
from coach.prompting import LARGEST_TEMPLATE, LONGEST_RENDER, UNSEEN, PromptSet, brief_words, fence_of
from coach.windows import tokens

NEAR = 0.8  # of the longest template that is allowed
MODEL = 3  # a text may take a third of a model's window: the advice that README gives on COACH_WINDOW
LEAST_SHARED = 0.7  # of the bytes of the requests of one review
EITHER = frozenset({"form", "schema"})  # a task needs one of the two
OF_ONE_NOTE = frozenset({"today", "weekday", "kind", "fence", "part", "lines", "people"})
UNTRUSTED = frozenset({"lines", "people", "evidence", "spoken", "supported", "problems"})
UNFENCED = (
    "words of the note stand outside the fence, where a model may take them for orders. Put <text-{{ fence }}> before them and </text-{{ fence }}> after."
)
PLACE = re.compile(r"^(?P<file>[^\s:,]+\.j2), line (?P<line>\d+): (?P<says>.*)$", re.DOTALL)


class Look:
    """A prompt set, and what it is held against: the default set, requests of every kind, tokens of a text in one request."""

    def __init__(self, files: Mapping[str, str], default: Mapping[str, str], requests: list[Request[Any]], window: int) -> None:
        self.prompts = PromptSet(Path("this set"), files)
        self.files = self.prompts.files
        self.default = default
        self.requests = requests
        self.window = window
        self.tasks = list(dict.fromkeys(request.task for request in requests))

    @cached_property
    def walks(self) -> dict[str, Walk]:
        """A finished walk for each template that is rendered, by its name."""
        shared = shape([{**brief_words(request.brief), "forms": [{"name": "", "text": ""}]} for request in self.requests])
        words = {"system.j2": shared, "brief.j2": shared}
        for task in self.tasks:
            own = shape([dict(request.words()) for request in self.requests if request.task == task])
            words[f"{task}.j2"] = {**shared, **own, "form": "", "schema": ""}
        walks = {name: Walk(self.prompts, given) for name, given in words.items() if name in self.files}
        for name, walk in walks.items():
            walk.template(name)
        return walks

    @cached_property
    def parts(self) -> list[tuple[Request[Any], tuple[str, str, str]]]:
        """What the set says to each request that it can word."""
        return [(request, said) for request, said in self._tried if isinstance(said, tuple)]

    @cached_property
    def failures(self) -> list[tuple[Request[Any], str]]:
        """Requests that the set cannot word, and why."""
        return [(request, said) for request, said in self._tried if isinstance(said, str)]

    @cached_property
    def _tried(self) -> list[tuple[Request[Any], tuple[str, str, str] | str]]:
        tried: list[tuple[Request[Any], tuple[str, str, str] | str]] = []
        start = time.thread_time()
        for request in self.requests:
            if time.thread_time() - start > LONGEST_RENDER:
                break  # one that takes this long is told; the others would take as long again
            tried.append((request, self._said(request)))
        return tried

    def _said(self, request: Request[Any]) -> tuple[str, str, str] | str:
        try:
            return self.prompts.parts(request, REPLIES)
        except PromptError as error:
            return str(error)

    def first_use(self, template: str, names: frozenset[str]) -> tuple[str, int]:
        """File and line where a template, or what it includes, first uses one of these names."""
        for file in (template, *sorted(self.walks[template].files - {template})):
            for line in lines_using(self.prompts, file, set(names)):
                return file, line
        return template, 1


def lint(look: Look) -> tuple[Finding, ...]:
    """All findings."""
    return ordered(finding for check in CHECKS for finding in check(look))


def _missing(look: Look) -> Iterator[Finding]:
    needed = {"system.j2", "brief.j2", *(f"{task}.j2" for task in look.tasks)}
    for name in sorted(needed - set(look.files)):
        yield Finding(file=name, line=1, kind="error", says="this file is missing, and a review needs it. Copy it from prompts/default.")


def _faults(look: Look) -> Iterator[Finding]:
    for name, text in look.files.items():
        for line, says in look.prompts.faults(name):
            yield Finding(file=name, line=line, kind="error", says=says)
        yield from quotes(name, text)


def _lengths(look: Look) -> Iterator[Finding]:
    for name, text in look.files.items():
        if len(text) > LARGEST_TEMPLATE:
            says = f"{len(text):,} characters; a template has {LARGEST_TEMPLATE:,} at most. Shorten it."
            yield Finding(file=name, line=1, kind="error", says=says)
        elif len(text) > NEAR * LARGEST_TEMPLATE:
            yield Finding(file=name, line=1, kind="warning", says=f"{len(text):,} of the {LARGEST_TEMPLATE:,} characters that a template may have.")


def _unseen(look: Look) -> Iterator[Finding]:
    for name, text in look.files.items():
        for at, line in enumerate(text.split("\n"), 1):
            if UNSEEN.search(line.removeprefix("\ufeff") if at == 1 else line):
                yield Finding(file=name, line=at, kind="warning", says="holds characters that nobody sees, and a model gets them. Type this line anew.")


def _undefined(look: Look) -> Iterator[Finding]:
    for walk in look.walks.values():
        yield from walk.found


def _unused_words(look: Look) -> Iterator[Finding]:
    common = look.walks.get("system.j2"), look.walks.get("brief.j2")
    used = {name for walk in common if walk for name in walk.used}
    for task in look.tasks:
        walk = look.walks.get(f"{task}.j2")
        if walk is None or look.prompts.faults(f"{task}.j2"):
            continue
        own = {name for request in look.requests if request.task == task for name in request.words()}
        if left := sorted(own - walk.used - used):
            says = f"does not use {', '.join(left)}, which this task is given. Fine if you mean it."
            yield Finding(file=f"{task}.j2", line=1, kind="note", says=says)
        if not EITHER & walk.used:
            yield Finding(file=f"{task}.j2", line=1, kind="error", says="does not say how to answer. End it as in prompts/default, with {{ form }}.")
        elif "schema" not in walk.used and "forms" not in used:
            says = "names a form that no text explains. Put {{ schema }} here, or list forms in system.j2."
            yield Finding(file=f"{task}.j2", line=1, kind="error", says=says)
    if all(common):
        given = set(brief_words(look.requests[0].brief)) - {name for walk in look.walks.values() for name in walk.used}
        if given:
            yield Finding(file="system.j2", line=1, kind="note", says=f"no template uses {', '.join(sorted(given))}. Fine if you mean it.")


def _unused_files(look: Look) -> Iterator[Finding]:
    reached = {file for walk in look.walks.values() for file in walk.files}
    if any(look.prompts.faults(name) for name in look.files):
        return  # an include may be among what does not parse
    for name in sorted(set(look.files) - reached):
        near = meant(name, [f"{task}.j2" for task in look.tasks])
        yield Finding(file=name, line=1, kind="note", says=f"nothing includes this file, so no model gets it.{near}")


def _fails(look: Look) -> Iterator[Finding]:
    known = {(one.file, one.line) for one in (*_undefined(look), *_faults(look))}
    for request, says in look.failures:
        place = PLACE.match(says)
        file, line = (place["file"], int(place["line"])) if place else (f"{request.task}.j2", 1)
        missing = {"system.j2", "brief.j2", f"{request.task}.j2"} - set(look.files)
        if (file, line) not in known and not missing and not known:
            yield Finding(file=file, line=line, kind="error", says=place["says"] if place else says)


def _fence(look: Look) -> Iterator[Finding]:
    for request, said in look.parts:
        tag = fence_of(request.brief.conversation.source)
        lines = {line["text"] for line in brief_words(request.brief)["lines"]}
        for name, text in zip(("system.j2", "brief.j2", f"{request.task}.j2"), said, strict=True):
            outside = re.sub(rf"<text-{tag}>.*?</text-{tag}>", "\n", text, flags=re.DOTALL)
            if any(words in outside for words in (*lines, NAME, PROBLEM)):
                file, line = look.first_use(name, UNTRUSTED)
                yield Finding(file=file, line=line, kind="error", says=UNFENCED)
        if not any(words in part for words in lines for part in said):
            yield Finding(file="brief.j2", line=1, kind="error", says="the note is not in it. Go through lines and put {{ line.text }} between the fences.")


def _shared(look: Look) -> Iterator[Finding]:
    if "system.j2" in look.walks and (apart := look.walks["system.j2"].used & OF_ONE_NOTE):
        file, line = look.first_use("system.j2", frozenset(apart))
        says = f"{', '.join(sorted(apart))} in the system text makes it another for each note, so that a model reads it anew each time. Move it to brief.j2."
        yield Finding(file=file, line=line, kind="warning", says=says)
    whole = ["".join(said) for request, said in look.parts if request.brief.window is None and request.shows_text]
    if len(whole) > 1 and (share := shared(whole)) < LEAST_SHARED:
        says = f"the requests of one review have only {share:.0%} of their bytes in common, so a model reads the note several times. "
        yield Finding(file="brief.j2", line=1, kind="warning", says=says + "What all of them need belongs into system.j2 and brief.j2.")


def _window(look: Look) -> Iterator[Finding]:
    longest = 0
    for request, said in look.parts:
        note = sum(tokens(line["text"]) for line in brief_words(request.brief)["lines"])
        longest = max(longest, tokens("".join(said)) - note)
    model = MODEL * look.window
    if longest + look.window + MOST_TOKENS > model:
        says = f"the set’s own words take about {longest:,} tokens. With a text of {look.window:,} (COACH_WINDOW) and the reply that is more than the "
        yield Finding(
            file="system.j2", line=1, kind="warning", says=says + f"{model:,} that such a model is taken to have. Shorten the set, or lower COACH_WINDOW."
        )


def shared(texts: list[str]) -> float:
    """Bytes that all texts begin with, as a share of their mean length; 1 for one text."""
    data = [text.encode("utf-8", "surrogatepass") for text in texts]
    first, last = min(data), max(data)
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return same / (sum(map(len, data)) / len(data)) if any(data) else 1.0


Check = Callable[[Look], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (_missing, _faults, _lengths, _unseen, _undefined, _unused_words, _unused_files, _fails, _fence, _shared, _window)


def words_of(look: Look) -> dict[str, list[str]]:
    """Names that each template may use, by the template's name; `shared/` pieces may use what all of them may."""
    return {name: sorted(walk.words) for name, walk in look.walks.items()}
