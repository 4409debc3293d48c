"""Pydantic type -> the JSON Schema that strict structured output takes. In: a reply type. Out: plain dicts.

Every object lists all its keys as required and allows no others; what strict mode refuses (defaults, titles, lengths,
siblings of $ref) is taken out. Validation of the reply stays with the Pydantic type.
"""

from typing import Any

from pydantic import BaseModel

DROPPED = frozenset(("title", "default", "minLength", "maxLength", "discriminator"))
LIMITS = frozenset(("maxItems",))


def strict_schema(reply: type[BaseModel], limits: bool = False) -> dict[str, Any]:
    """The schema of `reply` for `response_format`. `limits` keeps the lengths that not every server takes, for one that builds a grammar from them."""
    strict = _strict(reply.model_json_schema(), DROPPED if limits else DROPPED | LIMITS)
    assert isinstance(strict, dict)
    return strict


def _strict(node: Any, dropped: frozenset[str]) -> Any:
    if isinstance(node, list):
        return [_strict(item, dropped) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    clean = {
        key: _strict(value, dropped) if key not in ("properties", "$defs") else {k: _strict(v, dropped) for k, v in value.items()}
        for key, value in node.items()
        if key not in dropped
    }
    if "oneOf" in clean:
        clean["anyOf"] = clean.pop("oneOf")
    if clean.get("type") == "object":
        if "properties" not in clean:
            raise TypeError("Strict mode takes no object with free keys. Let the reply type name its keys.")
        clean["required"] = list(clean["properties"])
        clean["additionalProperties"] = False
    return clean
