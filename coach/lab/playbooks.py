"""What is wrong with a playbook. In: its text. Out: findings, each with its line, in words that need no knowledge of programs.

The form is that of `coach.playbook`; what stands here beyond it are checks on the whole: what a review would leave out, ask twice
or never ask. Never changes a playbook.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from coach.checks import LEADING, LIVE, LONGEST, NUMBER, STOCK
from coach.errors import CaseError, CoachError
from coach.evaluation.located import Located, Place, located
from coach.lab.finding import Finding, meant, ordered
from coach.lab.tables import STARTER
from coach.playbook import SLOTS, Criterion, Examples, Milestone, Opening, Play, Playbook, PlaybookQuestion, Topic, slots_in
from coach.prompting import UNSEEN
from coach.settings import Settings
from coach.verdict import RULES

WITHOUT_COACHING = frozenset({"unreadable", "nobody sells"})
HUNG_ON: tuple[Topic, ...] = ("authority", "need")
CASES = ("missing", "against", "hope")
FIELDS = frozenset(field for part in (Playbook, Criterion, Examples, PlaybookQuestion, Opening, Play, Milestone) for field in part.model_fields) | {"extends"}
FIRST_LINE = re.compile(r"^[^:]+:(?P<line>\d+): (?P<says>.*)$", re.DOTALL)


class Book:
    """A playbook's text and what could be made of it. `own` says which fields stand in this file and not in the one it extends."""

    def __init__(self, path: Path, text: str, settings: Settings) -> None:
        self.path = path
        self.own: Mapping[str, Any] = {}
        self.playbook: Playbook | None = None
        self.faults: list[tuple[Place, str]] = []
        self._located: Located | None = None
        try:
            self._located = located(text.encode("utf-8", "surrogatepass"), path.name)
            if not isinstance(self._located.data, dict):
                self.faults.append(((), "this is not a playbook: it needs names with a colon, such as id: and criteria:. prompts/README.md shows the form."))
                return
            self.own = self._located.data
            self.playbook = Playbook.model_validate(settings.extended(dict(self.own), path))
        except CaseError as error:
            place = FIRST_LINE.match(str(error))
            self._broken = (int(place["line"]), place["says"]) if place else (1, str(error))
        except ValidationError as error:
            self.faults += [_said(fault, self.own) for fault in error.errors(include_url=False)]
        except CoachError as error:
            self.faults.append((("extends",), str(error)))
        except RecursionError:
            self.faults.append(((), "brackets stand too deep in one another. Write it plainer."))

    _broken: tuple[int, str] | None = None

    def found(self, place: Place, says: str, kind: Any = "error") -> Finding:
        """A finding at a place of the text; what is taken over from another playbook is found at `extends`."""
        if place and place[0] not in self.own and "extends" in self.own:
            place = ("extends",)
        line = self._located.line_of(place) if self._located else 1
        return Finding(file=self.path.name, line=line, kind=kind, says=says)

    @property
    def broken(self) -> Finding | None:
        """What keeps the text from being read at all."""
        return Finding(file=self.path.name, line=self._broken[0], kind="error", says=self._broken[1]) if self._broken else None


def lint(book: Book) -> tuple[Finding, ...]:
    """All findings."""
    if book.broken:
        return (book.broken,)
    found = [book.found(place, says) for place, says in book.faults]
    if book.playbook is not None:
        found += [finding for check in CHECKS for finding in check(book, book.playbook)]
    return ordered(found)


def _said(fault: Any, own: Mapping[str, Any]) -> tuple[Place, str]:
    """A fault of the form in plain words."""
    place: Place = tuple(fault["loc"])
    key, kind = (str(place[-1]) if place else ""), fault["type"]
    if kind == "missing":
        return place[:-1], f"{key} is missing here. Add it; prompts/README.md shows the form."
    if kind == "extra_forbidden":
        return place, f"there is no field called {key}.{meant(key, FIELDS)} Take it out, or mend the name."
    if kind == "literal_error":
        given = str(_at(own, place))[:40]
        choices = [word.strip(" '") for word in str(fault["msg"]).removeprefix("Input should be ").replace(" or ", ", ").split(",")]
        return place, f"{key} cannot be “{given}”.{meant(given, choices)} It is one of: {', '.join(choices)}."
    if kind == "string_pattern_mismatch":
        return place, f"{key} needs small letters, digits and _, and begins with a letter."
    if kind == "too_short":
        return place, f"{key} has {fault['ctx']['actual_length']}, and needs {fault['ctx']['min_length']} or more."
    if kind == "value_error":
        return _second(own, str(fault["msg"])), f"{str(fault['msg']).removeprefix('Value error, ')}. Give one of them another id."
    return place, f"{key or 'this'}: {str(fault['msg'])[0].lower()}{str(fault['msg'])[1:]}. Mend that line."


def _second(own: Mapping[str, Any], says: str) -> Place:
    """Where an id stands for the second time."""
    double = says.rpartition(": ")[2].split(",")[0]
    for field in ("criteria", "plays", "milestones"):
        items = own.get(field)
        at = [n for n, item in enumerate(items) if isinstance(item, dict) and item.get("id") == double] if isinstance(items, list) else []
        if len(at) > 1:
            return (field, at[1], "id")
    return ()


def _at(data: Any, place: Place) -> Any:
    for part in place:
        try:
            data = data[part]
        except (LookupError, TypeError):
            return ""
    return data


