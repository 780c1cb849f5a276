"""A reply is checked against the schema it was asked for: the first fault is a sentence, and nothing takes for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.servers.openai import Finish, OpenAIServer
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.limits import CHECK_S, CHECKED
from textchat.core.parts.schema_text import many_of, schema_of_text
from textchat.core.parts.structure import StructureCheck
from textchat.core.text.pretty_json import PrettyJson, pretty_json
from textchat.live.library import open_model
from textchat.live.structure import check
from textchat.live.structure.check import check_structure
from textchat.live.structure.patterns import Clock, SlowCheck
from textchat.live.structure.validator import refusal, validator

PEOPLE = {
    "type": "object",
    "properties": {"people": {"type": "array", "items": schema_of_text("name, age float"), "maxItems": 2}},
    "required": ["people"],
    "additionalProperties": False,
}
DOUBLING = {
    "$defs": {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)} | {"a40": {}},
    "$ref": "#/$defs/a0",
}
EITHER = {
    "oneOf": [
        {"properties": {"kind": {"const": "a"}, "size": {"type": "string"}}},
        {"properties": {"kind": {"const": "b"}, "size": {"type": "integer"}}},
    ]
}


@pytest.mark.parametrize(
    ("text", "schema", "why"),
    [
        ('{"people": [{"name": "Ada", "age": 36}]}', PEOPLE, None),
        (' \n{"people": []}\n', PEOPLE, None),
        ('{"people": [{"name": "Ada", "age": "old"}]}', PEOPLE, "age is not a number: “old” at $.people[0].age."),
        ('{"people": [{"name": "Ada"}]}', PEOPLE, "people[0] lacks age at $.people[0]."),
        ('{"people": [], "dogs": 1}', PEOPLE, "dogs is not a field of the schema at $.dogs."),
        ('{"people": [1]}', PEOPLE, "people[0] is not an object: 1 at $.people[0]."),
        ("[1]", PEOPLE, "The reply is not an object: [1]."),
        ('{"people": [{}, {}, {}]}', {"properties": {"people": {"maxItems": 2}}}, "people has 3 entries; the schema"),
        ('{"kind": "b", "size": "big"}', EITHER, "size is not a whole number: “big” at $.size."),
        ('{"kind": "c"}', {"oneOf": [{}, {"type": "object"}]}, 'The reply fits several alternatives: {"kind": "c"}.'),
        ('{"kind": "c"}', {"anyOf": [{"type": "array"}, {"type": "null"}]}, "The reply fits none of the schema's"),
        ('{"kind": "a"}', {"anyOf": [{"type": "array"}, {"type": "object"}]}, None),
        ("1e999", {"multipleOf": 2.5}, "The reply was not checked: it holds a number that is too large."),
        ('{"a": 5}', {"properties": {"a": {"enum": [1, 2]}}}, "a is not one of 1, 2: 5 at $.a."),
        ('{"a": "x\\u001b[31m"}', {"properties": {"a": {"type": "null"}}}, "a is not null: “x␛[31m” at $.a."),
        ('["ab"]', {"items": {"pattern": "^b"}}, "$[0] does not match “^b”: “ab” at $[0]."),
        ('{"ab": 1}', {"patternProperties": {"^b": {}}, "additionalProperties": False}, "ab is not a field"),
        ('[{"a": 1}, {"a": 1.0}]', {"uniqueItems": True}, "The reply has the same entry twice."),
        ('[1, true, "1"]', {"uniqueItems": True}, None),
        ('```json\n{"people": []}\n```', PEOPLE, "The reply is not JSON: it is in a code block."),
        ('Here it is: {"people": []}', PEOPLE, "The reply is not JSON: text stands before it."),
        ('{"people": []} Done.', PEOPLE, "The reply is not JSON alone: more stands behind it from line 1, column 16."),
        ('{"people": [', PEOPLE, "The reply is not whole JSON: it ends too early."),
        ('{"people": [}', PEOPLE, "The reply is not valid JSON: line 1, column 13."),
        ('{"people": NaN}', PEOPLE, "The reply is not valid JSON: NaN is not a number."),
        ("Sorry.", PEOPLE, "The reply is not JSON."),
        (" ", PEOPLE, "The reply is empty."),
        ("[" * 101 + "]" * 101, {}, "The reply was not checked: it is nested deeper than 100 levels."),
        ("1" * 5_000, {}, "The reply was not checked: it holds a number of thousands of digits."),
        ("[]", {"$ref": "#"}, "The reply was not checked: the schema refers to itself without end."),
        (
            "[]",
            {"$ref": "#/x", "x": {"type": 5}},
            "The reply was not checked: the schema refers to what is not a schema.",
        ),
        (
            "[]",
            {"$ref": "https://a.example/x"},
            "The reply was not checked: the schema refers to “https://a.example/x”",
        ),
        ("[]", {"$ref": "urn:b", "$defs": {"a": {"$id": "urn:a"}}}, "The reply was not checked: the schema refers to"),
    ],
)
def test_the_first_fault_is_one_sentence(text: str, schema: Mapping[str, Any], why: str | None) -> None:
    checked = check_structure(text, schema)
    if why is None:
        assert checked == StructureCheck(True)
    else:
        assert not checked.is_valid and checked.why is not None and checked.why.startswith(why), checked


def test_a_reply_beyond_the_limit_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "CHECKED", replace(CHECKED, most=10))
    assert check_structure('["0123456789"]', {}).why == "The reply was not checked: it is longer than 10 characters."


def test_no_schema_takes_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two to the power of forty ways through the schema, and an expression that tries as many."""
    with pytest.raises(SlowCheck):
        list(validator(DOUBLING, Clock(0.02)).iter_errors([]))
    monkeypatch.setattr(check, "CHECK_S", replace(CHECK_S, most=0))
    assert check_structure("[]", DOUBLING).why == "The reply was not checked: that takes longer than 0 seconds."
    many = {str(number): number for number in range(10_001)}
    with pytest.raises(SlowCheck):
        list(validator({"unevaluatedProperties": False, "properties": {}}, Clock(60)).iter_errors(many))
    with pytest.raises(SlowCheck):
        Clock(0.02).is_found("^(a|aa)+$", "a" * 60 + "b")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (PEOPLE, ""),
        (DOUBLING, ""),
        ({"$ref": "https://json-schema.org/draft/2020-12/schema"}, ""),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/definitions/a", "definitions": {"a": {}}},
            "",
        ),
        ({"properties": {"type": {"type": "string"}, "pattern": {"type": "integer"}, "$schema": {}}}, ""),
        ({"pattern": r"^\p{L}{8}-[0-9a-f]{4}-(?:[0-9a-f]{1,4}:){7}$"}, ""),
        ({"type": "strin"}, "is not a JSON Schema: 'strin' is not valid under any of the given schemas at type"),
        ({"$schema": 5}, "has a $schema that is not an address"),
        ({"pattern": "("}, "has a pattern that is not a regular expression: “(”"),
        ({"patternProperties": {"((a{99}){99}){99}": {}}}, "has a pattern that is too large: “((a{99}){99}){99}”"),
        ({"$ref": "http://a.example/"}, "refers to “http://a.example/”, which is not in it; nothing is fetched"),
        ({"$ref": "#/nowhere"}, "refers to “#/nowhere”, which is not in it; nothing is fetched"),
        ({"unevaluatedProperties": False, "patternProperties": {"a": {}}}, "has unevaluatedProperties beside"),
    ],
)
def test_what_cannot_be_checked_is_known_before_anything_is_asked(schema: Mapping[str, Any], said: str) -> None:
    refused = refusal(schema)
    assert refused.startswith(said) and bool(refused) == bool(said)


