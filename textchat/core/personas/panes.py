"""Pure functions that give a pane a persona, and say which one it has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textchat.core.conversation import Pane
from textchat.core.parameters import PARAMETER_NAMES, Parameters
from textchat.core.personas.persona import PanePersona, Persona


def with_persona(pane: Pane, persona: Persona | None, model: str, defaults: Parameters) -> Pane:
    """A copy of a pane with a persona, or without one, on a model with the `defaults` that the settings give it."""
    if persona is None:
        return replace(pane, model=model, parameters=defaults, persona=None)
    parameters = defaults.merged(persona.values)
    given = PanePersona(persona.name, model, parameters, tuple(persona.values), sets_model=persona.model == model)
    return replace(pane, model=model, parameters=parameters, persona=given)


def on_model(pane: Pane, model: str, defaults: Parameters) -> Pane:
    """A copy of a pane on another model: with the parameters of that one, and with what its persona sets."""
    if (persona := pane.persona) is None:
        return replace(pane, model=model, parameters=defaults)
    values = _by_name(pane.parameters)
    parameters = defaults.merged({name: values[name] for name in persona.sets if name in values})
    if not persona.sets_model and not is_changed(pane):
        persona = replace(persona, model=model, parameters=parameters)
    return replace(pane, model=model, parameters=parameters, persona=persona)


def is_changed(pane: Pane) -> bool:
    """Whether the model or a parameter was changed after the pane was given its persona."""
    persona = pane.persona
    return persona is not None and (pane.model, pane.parameters) != (persona.model, persona.parameters)


def persona_label(pane: Pane) -> str:
    """The persona as the screen and exports name it; empty where the pane has none."""
    if pane.persona is None:
        return ""
    return f"{pane.persona.name}, changed" if is_changed(pane) else pane.persona.name


def _by_name(parameters: Parameters) -> dict[str, Any]:
    return {**{name: getattr(parameters, name) for name in PARAMETER_NAMES}, **parameters.extra}