def _names(book: Book, playbook: Playbook) -> Iterator[Finding]:
    if playbook.id != book.path.stem:
        yield book.found(("id",), f"the id is {playbook.id} and the file is called {book.path.name}. Give both the same name.")
    if not any(criterion.must_have for criterion in playbook.criteria):
        yield book.found(("criteria",), "no criterion is a must-have, so none of them can take a yes away. Fine if you mean it.", "note")
    for topic in HUNG_ON:
        if playbook.about(topic) is None:
            yield book.found(("criteria",), f"no criterion has topic: {topic}. Most first questions hang on it, and will be left out.", "warning")
    for at, criterion in enumerate(playbook.criteria):
        if criterion.topic is None and criterion.id in get_args(Topic):
            yield book.found(("criteria", at), f"has no topic. topic: {criterion.id} helps the offline analyst, which else has only the examples.", "note")


def _questions(book: Book, playbook: Playbook) -> Iterator[Finding]:
    for at, criterion in enumerate(playbook.criteria):
        where: Place = ("criteria", at, "questions")
        for case in CASES:
            if not any(q.when in (case, "any") and "{" not in q.ask + q.no_if + q.help for q in criterion.questions):
                says = f"{criterion.id} has no question for “{case}” that needs no word of the note. Add one without {{...}}, or with when: any."
                yield book.found(where, says, "warning")
        no_ifs: set[str] = set()
        for n, question in enumerate(criterion.questions):
            if question.ask.count("?") != 1:
                yield book.found((*where, n, "ask"), "a question has exactly one question mark, or it is left out of the advice.")
            if LEADING.search(question.ask):
                yield book.found((*where, n, "ask"), "this begins like a question that wants a yes, and is left out. Begin with what, who, how, when or which.")
            if question.no_if.casefold() in no_ifs:
                yield book.found((*where, n, "no_if"), "another question of this criterion has the same no_if; only one of them is asked.", "warning")
            no_ifs.add(question.no_if.casefold())
            if len(question.no_if.split()) < 3:
                yield book.found((*where, n, "no_if"), "no_if needs three words or more, or the question is left out.")


def _examples(book: Book, playbook: Playbook) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for at, criterion in enumerate(playbook.criteria):
        for polarity, texts in (("supports", criterion.examples.supports), ("undermines", criterion.examples.undermines)):
            for n, text in enumerate(texts):
                place: Place = ("criteria", at, "examples", polarity, n)
                name, folded = f"{criterion.id}, {polarity}", " ".join(text.casefold().split())
                if folded in seen:
                    yield book.found(place, f"the same sentence is an example for {seen[folded]}. It cannot show the difference; keep one.", "warning")
                seen.setdefault(folded, name)
                if text.startswith(STARTER):
                    yield book.found(place, "this is the text that a new criterion begins with. Write what a customer would say.", "warning")
                if NUMBER.search(text):
                    yield book.found(place, "holds a number. A model may repeat it as if it stood in the note; write it in words or leave it out.", "note")


def _spoken(book: Book, playbook: Playbook) -> Iterator[Finding]:
    for place, text in _texts(playbook.model_dump(), ()):
        if place[-2:-1] in (("supports",), ("undermines",), ("cues",)):
            continue
        if fault := (f"longer than {LONGEST} characters" if len(text) > LONGEST else "a link or markup" if LIVE.search(text) else ""):
            yield book.found(place, f"{fault}: a review leaves such a text out.")
        if stock := STOCK.search(text):
            yield book.found(place, f"“{stock.group()}” is a stock phrase: a review leaves such a text out. Say what you bring instead.")
        if UNSEEN.search(text):
            yield book.found(place, "holds characters that nobody sees. Type this line anew.", "warning")
        try:
            slots = slots_in(text)
        except ValueError:
            yield book.found(place, "a curly bracket stands alone. Write {date} or the like, or take it out.")
            continue
        for slot in sorted(slots - set(SLOTS)):
            yield book.found(place, f"{{{slot}}} stands for nothing, so this text is never used.{meant(slot, SLOTS)} There are: {', '.join(SLOTS)}.")


def _texts(data: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(data, str):
        yield place, data
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list | tuple) else ():
        yield from _texts(value, (*place, key))


def _openings(book: Book, playbook: Playbook) -> Iterator[Finding]:
    rules = {rule.id for rule in RULES}
    for at, opening in enumerate(playbook.openings):
        if opening.rule not in rules:
            yield book.found(("openings", at, "rule"), f"no rule is called “{opening.rule[:40]}”.{meant(opening.rule, rules)} coach/verdict.py lists them.")
    plain = {opening.rule for opening in playbook.openings if "{" not in opening.first}
    if left := sorted(rules - WITHOUT_COACHING - plain):
        yield book.found(("openings",), f"no opening without {{...}} for: {', '.join(left)}. After such a verdict nothing may stand on top.", "warning")


def _milestones(book: Book, playbook: Playbook) -> Iterator[Finding]:
    above: set[str] = set()
    for at, milestone in enumerate(playbook.milestones):
        if missing := sorted(set(milestone.after) - above):
            yield book.found(("milestones", at, "after"), f"{milestone.id} waits for {missing[0]}, which does not stand above it.{meant(missing[0], above)}")
        above.add(milestone.id)
    if (signs := sum(milestone.signs for milestone in playbook.milestones)) != 1:
        yield book.found(("milestones",), f"{signs} milestones have signs: true. Exactly one is the signature.")


Check = Callable[[Book, Playbook], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (_names, _questions, _examples, _spoken, _openings, _milestones)


def schema() -> dict[str, Any]:
    """JSON Schema of a playbook's file, for editors: with `extends` only id and title are needed."""
    form = Playbook.model_json_schema()
    form["properties"] = {"extends": {"type": "string", "description": "id of a playbook to take over what is not written here"}, **form["properties"]}
    form["anyOf"] = [{"required": ["extends", "id"]}, {"required": form.pop("required")}]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **form}
