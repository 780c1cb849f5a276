"""Reads the persona that `--persona` names."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.core.personas.persona import Persona


def given_persona(name: str | None) -> Persona | None:
    """The persona of this name, None for no name; raises ConfigurationError, with the nearest one that there is."""
    if name is None:
        return None
    from textchat.config.personas.folders import personas  # few commands are given one

    return personas().named(name).value


def models_to_ask(given: Sequence[str] | None, persona: Persona | None, default: Sequence[str]) -> Sequence[str]:
    """The models that were given, or else that of the persona, or else the default."""
    return given or ((persona.model,) if persona and persona.model else default)
