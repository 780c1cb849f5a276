"""Reads from an entry of a list of models which kinds of parts and which efforts the model takes.

Sources: openrouter.ai/docs/api-reference/list-available-models (`architecture.input_modalities`,
`supported_parameters`), docs.mistral.ai/api (`capabilities`), lmstudio.ai/docs/api/rest-api (`type`), docs.x.ai and
docs.github.com/rest/models (`input_modalities`, `supported_input_modalities`), llama.cpp's server (`capabilities`),
vercel.com/docs/ai-gateway (`tags`) and docs.ollama.com/api (`capabilities`, `thinking`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from textchat.core.parameters import Effort
from textchat.core.parts.part import MediaKind
from textchat.core.text import json_fields as fields
from textchat.providers.capabilities.efforts import NONE, SWITCH

_WORDS = {
    "image": {MediaKind.PICTURE},
    "vision": {MediaKind.PICTURE},
    "multimodal": {MediaKind.PICTURE, MediaKind.SOUND},
    "file": {MediaKind.DOCUMENT},
    "pdf": {MediaKind.DOCUMENT},
    "file-input": {MediaKind.DOCUMENT},
    "audio": {MediaKind.SOUND},
}
"""What lists call the kinds; llama.cpp says “multimodal” of pictures, of sound and of both."""
_EFFORTS = {"none": Effort.OFF, "xhigh": Effort.MAX} | {effort.value: effort for effort in Effort}


def listed_kinds(entry: Mapping[str, Any]) -> frozenset[MediaKind] | None:
    """The kinds of parts that a model takes, by its entry in a list; None where that does not say it."""
    words = _modalities(entry)
    if words is None:
        words = _capabilities(entry)
    if words is None and fields.text(entry, "type") in ("vlm", "llm"):  # LM Studio
        words = ["vision"] if entry["type"] == "vlm" else []
    return None if words is None else frozenset(kind for word in _texts(words) for kind in _WORDS.get(word, ()))


def listed_efforts(entry: Mapping[str, Any]) -> tuple[Effort, ...] | None:
    """The efforts that a model takes, by its entry; None where that does not say it."""
    if values := fields.items(fields.table(entry, "thinking"), "values"):  # Ollama
        return efforts_of(values)
    capabilities = entry.get("capabilities")
    if isinstance(capabilities, list) and "completion" in capabilities and entry.get("model_info"):  # an older Ollama
        return SWITCH if "thinking" in capabilities else NONE
    parameters = entry.get("supported_parameters")
    if isinstance(parameters, list) and parameters and not {"reasoning", "reasoning_effort"} & _texts(parameters):
        return NONE  # OpenRouter
    return None


def makes_pictures(entry: Mapping[str, Any]) -> bool:
    """Whether a model answers with pictures, by its entry (OpenRouter)."""
    return "image" in fields.items(fields.table(entry, "architecture"), "output_modalities")


def efforts_of(values: Iterable[object]) -> tuple[Effort, ...]:
    """The efforts among the values of a field that switches thinking: true, false, or the names of levels."""
    found = set[Effort]()
    for value in values:
        if value is False:
            found.add(Effort.OFF)
        elif value is True:
            found.add(Effort.MEDIUM)
        elif isinstance(value, str) and value in _EFFORTS:
            found.add(_EFFORTS[value])
    efforts = tuple(effort for effort in Effort if effort in found)
    return NONE if efforts == (Effort.OFF,) else efforts


def _modalities(entry: Mapping[str, Any]) -> list[Any] | None:
    places = (fields.table(entry, "architecture"), entry)
    names = ("input_modalities", "supported_input_modalities")
    return next((place[name] for place in places for name in names if isinstance(place.get(name), list)), None)


def _capabilities(entry: Mapping[str, Any]) -> list[Any] | None:
    given = entry.get("capabilities")
    if isinstance(given, list):
        # Of llama.cpp and Ollama, which name what a model can do; of others a list may say something else.
        return given if "completion" in given else None
    if isinstance(given, dict) and isinstance(given.get("vision"), bool):  # Mistral
        return [name for name in ("vision", "audio") if given.get(name) is True]
    supports = fields.table(given, "supports")
    if isinstance(supports.get("vision"), bool):  # GitHub Copilot
        return ["vision"] if supports["vision"] else []
    tags = entry.get("tags")
    if isinstance(tags, list) and {"vision", "file-input"} & _texts(tags):  # Vercel
        return tags
    return None


def _texts(values: Iterable[object]) -> set[str]:
    return {value for value in values if isinstance(value, str)}
