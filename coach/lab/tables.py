"""A playbook changed field by field. In: a playbook's text and a new value for one of its fields. Out: the text with that field written anew.

Everything else stays letter for letter: the other fields, their order, remarks between them. Remarks within the field that
is written anew go; `remarks` says how many that would be. The result is not checked: `coach.lab.playbooks` does that.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from coach.errors import PlaybookError
from coach.evaluation.located import located

PLAIN = re.compile(r"[a-z][a-z0-9_]*")
WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})  # YAML reads these as something else
STARTER = "Write here how a customer would say it."
STARTER_QUESTION = {
    "when": "any",
    "ask": "What would have to be true here?",
    "no_if": "they cannot say what that is",
    "help": "Write here what you give in return.",
}


def data_of(text: str, name: str) -> dict[str, Any]:
    """The fields that stand in a playbook's text. Raises PlaybookError if it cannot be read."""
    from coach.errors import CaseError

    try:
        data = located(text.encode("utf-8", "surrogatepass"), name).data
    except CaseError as error:
        raise PlaybookError(f"{error} Change it as text.") from None
    if not isinstance(data, dict):
        raise PlaybookError(f"{name} is not a playbook. Change it as text; prompts/README.md shows the form.")
    return data


def with_field(text: str, field: str, value: Any) -> str:
    """The text with one top-level field written anew, or added at the end."""
    new = _written({field: value}) if field != "plays" else "plays:\n" + "".join(f"  - {_written(play, flow=True)}" for play in value)
    if field == "criteria":
        new = re.sub(r"(?<!:)\n  - ", "\n\n  - ", new)
    span = _span(text, field)
    if span is None:
        return f"{text.rstrip()}\n\n{new}"
    return text[: span[0]] + new + text[span[1] :]


def remarks(text: str, field: str) -> int:
    """Lines within a field that are remarks, and would go if it is written anew."""
    span = _span(text, field)
    return sum(line.lstrip().startswith("#") for line in text[span[0] : span[1]].splitlines()) if span else 0


def criteria_from(rows: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Criteria from the rows of a table, in the order of `place`. What the table does not show is taken from `before`, by id; new ones get a start."""
    known = {str(item.get("id")): item for item in before}
    made = []
    for row in sorted(rows, key=_place):
        id = str(row.get("id") or "").strip()
        old = known.get(str(row.get("was") or id), {})
        new: dict[str, Any] = {"id": id, "label": _text(row, "label")}
        if topic := row.get("topic"):
            new["topic"] = str(topic)
        if row.get("must_have"):
            new["must_have"] = True
        new |= {"good": _text(row, "good"), "dies_by": _text(row, "dies_by")}
        new["examples"] = old.get("examples") or {"supports": [STARTER], "undermines": [f"{STARTER} Against it."]}
        new["questions"] = old.get("questions") or [dict(STARTER_QUESTION)]
        made.append(new)
    return made


def lines_of(text: str | None) -> list[str]:
    """The lines of a box with one sentence a line, without empty ones."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _place(row: Mapping[str, Any]) -> float:
    place = row.get("place")
    return float(place) if isinstance(place, int | float) else float("inf")


def _text(row: Mapping[str, Any], key: str) -> str:
    return " ".join(str(row.get(key) or "").split())


def _span(text: str, field: str) -> tuple[int, int] | None:
    """Where a field begins and where what follows it begins; remarks above the next field belong to that one."""
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if re.match(rf"{re.escape(field)}\s*:", line)), None)
    if start is None:
        return None
    end = next((n for n in range(start + 1, len(lines)) if re.match(r"[^\s#-]", lines[n])), len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return sum(map(len, lines[:start])), sum(map(len, lines[:end]))


def _written(data: Mapping[str, Any], flow: bool = False) -> str:
    """YAML as the shipped playbooks are written: one line a text, in straight double quotes, lists pushed in."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
            super().increase_indent(flow, False)

    def text(dumper: Any, value: str) -> Any:
        plain = PLAIN.fullmatch(value) and value not in WORDS
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')

    Dumper.add_representer(str, text)
    return yaml.dump(dict(data), Dumper=Dumper, default_flow_style=flow, allow_unicode=True, sort_keys=False, width=1_000_000)
