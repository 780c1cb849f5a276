"""What tells panes apart beside their models: parameters in words, long and short, and efforts in a race."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from textchat.core.conversation import Pane
from textchat.core.parameters import PARAMETER_DEFAULTS, Parameters
from textchat.core.personas.panes import is_changed, persona_label
from textchat.core.sweeps.labels import differences
from textchat.core.sweeps.sweep import SEPARATOR
from textchat.core.text.sanitize import plain_name
from textchat.core.text.secrets import masked_table
from textchat.core.turns import differs_in_effort
from textchat.render.cells import width_of

ROOM_FOR_BOTH = 9
"""Cells for a model and its effort; with fewer, nothing is left of the model's name."""

LONGEST_PERSONA, SHORT_PERSONA = 40, 12
"""Characters of the name of a persona, long and short."""


class Detail(NamedTuple):
    """One parameter that is not the default."""

    long: str
    short: str


def raced_efforts(panes: Sequence[Pane]) -> list[str]:
    """The effort of each pane, where nothing else tells the panes apart; else empty."""
    efforts = {pane.parameters.effort for pane in panes}
    if len(panes) < 2 or len(efforts) < len(panes) or not all(differs_in_effort(pane, panes[0]) for pane in panes):
        return []
    return [_effort(pane) for pane in panes]


def names_of(panes: Sequence[Pane], room: int) -> list[str]:
    """What each pane is called in a line of names, with so many cells for one: its model, and what tells it apart."""
    if efforts := raced_efforts(panes):
        return efforts
    if told := told_differences(panes, room):
        return told
    return [_name(pane, [other for other in panes if other.model == pane.model], room) for pane in panes]


def told_differences(panes: Sequence[Pane], room: int) -> list[str]:
    """What tells panes of one model apart, as `differences`, short where one of them has more than `room` cells."""
    long = differences(panes)
    if all(width_of(each) <= room for each in long):
        return long
    return [each.replace(SEPARATOR, " ") for each in differences(panes, _short_label)]


def _short_label(key: str, value: object) -> str:
    if value is None or (key in PARAMETER_DEFAULTS and value == PARAMETER_DEFAULTS[key]):
        return "–"
    shown = masked_table({key: value})[key] if key not in PARAMETER_DEFAULTS else value
    return "no stream" if key == "stream" else _detail(key, shown).short


def _name(pane: Pane, alike: Sequence[Pane], room: int) -> str:
    if len({persona_label(other) for other in alike}) > 1:
        own = plain_name(persona_label(pane), LONGEST_PERSONA) or "no persona"
    elif len({other.parameters.effort for other in alike}) > 1:
        own = _effort(pane)
    else:
        return pane.model
    return f"{pane.model} {own}" if room >= ROOM_FOR_BOTH else own


def _effort(pane: Pane) -> str:
    return "default" if (effort := pane.parameters.effort) is None else effort.value


def details(pane: Pane, panes: Sequence[Pane] = ()) -> list[Detail]:
    """The parameters of a pane that are not the defaults; first those that not all `panes` of its model have."""
    own = list(_of_pane(pane))
    others = [set(_of_pane(other)) for other in panes if other.model == pane.model]
    return sorted(own, key=lambda detail: bool(others) and all(detail in known for known in others))


def _of_pane(pane: Pane) -> Iterator[Detail]:
    """The persona and the parameters, without those that its name already stands for."""
    persona = pane.persona
    if persona is not None:
        label = plain_name(persona_label(pane), LONGEST_PERSONA)
        yield Detail(label, plain_name(label, SHORT_PERSONA))
    if persona is None or is_changed(pane):
        yield from _details(pane.parameters)
    else:
        own = Parameters().merged(
            {name: value for name, value in pane.parameters.as_dict().items() if name not in persona.sets}
        )
        yield from _details(own)


def _details(parameters: Parameters) -> Iterator[Detail]:
    if not parameters.stream:
        yield Detail("no stream", "no stream")
    known = {name: value for name, value in parameters.as_dict().items() if name not in parameters.extra}
    for name, value in known.items():
        if name != "stream":
            yield _detail(name, value)
    for name, value in masked_table(dict(parameters.extra)).items():
        name, value = plain_name(name, 20), plain_name(str(value), 12)
        yield Detail(f"{name} {value}", f"{name}={value}")


def _detail(name: str, value: Any) -> Detail:
    match name:
        case "system" | "web" | "schema":
            return Detail(name, name)
        case "examples":
            return Detail(f"{len(value)} example{'s' if len(value) > 1 else ''}", "examples")
        case "temperature":
            return Detail(f"temperature {value:g}", f"t={value:g}")
        case "top_p":
            return Detail(f"top p {value:g}", f"p={value:g}")
        case "max_tokens":
            return Detail(f"max {value} tokens", f"max={value}")
        case "stop":
            first = plain_name(value[0], 12) + ("…" if len(value) > 1 else "")
            return Detail(f"stop “{first}”", "stop")
        case _:
            shown = plain_name(str(value), 12)
            return Detail(f"{plain_name(name, 20)} {shown}", f"{plain_name(name, 20)}={shown}")
