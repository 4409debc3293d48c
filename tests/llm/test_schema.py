"""The schemas of all replies within the limits of OpenAI's strict mode (as documented in February 2026)."""

import json
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from coach.answering import REPLIES
from coach.llm.schema import strict_schema

KEYWORDS = {"type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "description", "$defs", "$ref"}
"""All that our schemas use; none of default, title, oneOf, allOf, not, format, pattern, minLength, maxLength."""


def nodes(schema: dict[str, Any], depth: int = 0) -> Iterator[tuple[dict[str, Any], int]]:
    """Every schema within a schema, with its depth in objects. References are followed."""

    def walk(node: dict[str, Any], depth: int) -> Iterator[tuple[dict[str, Any], int]]:
        yield node, depth
        if "$ref" in node:
            yield from walk(schema["$defs"][node["$ref"].removeprefix("#/$defs/")], depth)
        for inner in node.get("properties", {}).values():
            yield from walk(inner, depth + 1)
        for inner in [*node.get("anyOf", []), *([node["items"]] if "items" in node else [])]:
            yield from walk(inner, depth)

    return walk(schema, depth)


@pytest.mark.parametrize("reply", REPLIES)
def test_every_object_requires_all_its_keys_and_allows_no_other(reply: type[BaseModel]) -> None:
    objects = [node for node, _ in nodes(strict_schema(reply)) if node.get("type") == "object"]
    assert objects
    for node in objects:
        assert node["required"] == list(node["properties"])
        assert node["additionalProperties"] is False


@pytest.mark.parametrize("reply", REPLIES)
def test_no_keyword_that_strict_mode_refuses_is_left(reply: type[BaseModel]) -> None:
    for node, _ in nodes(strict_schema(reply)):
        assert node.keys() <= KEYWORDS
        assert "$ref" not in node or list(node) == ["$ref"], "a reference has no siblings"
        assert "items" in node or node.get("type") != "array"


@pytest.mark.parametrize("reply", REPLIES)
def test_size_and_depth_stay_within_the_limits(reply: type[BaseModel]) -> None:
    schema = strict_schema(reply)
    assert schema["type"] == "object"
    assert "anyOf" not in schema
    found = list(nodes(schema))
    assert max(depth for _, depth in found) <= 5
    assert sum(len(node.get("properties", {})) for node, _ in found) <= 100
    assert sum(len(node.get("enum", [])) for node, _ in found) <= 500
    assert len(json.dumps(schema)) < 15_000


@pytest.mark.parametrize("reply", REPLIES)
def test_the_strict_schema_keeps_every_key_and_choice_of_the_type(reply: type[BaseModel]) -> None:
    loose, strict = reply.model_json_schema(), strict_schema(reply)
    for name, part in {"": loose, **loose.get("$defs", {})}.items():
        other = strict["$defs"][name] if name else strict
        assert list(other["properties"]) == list(part["properties"])
        for key, inner in part["properties"].items():
            assert other["properties"][key].get("enum") == inner.get("enum")


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]
    title: str = Field(default="Dr", min_length=1, max_length=9)
    default: int = 3


class Zoo(BaseModel):
    star: Cat | Dog = Field(discriminator="kind", description="who")


def test_what_strict_mode_refuses_is_taken_out_but_keys_of_that_name_are_kept() -> None:
    strict = strict_schema(Zoo)
    assert {"$ref": "#/$defs/Cat"} in strict["properties"]["star"]["anyOf"]
    assert "discriminator" not in strict["properties"]["star"]
    dog = strict["$defs"]["Dog"]
    assert dog["required"] == ["kind", "title", "default"]
    assert dog["properties"]["title"] == {"type": "string"}


class Free(BaseModel):
    notes: dict[str, str]


def test_a_reply_type_with_free_keys_cannot_be_made_strict_and_says_so() -> None:
    with pytest.raises(TypeError, match="name its keys"):
        strict_schema(Free)