words = st.sampled_from(["type", "properties", "items", "enum", "$ref", "anyOf", "pattern", "$schema", "$id", "#", "a"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.just(0.5) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(words, values, max_size=4), values)
@settings(max_examples=examples(150), deadline=None)
def test_whatever_the_schema_a_check_ends_with_a_result(schema: Mapping[str, Any], value: object) -> None:
    checked = check_structure(json.dumps(value), schema)
    assert checked.is_valid == (checked.why is None)


@given(values, st.lists(st.integers(0, 60), max_size=4), st.sampled_from([None, 1, "\t"]))
@settings(max_examples=examples(150), deadline=None)
def test_json_is_laid_out_the_same_in_every_cut(value: Any, places: list[int], indent: str | int | None) -> None:
    text = json.dumps(value, indent=indent)
    laid_out = PrettyJson()
    cuts = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    pieces = [laid_out.feed(text[at:end]) for at, end in pairwise(cuts)]
    assert "".join(pieces) == json.dumps(value, indent=2) == pretty_json(text)


@pytest.mark.parametrize("text", ["", " ", "Hello, {world}", "12", "```json\n{}\n```", '{"a"', "[1] is “one, two”"])
def test_what_is_no_json_keeps_its_words(text: str) -> None:
    assert "".join(pretty_json(text).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ("name, age int, bio: one sentence, of few words", None),
        (
            "name\nage int: in years, whole\nis_good bool\n\nscore float: a:b\n",
            {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "age": {"type": "integer", "description": "in years, whole"},
                    "is_good": {"type": "boolean"},
                    "score": {"type": "number", "description": "a:b"},
                },
                "required": ["name", "age", "is_good", "score"],
            },
        ),
        ("name, ,", {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}),
        (' {"type": "string"}', {"type": "string"}),
        ("[1]", "is not a JSON object"),
        ('{"a": ', "is not valid JSON: line 1, column 7: Expecting value"),
        ('{"a": NaN}', "is not valid JSON: NaN is not a number"),
        ('{"a": 1, "b": {"x": 1, "y": 2, "x": 3}}', "has the key “x” twice in one object"),
        ('{"title": "\\ud83d"}', "has half of a surrogate pair in a text; no request can hold it"),
        ('{"enum": ["\\ud83d"]}', "has half of a surrogate pair in a text; no request can hold it"),
        ("{" * 500, "is nested too deep"),
        (": a", "has a field without a name: “: a”"),
        ("a, a int", "has the field “a” twice"),
        ("age integer", "is not a short form: “age integer” is not a name and str, int, float or bool"),
        (" ", "is empty"),
    ],
)
def test_a_schema_is_json_or_the_short_form(text: str, schema: Mapping[str, Any] | str | None) -> None:
    if isinstance(schema, dict):
        assert schema_of_text(text) == schema
        assert many_of(schema)["properties"]["items"] == {"type": "array", "items": schema}
    else:
        with pytest.raises(ValueError) as caught:
            schema_of_text(text)
        said = "is not a short form: “of few words” is not a name and str, int, float or bool"
        assert str(caught.value) == (schema or said)


async def test_the_python_interface_has_the_result(openai_server: OpenAIServer) -> None:
    provider = ProviderSettings("local", Protocol.OPENAI, base_url=openai_server.base_url, retries=0)
    openai_server.script("m", '{"a": ', "1}", Finish("stop"))
    async with open_model("local/m", settings=Settings(providers={"local": provider})) as model:
        fits = await model.ask("Hi", parameters={"schema": schema_of_text("a int")})
        fails = await model.ask("Hi", parameters={"schema": schema_of_text("a bool")})
        free = await model.ask("Hi")
    assert (fits.structure, free.structure) == (StructureCheck(True), None)
    assert fails.freeze().structure == StructureCheck(False, "a is not true or false: 1 at $.a.")
    assert fits.text == '{"a": 1}'
