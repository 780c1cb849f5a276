"""Says how each model gets the parts of a prompt; nothing is sent where no model takes one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textchat.core.errors import ConfigurationError
from textchat.core.parts.part import Part
from textchat.core.parts.taking import Taking, Way
from textchat.core.text.sanitize import plain_name
from textchat.providers.catalog import Catalog

_WORDS = {Way.NATIVE: "as it is", Way.TEXT: "as text", Way.REFUSED: "refused"}


@dataclass(frozen=True, slots=True)
class TakenPart:
    """A part of the prompt, and how one model gets it."""

    part: Part
    taking: Taking


def takings(parts: Sequence[Part], models: Sequence[str], catalog: Catalog) -> list[list[TakenPart]]:
    """For each model, how it gets each part; ConfigurationError for a part that all of them refuse."""
    if not parts:
        return [[] for _ in models]
    panes = []
    for name in models:
        model = catalog.open(name)
        panes.append([TakenPart(part, model.provider.taking(part, model.name)) for part in parts])
    for taken in zip(*panes, strict=True):
        if all(each.taking.way is Way.REFUSED for each in taken):
            sentence = taken[0].taking.sentence or f"{taken[0].part.name} cannot be sent to {models[0]}."
            raise ConfigurationError(plain_name(sentence, 500))
    return panes


def taken_words(taken: Sequence[TakenPart]) -> str:
    """Such as `photo.png as it is, notes.md as text`; empty where the prompt has no parts."""
    return ", ".join(f"{plain_name(each.part.name, 60)} {_WORDS[each.taking.way]}" for each in taken)
