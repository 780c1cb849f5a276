"""Names values of parameters on one line, and says what tells panes of one model apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from textchat.core.conversation import Pane, first_words
from textchat.core.parameters import PARAMETER_DEFAULTS
from textchat.core.sweeps.sweep import PERSONA, SEPARATOR
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.core.text.secrets import masked_table

LONGEST_VALUE = 32
"""Characters of a value in a label."""
_NAMES = {"top_p": "top p", "max_tokens": "max tokens"}


def value_label(key: str, value: object) -> str:
    """Such as `temperature 0.7`, `no stream`, `system “Answer briefly”`; a secret is masked."""
    name = _NAMES.get(key, plain_name(key, 40))
    if key in ("stream", "web"):
        return key if value else f"no {key}"
    if value is None or (key in PARAMETER_DEFAULTS and value == PARAMETER_DEFAULTS[key]):
        return f"{name} default"
    if key == "system":
        return f"{name} “{plain_line(first_words(str(value), LONGEST_VALUE))}”" if value else f"no {name}"
    if key in ("schema", "examples"):
        return name
    shown = masked_table({key: value})[key]
    shown = int(shown) if isinstance(shown, float) and shown.is_integer() and abs(shown) < 1e15 else shown
    text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False, default=str)
    return f"{name} {plain_name(text, LONGEST_VALUE)}"


Label = Callable[[str, object], str]
"""Names a value of a parameter, given its key."""


def persona_label(name: str) -> str:
    """Such as `persona Curt`."""
    return f"{PERSONA} {plain_name(name, LONGEST_VALUE)}" if name else f"no {PERSONA}"


def differences(panes: Sequence[Pane], label: Label = value_label) -> list[str]:
    """What each pane has and others have not, and which of those with the same it is, as `temperature 0.7 · 2 of 3`.

    Empty where panes have different models, or nothing differs.
    """
    if len(panes) < 2 or len({pane.model for pane in panes}) > 1:
        return []
    kinds = kinds_of(panes, label)
    if len(set(kinds)) < 2:
        return []
    return [SEPARATOR.join(filter(None, (kind, _number(kinds, place)))) for place, kind in enumerate(kinds)]


def _number(kinds: Sequence[str], place: int) -> str:
    alike = kinds.count(kinds[place])
    return f"{kinds[:place].count(kinds[place]) + 1} of {alike}" if alike > 1 else ""


def kinds_of(panes: Sequence[Pane], label: Label = value_label) -> list[str]:
    """For each pane what tells it from those of other kinds: its model where these differ, and its parameters."""
    names = [pane.persona.name if pane.persona else "" for pane in panes]
    values = [{**PARAMETER_DEFAULTS, **pane.parameters.as_dict()} for pane in panes]
    keys = [key for key in dict.fromkeys(key for each in values for key in each) if _differs(key, panes, names, values)]
    has_models, has_personas = len({pane.model for pane in panes}) > 1, len(set(names)) > 1
    return [
        SEPARATOR.join(
            (
                *([plain_name(pane.model)] if has_models else []),
                *([persona_label(name)] if has_personas else []),
                *(label(key, known.get(key)) for key in keys),
            )
        )
        for pane, name, known in zip(panes, names, values, strict=True)
    ]


def _differs(key: str, panes: Sequence[Pane], names: Sequence[str], values: Sequence[dict[str, object]]) -> bool:
    """Whether a parameter tells panes apart, beside their personas."""
    if all(known.get(key) == values[0].get(key) for known in values):
        return False
    if not any(pane.persona is not None and key in pane.persona.sets for pane in panes):
        return True
    first = {name: known.get(key) for name, known in reversed(list(zip(names, values, strict=True)))}
    return any(known.get(key) != first[name] for name, known in zip(names, values, strict=True))
