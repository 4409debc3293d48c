"""Pydantic type -> the JSON Schema that strict structured output takes. In: a reply type. Out: plain dicts.

Every object lists all its keys as required and allows no others; what strict mode refuses (defaults, titles, lengths,
siblings of $ref) is taken out. Validation of the reply stays with the Pydantic type.
"""

from typing import Any

from pydantic import BaseModel

DROPPED = ("title", "default", "minLength", "maxLength", "discriminator")


def strict_schema(reply: type[BaseModel]) -> dict[str, Any]:
    """The schema of `reply` for `response_format`."""
    strict = _strict(reply.model_json_schema())
    assert isinstance(strict, dict)
    return strict


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    clean = {
        key: _strict(value) if key not in ("properties", "$defs") else {k: _strict(v) for k, v in value.items()}
        for key, value in node.items()
        if key not in DROPPED
    }
    if "oneOf" in clean:
        clean["anyOf"] = clean.pop("oneOf")
    if clean.get("type") == "object":
        if "properties" not in clean:
            raise TypeError("Strict mode takes no object with free keys. Let the reply type name its keys.")
        clean["required"] = list(clean["properties"])
        clean["additionalProperties"] = False
    return clean
