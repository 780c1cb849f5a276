"""Makes the smallest value that is valid under a JSON Schema, for the demo's structured answers.

Source: https://json-schema.org/draft/2020-12. What no example follows from (a pattern, a condition) is passed over.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

DEEPEST = 8
"""Levels below which optional properties are left out: a schema may name itself."""
MOST_ITEMS = 20
_FORMATS = {
    "date": "2025-01-31",
    "date-time": "2025-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "email": "demo@example.com",
    "uri": "https://example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "192.0.2.1",
}


class Example:
    """Values that are valid under the parts of one schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._root = schema

    def value(self) -> Any:
        """A valid value for the whole schema."""
        return self._of(self._root, "", 0)

    def _of(self, schema: Any, name: str, depth: int) -> Any:
        """A value for a part of the schema that stands under `name`."""
        if not isinstance(schema, Mapping) or depth > 2 * DEEPEST:
            return None
        schema = self._resolved(schema, depth)
        for field in ("const", "default"):
            if field in schema:
                return schema[field]
        for field in ("enum", "examples"):
            if isinstance(given := schema.get(field), list) and given:
                return given[0]
        match _type(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "integer" | "number" as kind:
                return _number(schema, is_whole=kind == "integer")
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return _text(schema, name)

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, Mapping) else {}
        required = schema.get("required")
        needed = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
        names = needed if depth >= DEEPEST else [*properties, *(name for name in needed if name not in properties)]
        return {name: self._of(properties.get(name, {}), name, depth + 1) for name in names}

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        first = schema.get("prefixItems")
        items = [self._of(item, name, depth + 1) for item in first] if isinstance(first, list) else []
        least = schema.get("minItems")
        least = least if isinstance(least, int) else 0
        wanted = max(least, 1 if depth < DEEPEST and not items and schema.get("maxItems") != 0 else 0)
        inner = schema.get("items", {})
        return items + [self._of(inner, name, depth + 1) for _ in range(len(items), min(wanted, MOST_ITEMS))]

    def _resolved(self, schema: Mapping[str, Any], depth: int) -> Mapping[str, Any]:
        """The schema with references, unions and intersections taken in."""
        for _ in range(DEEPEST):
            if isinstance(reference := schema.get("$ref"), str):
                schema = {**self._at(reference), **{key: value for key, value in schema.items() if key != "$ref"}}
            elif isinstance(union := schema.get("anyOf") or schema.get("oneOf"), list) and union:
                branches = [branch for branch in union if isinstance(branch, Mapping)]
                plain = [branch for branch in branches if branch.get("type") == "null"]
                other = [branch for branch in branches if branch.get("type") != "null"]
                chosen = next(iter(plain if plain and depth >= DEEPEST else other or plain), {})
                schema = {**{key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}, **chosen}
            elif isinstance(every := schema.get("allOf"), list):
                schema = _joined([{key: value for key, value in schema.items() if key != "allOf"}, *every])
            else:
                break
        return schema

    def _at(self, reference: str) -> Mapping[str, Any]:
        place: Any = self._root
        for step in reference.removeprefix("#").strip("/").split("/") if reference != "#" else ():
            name = step.replace("~1", "/").replace("~0", "~")
            place = place.get(name) if isinstance(place, Mapping) else None
        return place if isinstance(place, Mapping) else {}


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema or "required" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else "string"


def _joined(schemas: list[Any]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for schema in schemas:
        for key, value in schema.items() if isinstance(schema, Mapping) else ():
            if isinstance(value, Mapping) and isinstance(joined.get(key), Mapping):
                joined[key] = {**joined[key], **value}
            elif isinstance(value, list) and isinstance(joined.get(key), list):
                joined[key] = [*joined[key], *value]
            else:
                joined[key] = value
    return joined


def _number(schema: Mapping[str, Any], *, is_whole: bool) -> float:
    step = _figure(schema, "multipleOf") or (1 if is_whole else 0.5)
    least = _figure(schema, "minimum")
    if (above := _figure(schema, "exclusiveMinimum")) is not None:
        least = max(above + step, -math.inf if least is None else least)
    most = _figure(schema, "maximum")
    if (below := _figure(schema, "exclusiveMaximum")) is not None:
        most = min(below - step, math.inf if most is None else most)
    value = step if least is None else math.ceil(least / step) * step
    if most is not None and value > most:
        value = math.floor(most / step) * step
    return int(value) if is_whole else value


def _figure(schema: Mapping[str, Any], name: str) -> float | None:
    value = schema.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(schema: Mapping[str, Any], name: str) -> str:
    text = _FORMATS.get(str(schema.get("format")), f"a scripted {name.replace('_', ' ')}".rstrip())
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and len(text) < least:
        text += "." * min(least - len(text), 10_000)
    return text[:most] if isinstance(most, int) and most >= 0 else text
