"""Careful looks into JSON. In: a parsed document of any shape. Out: what is there in the form asked for, else nothing. Never raises."""

from collections.abc import Iterator
from typing import Any

Json = Any
DEPTH = 12  # levels that are looked through


def items(value: Json, *keys: str) -> list[dict[str, Json]]:
    """The objects of the list at that path."""
    found = at(value, *keys)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def at(value: Json, *keys: str) -> Json:
    """The value at that path, None if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Json, *keys: str) -> str:
    """The text under the first of the keys that holds one, "" if none does."""
    for key in keys:
        if isinstance(value, dict) and isinstance(found := value.get(key), str) and found.strip():
            return found
    return ""


def first(value: dict[str, Json], *keys: str) -> Json:
    """What stands under the first of the keys that is there and not null."""
    return next((value[key] for key in keys if value.get(key) is not None), None)


def objects(documents: list[Json]) -> Iterator[dict[str, Json]]:
    """Every object in the documents, outer ones first, down to a certain depth."""
    layer: list[Json] = list(documents)
    for _ in range(DEPTH):
        following: list[Json] = []
        for value in layer:
            if isinstance(value, dict):
                yield value
                following.extend(inner for inner in value.values() if isinstance(inner, dict | list))
            elif isinstance(value, list):
                following.extend(inner for inner in value if isinstance(inner, dict | list))
        layer = following


def summary_lines(*values: Json) -> list[str]:
    """The lines of what a machine wrote about a call: texts, and texts in lists and objects."""
    lines: list[str] = []
    for value in values:
        if isinstance(value, str):
            lines += [line.strip() for line in value.splitlines() if line.strip()]
        elif isinstance(value, list):
            lines += summary_lines(*value[:1000])
        elif isinstance(value, dict):
            inner = [value[key] for key in SUMMARY_KEYS if key in value]
            lines += summary_lines(*inner)
    return lines


SUMMARY_KEYS = ("title", "headline", "gist", "text", "description", "summary", "short", "overview", "markdown_formatted", "brief", "outline", "items", "keyPoints", "action_items", "sections")
