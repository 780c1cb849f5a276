"""Keywords of JSON Schema whose checks end in time and take bounded memory, whatever the schema and the reply.

JSON Schema Validation: https://json-schema.org/draft/2020-12/json-schema-validation
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from jsonschema.exceptions import ValidationError

from textchat.core.text.json_fields import with_whole_numbers
from textchat.live.structure.patterns import Clock, SlowCheck

MOST_UNEVALUATED = 10_000
"""Entries of an object or list that `unevaluated…` is checked for: the library takes time with the square of them."""

Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Mapping[str, Any]], Errors | None]


def guarded(usual: Mapping[str, Keyword], clock: Clock) -> dict[str, Keyword]:
    """The keywords of a draft, of which each looks at the clock first; some are checked in our own way."""
    own = {**_with_patterns(clock), "uniqueItems": _unique_items, "anyOf": _any_of, "oneOf": _one_of}
    return {name: _guarded(name, own.get(name, keyword), clock) for name, keyword in usual.items()}


def _guarded(name: str, keyword: Keyword, clock: Clock) -> Keyword:
    is_square = name in ("unevaluatedItems", "unevaluatedProperties")

    def check(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors | None:
        clock.left_s()
        if is_square and isinstance(instance, dict | list) and len(instance) > MOST_UNEVALUATED:
            raise SlowCheck
        return keyword(validator, value, instance, schema)

    return check


def _with_patterns(clock: Clock) -> dict[str, Keyword]:
    """Keywords that the library checks with expressions that cannot be stopped."""

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

    return {"pattern": pattern, "patternProperties": pattern_properties, "additionalProperties": additional_properties}


def _unique_items(validator: Any, is_wanted: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    """The library compares each entry with each."""
    if is_wanted is True and isinstance(instance, list):
        seen = {json.dumps(with_whole_numbers(item), sort_keys=True) for item in instance}
        if len(seen) < len(instance):
            yield ValidationError("")


def _any_of(validator: Any, alternatives: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    """The library collects every fault of every alternative; the first of each is enough."""
    faults = _first_faults(validator, alternatives, instance)
    if len(faults) == len(alternatives):
        yield ValidationError("", context=faults)


def _one_of(validator: Any, alternatives: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    faults = _first_faults(validator, alternatives, instance)
    if len(faults) != len(alternatives) - 1:
        yield ValidationError("", context=faults if len(faults) == len(alternatives) else ())


def _first_faults(validator: Any, alternatives: Any, instance: Any) -> list[ValidationError]:
    return [
        fault
        for place, part in enumerate(alternatives)
        for fault in islice(validator.descend(instance, part, schema_path=place), 1)
    ]
