"""Sweeps as values: their text, their variants, and how the replies of each spread."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.conversation import Conversation, Message, Pane, Role, Source, Status, Timing, Usage, View
from textchat.core.parameters import Parameters
from textchat.core.personas.persona import Persona
from textchat.core.restoring import with_former_panes
from textchat.core.sweeps.agreement import LONGEST, agreement, similarity, words_of
from textchat.core.sweeps.axis_text import AxisText, TypedText, parse_axes, parse_axis, split_axes, write_axis
from textchat.core.sweeps.panes import open_variants
from textchat.core.sweeps.spread import spreads_of
from textchat.core.sweeps.spread_words import table_rows
from textchat.core.sweeps.sweep import Axis, Point, Sweep

KEYS = st.text(st.characters(exclude_characters="=", exclude_categories=["Cs"]), min_size=1).filter(
    lambda key: key == key.strip()
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
TYPED = TEXTS.map(str.strip).filter(lambda text: text and "," not in text and text[0] != '"').map(TypedText)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=examples(300), deadline=None)
@given(KEYS, st.lists(TYPED | TEXTS, min_size=1) | st.lists(PLAIN, min_size=1))
def test_a_written_axis_is_parsed_to_the_same(key: str, values: list[object]) -> None:
    if isinstance(values[0], TypedText) and values[0].text.startswith("["):
        values = [json.dumps(values[0].text), *values]
    axis = AxisText(key, tuple(values))
    assert parse_axis(write_axis(axis)) == axis


@settings(max_examples=examples(300), deadline=None)
@given(st.text())
def test_any_text_is_an_axis_or_one_sentence(text: str) -> None:
    try:
        axis = parse_axis(text)
    except ValueError as error:
        assert str(error).endswith(".")
        assert "\n" not in str(error)
    else:
        assert axis.key and axis.values
        assert TypedText("") not in axis.values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("k=0, 0.7 ,1", (TypedText("0"), TypedText("0.7"), TypedText("1"))),
        ('k="a, b" , c', ("a, b", TypedText("c"))),
        ('k="",x', ("", TypedText("x"))),
        ('k="say \\"hi\\""', ('say "hi"',)),
        ('k=[[1,2],"a,b",null]', ([1, 2], "a,b", None)),
        ("k=a=b", (TypedText("a=b"),)),
    ],
)
def test_values(text: str, values: tuple[object, ...]) -> None:
    assert parse_axis(text) == AxisText("k", values)


@pytest.mark.parametrize(
    "text",
    ["", "=1", "k", "k=", "k=1,", "k=,1", "k=1,,2", "k=[]", "k=[1", "k=[NaN]", 'k="a', 'k="a"b', "k=" + "[" * 999],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse_axis(text)


def test_no_parameter_is_swept_twice() -> None:
    with pytest.raises(ValueError, match="top_p is given twice"):
        parse_axes(["top-p=1", "top_p=0"])


def test_axes_on_one_line() -> None:
    line = 'temperature=0, 0.7 system="a b=c",Be brief  top-p=1'
    assert split_axes(line) == ["temperature=0, 0.7", 'system="a b=c",Be brief', "top-p=1"]
    assert split_axes("what is x=1") == ["what is x=1"]
    assert split_axes(" ") == [""]


def _axis(key: str, *values: object) -> Axis:
    return Axis(key, tuple(Point(value, f"{key} {value}") for value in values))


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(st.integers(1, 4), max_size=3), st.integers(1, 3), st.lists(st.sampled_from("abc"), min_size=1, max_size=3)
)
def test_every_combination_is_asked_for_once(sizes: list[int], repeats: int, models: list[str]) -> None:
    sweep = Sweep(tuple(_axis(f"k{at}", *range(size)) for at, size in enumerate(sizes)), repeats)
    variants = sweep.variants(lambda _: models)
    assert len(variants) == sweep.count(lambda _: models)
    assert len({variant.name for variant in variants}) == len(variants) or len(variants) == 1
    asked = [(each.model, tuple(each.values.values()), each.repeat) for each in variants]
    times = {model: models.count(model) * repeats for model in models}
    wanted = [(m, v, r) for m, n in times.items() for v in product(*map(range, sizes)) for r in range(n)]
    assert sorted(asked) == sorted(wanted)


def test_names_say_only_what_differs() -> None:
    sweep = Sweep((_axis("temperature", 0, 0.7), _axis("seed", 1)), 2)
    assert [variant.name for variant in sweep.variants(lambda _: ["p/m"])] == [
        "temperature 0 · 1 of 2",
        "temperature 0 · 2 of 2",
        "temperature 0.7 · 1 of 2",
        "temperature 0.7 · 2 of 2",
    ]
    two = sweep.variants(lambda _: ["p/m", "p/n"])
    assert [two[0].name, two[-1].name] == ["p/m · temperature 0 · 1 of 2", "p/n · temperature 0.7 · 2 of 2"]
    assert [each.name for each in Sweep((_axis("seed", 1),), 1).variants(lambda _: ["p/m"])] == ["p/m"]
    assert Sweep((_axis("seed", *range(1000)),) * 3).count(lambda _: ["p/m"]) == 10**9  # nothing is built to count it


def test_a_persona_brings_its_own_model() -> None:
    curt, wordy = Persona("curt", "p/small"), Persona("wordy")
    sweep = Sweep((Axis("persona", (Point(curt, "persona curt"), Point(wordy, "persona wordy"))),))
    variants = sweep.variants(lambda persona: [persona.model] if persona and persona.model else ["p/m"])
    assert [(each.model, each.persona, each.name) for each in variants] == [
        ("p/small", curt, "p/small · persona curt"),
        ("p/m", wordy, "p/m · persona wordy"),
    ]


# -- agreement ---------------------------------------------------------------------------------------------------------


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    row = [0] * (len(other) + 1)
    for word in one:
        before, row = row, [0]
        for at, theirs in enumerate(other):
            row.append(before[at] + 1 if word == theirs else max(before[at + 1], row[at]))
    return row[-1]


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.sampled_from("abcd"), max_size=80), st.lists(st.sampled_from("abcd"), max_size=80))
def test_similarity_is_by_the_longest_common_subsequence(one: list[str], other: list[str]) -> None:
    length = len(one) + len(other)
    expected = 2 * _longest_common(one, other) / length if length else 1.0
    assert similarity(one, other) == similarity(other, one) == expected


def test_agreement() -> None:
    assert agreement(["one"]) is None
    assert agreement(["The sky is blue.", "the SKY is blue"]) == 1
    assert agreement(["red", "green", "blue"]) == 0
    assert agreement(["a b", "a c", "a b"]) == pytest.approx((0.5 + 0.5 + 1) / 3)
    assert words_of("空は青い") == list("空は青い")
    chance = random.Random(1)
    long = [" ".join(chance.choices("abcdefgh", k=LONGEST * 5)) for _ in range(64)]
    assert 0.5 < (agreement(long) or 0) < 0.9  # bounded: 64 long repeats take less than a second


# -- the spread --------------------------------------------------------------------------------------------------------

REPLY = Message("1", None, Role.ASSISTANT, "one two three", model="p/m", status=Status.COMPLETE, finish_reason="stop")


def _reply(text: str, seconds: float, tokens: int, source: Source = Source.REPORTED) -> Message:
    return replace(
        REPLY, text=text, usage=Usage(1, tokens, source=source), timing=Timing(0.1, seconds, None), cost_usd=0.01
    )


def test_the_spread_of_a_variant() -> None:
    failed = replace(REPLY, text="half", status=Status.FAILED, finish_reason=None)
    cut = replace(_reply("a b c d", 3, 40, Source.ESTIMATED), finish_reason="length")
    replies = [("cold", "1", _reply("a b", 1, 20)), ("cold", "1", cut), ("cold", "1", failed), ("hot", "1", failed)]
    cold, hot = spreads_of(replies)
    assert cold.words is not None and (cold.words.median, cold.words.lowest, cold.words.highest) == (3, 2, 4)
    assert (cold.replies, cold.cost_usd, cold.endings) == (3, 0.02, {"stop": 1, "length": 1, "failed": 1})
    assert cold.agreement == pytest.approx(4 / 6)
    assert (hot.words, hot.agreement, hot.endings) == (None, None, {"failed": 1})
    assert table_rows([cold, hot]) == [
        ("VARIANT", "WORDS", "TOKENS", "TIME", "COST", "AGREEMENT", "ENDED"),
        ("cold", "3 (2–4)", "~30 (~20–~40)", "2.00 s (1.00–3.00 s)", "$0.020", "67%", "1 stop, 1 length, 1 failed"),
        ("hot", "–", "–", "–", "–", "–", "1 failed"),
    ]


def test_replies_to_different_prompts_are_not_expected_to_agree() -> None:
    one, other = REPLY, replace(REPLY, text="four five six")
    (spread,) = spreads_of([("v", "1", one), ("v", "1", one), ("v", "2", other), ("v", "2", other)])
    assert spread.agreement == 1


# -- panes -------------------------------------------------------------------------------------------------------------


def test_former_panes_come_back_beside_what_is_newer() -> None:
    prompt = Message("m", None, Role.USER, "hi")
    panes = (Pane("p", "a/b", Parameters(seed=1), "m", weight=2.0, folded=True), Pane("q", "c/d"))
    before = Conversation("c", messages={"m": prompt}, panes=panes, view=View("q", is_zoomed=True, sends_to_all=False))
    variants = Sweep((_axis("temperature", 0, 1),)).variants(lambda _: ["a/b"])
    after = open_variants(before, "p", variants, lambda _: Parameters(), asks_again=True)
    assert [(pane.leaf_id, pane.parameters, pane.folded) for pane in after.panes] == [
        ("m", Parameters(seed=1, temperature=temperature), False) for temperature in (0, 1)
    ]
    assert after.view == View(after.panes[0].id, is_zoomed=False, sends_to_all=True)
    assert with_former_panes(after, before, after) == before
    newer = replace(after, panes=(*after.panes[1:], Pane("n", "e/f")))
    assert [pane.id for pane in with_former_panes(newer, before, after).panes] == ["p", "q", "n"]
