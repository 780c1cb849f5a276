"""Says in one sentence what is wrong with a reply that does not have the structure that was asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from jsonschema.exceptions import ValidationError

from textchat.core.text.sanitize import plain_line

LONGEST_VALUE = 60
LONGEST_PLACE = 120
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_TYPES: Mapping[str, str] = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def fault_sentence(error: ValidationError) -> str:
    """Such as `age is not a number: “old” at $.people[0].age.`; of alternatives, what is wrong with the nearest."""
    while error.validator in ("anyOf", "oneOf") and error.context:
        # The one that was followed farthest into the reply, and whose label fits: most likely the one that was meant.
        nearest = max(
            error.context, key=lambda each: (len(each.absolute_path), each.validator not in ("const", "enum"))
        )
        if len(nearest.absolute_path) <= len(error.absolute_path):
            break
        error = nearest
    path = list(error.absolute_path)
    place = _place(path)
    name = _cut(_name(path), LONGEST_VALUE)
    said, shows_value = _said(error)
    value = f": {shown_value(error.instance)}" if shows_value else ""
    where = f" at {_cut(place, LONGEST_PLACE)}" if path else ""
    return plain_line(f"{name} {said}{value}{where}.", 500)


def shown_value(value: object) -> str:
    """A value of the reply as JSON, a text in quotation marks; cut where it is long."""
    if isinstance(value, str):
        return f"“{_cut(value, LONGEST_VALUE)}”"
    if isinstance(value, dict | list) and len(value) > LONGEST_VALUE:
        return f"{len(value):,} entries"
    return _cut(json.dumps(value, ensure_ascii=False), LONGEST_VALUE)


def _said(error: ValidationError) -> tuple[str, bool]:
    """What is wrong, and whether the value is to be shown."""
    wanted, instance = error.validator_value, error.instance
    match error.validator:
        case "type":
            return f"is not {_types(wanted)}", True
        case "required":
            missing = [name for name in wanted if name not in instance] if isinstance(wanted, list) else []
            return f"lacks {_cut(missing[0], LONGEST_VALUE)}" if missing else "lacks a field", False
        case "additionalProperties":
            return "is not a field of the schema", False
        case "unevaluatedProperties" | "unevaluatedItems":
            return "has more than the schema allows", False
        case "enum":
            return f"is not one of {_listed(wanted)}", True
        case "const":
            return f"is not {shown_value(wanted)}", True
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum" | "multipleOf" as bound:
            return f"is not {_BOUNDS[bound]} {shown_value(wanted)}", True
        case "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" as bound:
            return f"has {len(instance):,} {_size_unit(bound)}; the schema wants {_size(bound, wanted)}", False
        case "pattern":
            return f"does not match “{_cut(str(wanted), LONGEST_VALUE)}”", True
        case "uniqueItems":
            return "has the same entry twice", False
        case "contains":
            return "has no entry that the schema wants", False
        case "not":
            return "is what the schema excludes", True
        case "anyOf" | "oneOf":
            fits_none = bool(error.context)
            return "fits none of the schema's alternatives" if fits_none else "fits several alternatives", True
        case None:  # the schema `false`
            return "may not be there", False
    return f"does not fit “{_cut(str(error.validator), LONGEST_VALUE)}” of the schema", True


_BOUNDS: Mapping[str, str] = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of",
}


def _size(bound: str, wanted: object) -> str:
    return f"{'at least' if bound.startswith('min') else 'at most'} {shown_value(wanted)}"


def _size_unit(bound: str) -> str:
    return {"Length": "characters", "Items": "entries"}.get(bound[3:], "fields")


def _types(wanted: object) -> str:
    names = wanted if isinstance(wanted, list) else [wanted]
    return " or ".join(_TYPES.get(str(name), str(name)) for name in names)


def _listed(wanted: Sequence[Any]) -> str:
    listed = ", ".join(map(shown_value, wanted[:5]))
    return listed if len(wanted) <= 5 else f"{listed}, … ({len(wanted):,})"


def _name(path: Sequence[str | int]) -> str:
    """The last field of a path, with the numbers behind it; the reply itself for none."""
    if not path:
        return "The reply"
    start = next((at for at in reversed(range(len(path))) if isinstance(path[at], str)), 0)
    numbers = "".join(f"[{step}]" for step in path[start:] if isinstance(step, int))
    return f"{path[start] if isinstance(path[start], str) else '$'}{numbers}"


def _place(path: Sequence[str | int]) -> str:
    steps = (
        f"[{step}]" if isinstance(step, int) else f".{step}" if _PLAIN_NAME.fullmatch(step) else f"[{json.dumps(step)}]"
        for step in path
    )
    return "$" + "".join(steps)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
