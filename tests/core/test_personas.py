"""Personas and templates as values: what is a variable, what a persona makes of a pane, and what it is told by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.conversation import Conversation, Message, Pane, Role
from textchat.core.limits import VARIABLES
from textchat.core.parameters import Example, Parameters
from textchat.core.personas.examples import with_examples
from textchat.core.personas.panes import on_model, persona_label, with_persona
from textchat.core.personas.persona import Persona, pane_persona
from textchat.core.personas.template import Template
from textchat.core.provider import Request
from textchat.core.turns import add_pane, open_siblings
from textchat.providers.protocols.by_name import chat_protocol

PIRATE = Persona(
    "Pirate", "sea/ship", {"system": "Arr.", "top_k": 4, "examples": [{"prompt": "Hi", "answer": "Ahoy!"}]}
)

# -- templates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names", "filled"),
    [
        ("no braces", "", "no braces"),
        ("{{a}} and {{ a }}, {{b c}}", "a|b c", "<a> and <a>, <b c>"),
        ("{{tab\tname}}{{tab name}}", "tab name", "<tab name><tab name>"),
        ("{{lang=Py thon}} {{lang}}", "lang=Py thon", "<lang> <lang>"),
        ("{{lang}} {{lang=late}}", "lang=late", "<lang> <lang>"),
        ('{{j={"a": {"b": 1}}}}', 'j={"a": {"b": 1}}', "<j>"),
        ("{{größe}} {{模型}} {{a-b_2}}", "größe|模型|a-b_2", "<größe> <模型> <a-b_2>"),
        ("{{{raw}}} {{{{x}}}} { {y} }", "", "{{{raw}}} {{{{x}}}} { {y} }"),
        ("{{ user.name }} {{#if}} {{x|upper}} {{}} {{1}} {{-a}}", "", None),
        ("\\{{a}} {{b}} \\{{ not.one }}", "b", "{{a}} <b> \\{{ not.one }}"),
        ("{{a\n}} {{a=1\n2}}", "", None),
        (f"{{{{{'x' * 41}}}}}", "", None),
        ("```\n{{code}}\n```\nend", "code", "```\n<code>\n```\nend"),
    ],
)
def test_what_is_a_variable(text: str, names: str, filled: str | None) -> None:
    template = Template(text)
    told = "|".join(each.name + (f"={each.default}" if each.default else "") for each in template.variables)
    assert told == names
    assert template.filled({each.name: f"<{each.name}>" for each in template.variables}) == (filled or text)


def test_beyond_a_limit_variables_are_text() -> None:
    text = "".join(f"{{{{v{number}}}}}" for number in range(VARIABLES.most + 2))
    template = Template(text)
    assert len(template.variables) == VARIABLES.most
    assert template.filled({}) == f"{{{{v{VARIABLES.most}}}}}{{{{v{VARIABLES.most + 1}}}}}"


@pytest.mark.parametrize(
    ("template", "value", "filled"),
    [
        ("```py\n{{a}}\n```\n{{a}}", "x\n```\ny", "````py\nx\n```\ny\n````\nx\n```\ny"),
        ("~~~\n{{a}}\n~~~", "```", "~~~\n```\n~~~"),
        ("> ```\n> {{a}}\n> ```", "````", "> ```\n> ````\n> ```"),
        ("```\n{{a}}", "```", "```\n```"),
        ("1. x\n   ```\n   {{a}}\n   ```\n", "  `````", "1. x\n   ``````\n     `````\n   ``````\n"),
    ],
)
def test_no_value_closes_the_fence_around_it(template: str, value: str, filled: str) -> None:
    assert Template(template).filled({"a": value}) == filled


PIECES = st.sampled_from(["{{a}}", "{{b=x}}", "{{", "}}", "{", "}", "\\", "```\n", "\n", "a", "=", " ", "\r", "\u2028"])


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=6) | st.just("{{a}}"))
def test_values_are_not_looked_through_and_the_rest_stays(text: str, value: str) -> None:
    template = Template(text)
    mark = "\ue000"
    around = template.filled(dict.fromkeys(("a", "b"), mark))
    assert template.filled(dict.fromkeys(("a", "b"), "{{a}}{{b}}")) == around.replace(mark, "{{a}}{{b}}")
    if "`" not in value:
        assert template.filled(dict.fromkeys(("a", "b"), value)) == around.replace(mark, value)
    if not template.variables and "\\{{" not in text:
        assert around == text


# -- examples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", sorted({*Protocol} - {Protocol.REPLAY, Protocol.DEMO}))
def test_examples_are_turns_before_the_conversation_in_each_protocol(protocol: Protocol) -> None:
    parameters = Parameters(system="Arr.").merged(PIRATE.values)
    branch = (Message("q", None, Role.USER, "Who?"),)
    settings = ProviderSettings("x", protocol, "http://127.0.0.1:1/v1")
    body = chat_protocol(settings).chat_request(Request("m", with_examples(branch, parameters), parameters)).body
    text = repr(body)
    assert 0 < text.index("'Hi'") < text.index("'Ahoy!'") < text.index("'Who?'")
    assert "examples" not in text and text.count("Arr.") == 1


# -- panes -----------------------------------------------------------------------------------------------------------


def test_a_persona_sets_what_it_names_over_the_model_s_own() -> None:
    pane = Pane("p", "a/b", Parameters(temperature=1.0), "leaf", weight=2.0)
    given = with_persona(pane, PIRATE, "sea/ship", Parameters(seed=1, system="model's"))
    assert (given.model, given.leaf_id, given.weight) == ("sea/ship", "leaf", 2.0)
    assert given.parameters == Parameters(seed=1, system="Arr.", examples=(Example("Hi", "Ahoy!"),), extra={"top_k": 4})
    assert persona_label(given) == "Pirate"
    assert given.persona is not None and pane_persona(given.persona.as_dict()) == given.persona
    assert persona_label(replace(given, parameters=Parameters())) == "Pirate, changed"
    assert with_persona(given, None, "a/b", Parameters(temperature=1.0)) == pane


@pytest.mark.parametrize(
    ("model", "changed", "label"),
    [(None, {}, "Brief"), (None, {"system": "Longer."}, "Brief, changed"), ("a/b", {}, "Brief, changed")],
)
def test_on_another_model_a_pane_keeps_what_its_persona_sets(
    model: str | None, changed: dict[str, str], label: str
) -> None:
    pane = with_persona(
        Pane("p", "a/b"), Persona("Brief", model, {"system": "Be brief."}), "a/b", Parameters(temperature=0.5)
    )
    pane = replace(pane, parameters=pane.parameters.merged(changed))
    moved = on_model(pane, "c/d", Parameters(top_p=0.5))
    assert moved.parameters == Parameters(top_p=0.5, system=changed.get("system", "Be brief."))
    assert (moved.model, persona_label(moved)) == ("c/d", label)
    assert on_model(replace(pane, persona=None), "c/d", Parameters()).parameters == Parameters()


def test_panes_that_come_of_a_pane_have_its_persona() -> None:
    pane = with_persona(Pane("p", "sea/ship", leaf_id="a"), PIRATE, "sea/ship", Parameters())
    prompt = Message("q", None, Role.USER, "Who?")
    answers = [Message(id_, "q", Role.ASSISTANT, id_, model="sea/ship", parameters=pane.parameters) for id_ in "ab"]
    other = replace(answers[0], id="c", parameters=Parameters())
    known = Conversation("c", messages={each.id: each for each in (prompt, *answers, other)}, panes=(pane,))
    assert [persona_label(each) for each in open_siblings(known, "p", "a").panes] == ["Pirate", "Pirate", ""]
    beside = add_pane(known, pane.model, pane.parameters, "p", pane.persona).panes
    assert [persona_label(each) for each in beside] == ["Pirate", "Pirate"]


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        {},
        {"name": 1},
        {"name": "x", "model": "a/b", "parameters": {"effort": 3}, "sets": [], "sets_model": True},
        {"name": "x", "model": "a/b", "parameters": {"examples": [{"prompt": "x"}]}, "sets": [], "sets_model": True},
    ],
)
def test_what_is_no_persona_is_refused(plain: object) -> None:
    with pytest.raises(ValueError):
        pane_persona(plain)
