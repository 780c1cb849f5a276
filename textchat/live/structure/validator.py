"""Makes the validators of JSON Schemas: none loads what a schema refers to, and all are bounded in time.

JSON Schema: https://json-schema.org/draft/2020-12; the drafts from 3 on, by `$schema`. The library is `jsonschema`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend, validator_for
from jsonschema_specifications import REGISTRY
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from textchat.live.structure.patterns import Clock, compiled

Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Mapping[str, Any]], Errors | None]


def validator(schema: Mapping[str, Any], clock: Clock) -> Validator:
    """The validator of one reply; its errors come one by one, and may be followed by SlowCheck or RecursionError."""
    plain = _without_dialects(schema)
    usual, own = _dialect(schema), _own_keywords(clock)
    guarded = {name: _guarded(own.get(name, keyword), clock) for name, keyword in usual.VALIDATORS.items()}
    made: Validator = extend(usual, guarded)(plain, registry=REGISTRY)
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


# -- keywords --------------------------------------------------------------------------------------------------------


def _guarded(keyword: Keyword, clock: Clock) -> Keyword:
    def guarded(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors | None:
        clock.left_s()
        return keyword(validator, value, instance, schema)

    return guarded


def _own_keywords(clock: Clock) -> dict[str, Keyword]:
    """Keywords that the library checks with expressions that cannot be stopped, or in the square of the length."""

    def pattern(validator: Any, wanted: str, instance: Any, schema: Mapping[str, Any]) -> Errors:
        if isinstance(instance, str) and not clock.is_found(wanted, instance):
            yield ValidationError("")

    def pattern_properties(validator: Any, wanted: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
        if not isinstance(instance, dict):
            return
        for expression, part in wanted.items():
            for name, value in instance.items():
                if clock.is_found(expression, name):
                    yield from validator.descend(value, part, path=name, schema_path=expression)

    def additional_properties(validator: Any, allowed: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
        if not isinstance(instance, dict):
            return
        known, expressions = schema.get("properties", {}), list(schema.get("patternProperties", {}))
        for name, value in instance.items():
            if name in known or any(clock.is_found(expression, name) for expression in expressions):
                continue
            if allowed is False:
                yield ValidationError(name, path=[name])
            else:
                yield from validator.descend(value, allowed, path=name)

    def unique_items(validator: Any, is_wanted: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
        if is_wanted is True and isinstance(instance, list):
            seen = {json.dumps(_same_numbers(item), sort_keys=True) for item in instance}
            if len(seen) < len(instance):
                yield ValidationError("")

    return {
        "pattern": pattern,
        "patternProperties": pattern_properties,
        "additionalProperties": additional_properties,
        "uniqueItems": unique_items,
    }


def _same_numbers(value: Any) -> Any:
    """The value with whole numbers as such: to JSON Schema, 1.0 is 1."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _same_numbers(part) for name, part in value.items()}
        case list():
            return [_same_numbers(part) for part in value]
    return value
