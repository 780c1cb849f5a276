"""One model once for each effort: the panes of a race, and the way back."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from textchat.commands.arguments import EFFORTS
from textchat.core import turns
from textchat.core.conversation import Conversation, Message, Pane, Role, View
from textchat.core.parameters import Effort, Parameters
from textchat.core.personas.panes import with_persona
from textchat.core.personas.persona import Persona
from textchat.core.restoring import parameters_as_before, without_opened_panes
from textchat.ui.panes.heading import heading
from textchat.ui.panes.telling_apart import names_of, raced_efforts

LOW, MEDIUM, HIGH = Effort.LOW, Effort.MEDIUM, Effort.HIGH
PARAMETERS = st.builds(
    lambda values, extra: Parameters().merged({**values, **extra}),
    st.fixed_dictionaries(
        {},
        optional={
            "temperature": st.sampled_from([0.0, 0.5]),
            "effort": st.sampled_from(["low", "high"]),
            "web": st.booleans(),
            "stop": st.sampled_from([["a"], ["b"]]),
        },
    ),
    st.dictionaries(st.sampled_from(["top_k", "mode"]), st.integers(0, 2)),
)


def test_the_command_line_takes_all_levels() -> None:
    assert tuple(Effort) == EFFORTS


def efforts_of(conversation: Conversation) -> list[tuple[str, Effort | None]]:
    return [(pane.model, pane.parameters.effort) for pane in conversation.panes]


def a_conversation(effort: Effort | None, *others: Pane) -> Conversation:
    prompt = Message("m", None, Role.USER, "hi")
    pane = Pane("p", "a/b", Parameters(temperature=0.5, effort=effort), "m", weight=2.0)
    return Conversation("c", messages={"m": prompt}, panes=(pane, *others), view=View("p", sends_to_all=False))


def test_a_pane_takes_the_first_effort_that_is_missing_or_keeps_its_own() -> None:
    other = Pane("o", "c/d")
    for effort, kept in ((None, 0), (Effort.MAX, 0), (LOW, 0), (MEDIUM, 1), (HIGH, 2)):
        raced = turns.open_efforts(a_conversation(effort, other), "p", (LOW, MEDIUM, HIGH))
        assert efforts_of(raced) == [("a/b", LOW), ("a/b", MEDIUM), ("a/b", HIGH), ("c/d", None)]
        assert [pane.id for pane in raced.panes].index("p") == kept
        assert {pane.leaf_id for pane in raced.panes[:3]} == {"m"} and raced.view.sends_to_all
        assert {pane.parameters.temperature for pane in raced.panes[:3]} == {0.5}
        assert len({pane.id for pane in raced.panes}) == 4
        again = turns.open_efforts(raced, raced.panes[1].id, (LOW, MEDIUM, HIGH))
        assert again.panes == raced.panes, "all are open"


def test_panes_with_another_parameter_are_no_part_of_the_race() -> None:
    other = Pane("o", "a/b", Parameters(temperature=0.1, effort=LOW))
    raced = turns.open_efforts(a_conversation(HIGH, other), "p", (LOW, HIGH))
    assert efforts_of(raced) == [("a/b", LOW), ("a/b", HIGH), ("a/b", LOW)]


def test_what_was_opened_is_closed_and_what_is_newer_stays() -> None:
    before = a_conversation(None, Pane("o", "c/d"))
    after = turns.open_efforts(before, "p", (LOW, HIGH))
    assert without_opened_panes(after, before, after) == before
    newer = after.with_pane(replace(after.pane("o"), model="e/f")).with_pane(Pane("n", "g/h"))
    newer = newer.with_pane(replace(newer.pane("p"), parameters=newer.pane("p").parameters.merged({"seed": 1})))
    back = without_opened_panes(newer, before, after)
    assert [(pane.id, pane.model) for pane in back.panes] == [("p", "a/b"), ("o", "e/f"), ("n", "g/h")]
    assert back.pane("p").parameters == Parameters(temperature=0.5, seed=1)


@given(PARAMETERS, PARAMETERS)
def test_parameters_are_as_they_were(before: Parameters, after: Parameters) -> None:
    assert parameters_as_before(after, before, after) == before
    newer = after.merged({"seed": 7, "added": 1})
    assert parameters_as_before(newer, before, after) == before.merged({"seed": 7, "added": 1})


def test_in_a_race_the_heading_is_the_effort() -> None:
    race = turns.open_efforts(a_conversation(None), "p", (LOW, HIGH))
    assert raced_efforts(race.panes) == ["low", "high"]
    shown = [heading(pane, 1, 30, is_active=True, panes=race.panes).plain for pane in race.panes]
    assert shown == ["▌ 1 effort low", "▌ 1 effort high"]
    assert heading(race.panes[1], 2, 9, is_active=False, panes=race.panes).plain == "  2 high"
    mixed = (*race.panes, Pane("o", "c/d"))
    assert not raced_efforts(mixed)
    assert heading(race.panes[0], 1, 50, is_active=True, panes=mixed).plain == "▌ 1 a/b  effort low · temperature 0.5"
    assert names_of(mixed, 20) == ["a/b low", "a/b high", "c/d"] and names_of(mixed, 5) == ["low", "high", "c/d"]


def test_what_tells_panes_apart_stands_first_and_secrets_are_masked() -> None:
    one = Pane("a", "a/b", Parameters(seed=1, stop=("END", "x"), web=True).merged({"api_key": "sk-abcdefghijkl"}))
    other = replace(one, id="b", parameters=one.parameters.merged({"top_p": 0.5, "seed": 2}))
    panes = (one, other, Pane("c", "c/d"))
    said = heading(one, 1, 90, is_active=True, panes=panes).plain
    assert said == "▌ 1 a/b  seed 1 · stop “END…” · web · api_key ********"
    assert heading(other, 2, 20, is_active=True, panes=panes).plain == "▌ 2 a/b  seed=2"


def test_of_panes_of_one_model_only_what_differs_is_said() -> None:
    base = Pane("a", "a/b", Parameters(stop=("END",)))
    cold, hot = (replace(base, parameters=replace(base.parameters, temperature=value)) for value in (0.0, 0.7))
    panes = tuple(replace(pane, id=str(number)) for number, pane in enumerate((base, cold, hot, hot)))
    said = [heading(pane, 1, 40, is_active=False, panes=panes).plain for pane in panes]
    assert said == [
        "  1 temperature default",
        "  1 temperature 0",
        "  1 temperature 0.7 · 1 of 2",
        "  1 temperature 0.7 · 2 of 2",
    ]
    assert heading(panes[2], 3, 18, is_active=False, panes=panes).plain == "  3 t=0.7 1 of 2"
    assert names_of(panes, 12) == ["–", "t=0", "t=0.7 1 of 2", "t=0.7 2 of 2"]
    assert heading(base, 1, 40, is_active=False, panes=(base, replace(base, id="b"))).plain == "  1 a/b  stop “END”"


def test_personas_tell_panes_of_one_model_apart() -> None:
    bare = Pane("a", "a/b", Parameters(seed=1))
    brief = with_persona(bare, Persona("Brief", None, {"system": "Be brief.", "top_k": 4}), "a/b", bare.parameters)
    panes = (bare, brief, Pane("c", "c/d"))
    assert names_of(panes, 20) == ["a/b no persona", "a/b Brief", "c/d"]
    assert names_of(panes, 8) == ["no persona", "Brief", "c/d"]
    assert heading(brief, 2, 60, is_active=False, panes=panes).plain == "  2 a/b  Brief · seed 1"
    changed = replace(brief, parameters=replace(brief.parameters, seed=2))
    said = heading(changed, 2, 60, is_active=False, panes=panes).plain
    assert said == "  2 a/b  Brief, changed · seed 2 · system · top_k 4"
