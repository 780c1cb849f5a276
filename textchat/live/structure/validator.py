"""Makes the validators of JSON Schemas: none loads what a schema refers to, and all are bounded in time.

JSON Schema: https://json-schema.org/draft/2020-12; the drafts from 3 on, by `$schema`. The library is `jsonschema`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from jsonschema_specifications import REGISTRY
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from textchat.live.structure.keywords import guarded
from textchat.live.structure.patterns import Clock, compiled


def validator(schema: Mapping[str, Any], clock: Clock) -> Validator:
    """The validator of one reply; its errors come one by one, and may be followed by SlowCheck or RecursionError."""
    usual = _dialect(schema)
    made: Validator = extend(usual, guarded(usual.VALIDATORS, clock))(_without_dialects(schema), registry=REGISTRY)
    return made


def refusal(schema: Mapping[str, Any]) -> str:
    """Why replies cannot be checked against `schema`, to complete the sentence "the schema …"; empty where they can."""
    try:
        _check_keywords(schema)
        _check_patterns(schema)
        _check_references(schema)
    except ValueError as error:
        return str(error)
    except RecursionError:
        return "is nested too deep"
    return ""


# -- the schema itself -----------------------------------------------------------------------------------------------


def _dialect(schema: Mapping[str, Any]) -> type[Validator]:
    """The validators of the draft that the schema names, or of the newest; raises ValueError."""
    if not isinstance(schema.get("$schema", ""), str):
        raise ValueError("has a $schema that is not an address")
    found: type[Validator] = validator_for(schema, default=Draft202012Validator)
    return found


def _check_keywords(schema: Mapping[str, Any]) -> None:
    usual = _dialect(schema)
    try:
        usual.check_schema(schema, format_checker=None)  # expressions need not be Python's
    except SchemaError as error:
        where = ".".join(map(str, error.absolute_path))
        raise ValueError(f"is not a JSON Schema: {error.message[:200]}{f' at {where}' if where else ''}") from error


def _check_patterns(schema: Mapping[str, Any]) -> None:
    for table in _tables(schema):
        by_name = table.get("patternProperties")
        named = list(by_name) if isinstance(by_name, dict) else []
        own = table.get("pattern")
        for pattern in (*named, *([own] if isinstance(own, str) else [])):
            try:
                compiled(pattern)
            except ValueError as error:
                raise ValueError(f"has a pattern that {error}: “{pattern[:50]}”") from error
        if named and "unevaluatedProperties" in table:
            raise ValueError("has unevaluatedProperties beside patternProperties; use additionalProperties")


def _check_references(schema: Mapping[str, Any]) -> None:
    """Refuse what would have to be fetched, or is not there. A schema in parts with names of their own is believed."""
    tables = list(_tables(schema))
    if any(isinstance(table.get("$id"), str) for table in tables):
        return
    registry: Registry[Any] = REGISTRY.with_resource("", DRAFT202012.create_resource(schema))
    resolver = registry.resolver()
    for table in tables:
        for name in ("$ref", "$dynamicRef"):
            if isinstance(address := table.get(name), str):
                try:
                    resolver.lookup(address)
                except (Unresolvable, ValueError) as error:
                    raise ValueError(f"refers to “{address[:200]}”, which is not in it; nothing is fetched") from error


def _tables(value: object) -> Iterator[Mapping[str, Any]]:
    """All objects in a schema: also a few that are none, such as those in `enum`."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as table:
                yield table
                waiting.extend(table.values())
            case list() as items:
                waiting.extend(items)


def _without_dialects(schema: Mapping[str, Any]) -> Any:
    """The schema without `$schema` below its root: what it names there would be checked without bounds."""

    def cleaned(value: Any) -> Any:
        if isinstance(value, dict):
            kept = value.items()
            return {name: cleaned(part) for name, part in kept if name != "$schema" or not isinstance(part, str)}
        return [cleaned(part) for part in value] if isinstance(value, list) else value

    return cleaned(dict(schema))
