"""The OpenAI chat completions protocol: requests and the list of models.

Source: https://platform.openai.com/docs/api-reference/chat (and `/models`), with what the public documentation of
LiteLLM, vLLM, llama.cpp, `transformers serve`, LM Studio, OpenRouter, DeepSeek, Groq, Mistral and Ollama's `/v1` adds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from textchat.core.configuration import ProviderSettings
from textchat.core.parameters import Effort
from textchat.core.parts.part import MediaKind
from textchat.core.provider import ModelInfo, Request
from textchat.core.text import json_fields as fields
from textchat.core.text.addresses import host_of
from textchat.providers.capabilities.listed import listed_efforts, listed_kinds, makes_pictures
from textchat.providers.protocol import BodyFields, ChatProtocol, HttpRequest, ModelPage
from textchat.providers.protocols.chat.messages import MISTRAL, ChatMessages
from textchat.providers.protocols.chat.settings import (
    OPENAI,
    OPENROUTER,
    Said,
    effort_said,
    efforts_told_apart,
    search_said,
    structure_said,
)
from textchat.providers.protocols.model_list import BARE, NoModelListError, first_text, model_entries
from textchat.providers.protocols.openai_reader import OpenAIReader
from textchat.providers.protocols.request_body import present

STREAM_OPTIONS = "stream_options"
OLD_LIMIT = "max_tokens"
NEW_LIMIT = "max_completion_tokens"
_WINDOW_NAMES = ("context_window", "context_length", "max_model_len", "max_context_length", "max_context_window")
_EXAMPLES = {
    MediaKind.PICTURE: "gpt-4o",
    MediaKind.DOCUMENT: "gpt-4o",
    MediaKind.SOUND: "gpt-4o-audio-preview",
}
"""Models of OpenAI's own server that take the kinds that others do not."""
_DRAWS = r"-image(-|$|:)"
"""Names of models that answer with pictures and text: gemini-2.5-flash-image, gpt-5-image."""


class OpenAIProtocol(ChatProtocol):
    """Chat completions, streamed or whole."""

    default_url = "https://api.openai.com/v1"
    url_variable: ClassVar[str | None] = "OPENAI_BASE_URL"
    key_variables: ClassVar[tuple[str, ...]] = ("OPENAI_API_KEY",)
    reader_type = OpenAIReader
    natively = frozenset({MediaKind.PICTURE, MediaKind.DOCUMENT, MediaKind.SOUND})
    body_fields = BodyFields(
        needed=frozenset({"model", "messages", "stream"}),
        own=frozenset({STREAM_OPTIONS}),
        known_as={NEW_LIMIT: OLD_LIMIT, "response_format": "schema"},
        other_names={OLD_LIMIT: NEW_LIMIT, NEW_LIMIT: OLD_LIMIT},
    )

    def __init__(self, settings: ProviderSettings) -> None:
        super().__init__(settings)
        self._host = host_of(settings.base_url or self.default_url)
        # OpenAI's newer models refuse the old name, most other servers know only the old one.
        self._limit_name = NEW_LIMIT if self._host == OPENAI else OLD_LIMIT

    def chat_request(self, request: Request) -> HttpRequest:
        parameters = request.parameters
        said = self._settings_said(request)
        instruction = "\n\n".join(filter(None, (each.instruction for each in said)))
        body: dict[str, Any] = {
            "model": request.model,
            "messages": list(self.messages(request.model).of(request, instruction)),
            "stream": parameters.stream,
        }
        if parameters.stream:
            body[STREAM_OPTIONS] = {"include_usage": True}
        options = {
            "temperature": parameters.temperature,
            "top_p": parameters.top_p,
            "seed": parameters.seed,
            "stop": list(parameters.stop) if parameters.stop else None,
            self._limit_name: parameters.max_tokens,
        }
        body |= present(options)
        for each in said:
            body |= each.fields
        body |= parameters.extra
        notes = tuple(each.note for each in said if each.note)
        translated = {
            name: each.setting for each in said if each.setting for name in each.fields if name not in parameters.extra
        }
        return HttpRequest("/chat/completions", body, stream=parameters.stream, notes=notes, translated=translated)

    def messages(self, model: str) -> ChatMessages:
        """What builds the messages for `model`."""
        return ChatMessages(self._host, lambda part: self.taking(part, model), lambda: self.sees(model))

    def list_request(self) -> HttpRequest:
        return HttpRequest("/models")

    def read_models(self, document: Any) -> ModelPage:
        entries = model_entries(document, ("data", "models", BARE))  # llama.cpp sends both, Ollama's under `models`
        if entries is None:
            raise NoModelListError(
                f"{self.settings.name} did not send a list of models. Check that its base_url ends where "
                "/models follows, usually in /v1."
            )
        # llama.cpp says what a model can do in the other of its lists.
        others = {first_text(row, "name", "model"): row for row in fields.rows(document, "models")}
        named = (_model(entry, others.get(first_text(entry, "id"), {})) for entry in entries)
        return ModelPage([model for model in named if model is not None])

    def efforts(self, model: str) -> tuple[Effort, ...] | None:
        return efforts_told_apart(self._host, model, super().efforts(model))

    def kinds(self, model: str) -> frozenset[MediaKind]:
        kinds = super().kinds(model)
        # Both read PDF files for models that do not: openrouter.ai/docs/features/multimodal/pdfs, and Mistral's OCR.
        return kinds | {MediaKind.DOCUMENT} if self._host in (OPENROUTER, MISTRAL) else kinds

    def other_model(self, kind: MediaKind) -> str:
        return super().other_model(kind) or (_EXAMPLES.get(kind, "") if self._host == OPENAI else "")

    def _settings_said(self, request: Request) -> list[Said]:
        parameters, model = request.parameters, request.model
        said: list[Said] = []
        if parameters.effort is not None:
            said.append(effort_said(self._host, model, parameters.effort, self.efforts(model)))
        if parameters.web:
            said.append(search_said(self._host, self.settings.name, model))
        if parameters.schema is not None:
            said.append(structure_said(self._host, parameters.schema))
        if self._host == OPENROUTER and self._makes_pictures(model):
            said.append(Said({"modalities": ["image", "text"]}))  # without it, such a model draws nothing
        return said

    def _makes_pictures(self, model: str) -> bool:
        listed = self.listed(model)
        return re.search(_DRAWS, model) is not None if listed is None else listed.makes_pictures


def _model(entry: Mapping[str, Any], other: Mapping[str, Any]) -> ModelInfo | None:
    """The model of an entry; `other` is its entry in a second list."""
    name = first_text(entry, "id", "model", "name")
    if not name:
        return None
    meta = entry.get("meta")
    places = [entry.get(field) for field in _WINDOW_NAMES]
    places += [meta.get("n_ctx"), meta.get("n_ctx_train")] if isinstance(meta, Mapping) else []
    windows = [place for place in places if isinstance(place, int) and not isinstance(place, bool) and place > 0]
    window = windows[0] if windows else None
    kinds = listed_kinds(entry)
    if kinds is None:
        kinds = listed_kinds(other)
    return ModelInfo(name, window, kinds, listed_efforts(entry), makes_pictures(entry))
