"""Checks a whole reply against the JSON Schema of its request, in a thread and within bounds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from textchat.core.limits import CHECK_S, CHECKED, SCHEMA_DEPTH
from textchat.core.parts.structure import StructureCheck
from textchat.core.text.nesting import is_deeper_json
from textchat.core.waiting.left_threads import in_left_thread

_FENCED = re.compile(r"\s*(?:```|~~~)[^\n]*\n.*?(?:```|~~~)\s*", re.DOTALL)


async def checked(text: str, schema: Mapping[str, Any]) -> StructureCheck:
    """Whether `text` is JSON as `schema` wants it, with the first fault; never raises for what either holds."""
    return await in_left_thread(lambda: check_structure(text, schema))


def check_structure(text: str, schema: Mapping[str, Any]) -> StructureCheck:
    """Like `checked`, in this thread."""
    try:
        value = _value(text)
    except ValueError as error:
        return StructureCheck(False, str(error))
    why = _first_fault(value, schema)
    return StructureCheck(not why, why or None)


def _value(text: str) -> object:
    """The JSON that the whole text is; raises ValueError with a sentence."""
    if not text.strip():
        raise ValueError("The reply is empty.")
    if len(text) > CHECKED.most:
        raise ValueError(f"The reply was not checked: it is longer than {CHECKED.told}.")
    if is_deeper_json(text, SCHEMA_DEPTH.most):
        raise ValueError(f"The reply was not checked: it is nested deeper than {SCHEMA_DEPTH.told}.")
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ValueError(_not_json(text, error)) from error
    except _NoNumber:
        raise
    except ValueError as error:  # Python reads no number of more than 4,300 digits
        raise ValueError("The reply was not checked: it holds a number of thousands of digits.") from error


def _not_json(text: str, error: json.JSONDecodeError) -> str:
    if _FENCED.fullmatch(text):
        return "The reply is not JSON: it is in a code block."
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        has_some = "{" in text or "[" in text
        return f"The reply is not JSON{': text stands before it' if has_some else ''}."
    if error.msg == "Extra data":
        return f"The reply is not JSON alone: more stands behind it from line {error.lineno}, column {error.colno}."
    if error.pos >= len(text.rstrip()):
        return "The reply is not whole JSON: it ends too early."
    return f"The reply is not valid JSON: line {error.lineno}, column {error.colno}."


class _NoNumber(ValueError):
    """What Python takes for a number, and JSON does not."""


def _no_number(name: str) -> NoReturn:
    raise _NoNumber(f"The reply is not valid JSON: {name} is not a number.")


def _first_fault(value: object, schema: Mapping[str, Any]) -> str:
    from referencing.exceptions import Unresolvable  # imported for the first reply with a schema

    from textchat.live.structure.faults import fault_sentence
    from textchat.live.structure.patterns import Clock, SlowCheck
    from textchat.live.structure.validator import refusal, validator

    try:
        if refused := refusal(schema):
            return f"The reply was not checked: the schema {refused}."
        error = next(validator(schema, Clock(CHECK_S.most)).iter_errors(value), None)
        return "" if error is None else fault_sentence(error)
    except SlowCheck:
        return f"The reply was not checked: that takes longer than {CHECK_S.told}."
    except RecursionError:
        return "The reply was not checked: the schema refers to itself without end."
    except Unresolvable:
        return "The reply was not checked: the schema refers to what is not in it, and nothing is fetched."
    except ArithmeticError:
        return "The reply was not checked: it holds a number that is too large."
    except (AttributeError, LookupError, TypeError, ValueError):
        # What the library says to a part that only a reference makes a schema of: nothing has looked at that before.
        return "The reply was not checked: the schema refers to what is not a schema."
