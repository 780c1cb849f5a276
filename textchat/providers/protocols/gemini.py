"""The Google Gemini protocol: requests and the list of models.

Source: https://ai.google.dev/api/generate-content, /api/caching#Content and /api/models, and
https://ai.google.dev/gemini-api/docs/structured-output, /image-understanding
and /google-search.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any
from urllib.parse import quote, urlsplit

from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.taking import Taking, Way
from textchat.core.provider import ModelInfo, Request
from textchat.core.text import json_fields as fields
from textchat.providers.capabilities.gemini import gemini_model
from textchat.providers.capabilities.kinds import usual_type
from textchat.providers.protocol import BodyFields, ChatProtocol, HttpRequest, ModelPage
from textchat.providers.protocols.gemini_format import concessions, thinking
from textchat.providers.protocols.gemini_format.contents import Contents
from textchat.providers.protocols.gemini_reader import GeminiReader
from textchat.providers.protocols.model_list import NoModelListError, first_text, model_entries
from textchat.providers.protocols.request_body import place_extra, present
from textchat.providers.protocols.turn_shaping import role_runs, system_text

PAGE = 1000
SEARCH_TOOL: Mapping[str, Any] = {concessions.SEARCH: {}}
JSON_TYPE = "application/json"
_PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"})
_REQUEST_FIELDS = frozenset(
    {"contents", "systemInstruction", "tools", "toolConfig", "safetySettings", "generationConfig", "cachedContent"}
    | {"labels", "store", "serviceTier"}
)
"""Any other extra parameter (`topK`, `stopSequences`, `thinkingConfig`, …) belongs to `generationConfig`."""


class GeminiProtocol(ChatProtocol):
    """Generated content, streamed or whole. The key is sent in a header, never in the address."""

    default_url = "https://generativelanguage.googleapis.com/v1beta"
    url_variable = "GOOGLE_GEMINI_BASE_URL"
    key_variables = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
    reader_type = GeminiReader
    natively = frozenset({MediaKind.PICTURE, MediaKind.DOCUMENT, MediaKind.SOUND})
    body_fields = BodyFields(
        needed=frozenset({"contents", "systemInstruction"}),
        options="generationConfig",
        known_as={
            "maxOutputTokens": "max_tokens",
            "topP": "top_p",
            "stopSequences": "stop",
            "responseMimeType": "schema",
            "responseJsonSchema": "schema",
            "responseSchema": "schema",
            "tools": "web",
        },
        own=frozenset({"responseModalities"}),
        other_names={"responseJsonSchema": "responseSchema"},
    )

    def address(self, address: str) -> str:
        """The address, with the version appended if it has no path, as Google's own libraries do."""
        address = address.rstrip("/")
        return address if urlsplit(address).path else f"{address}/v1beta"

    def key_headers(self, key: str) -> Mapping[str, str]:
        return {"x-goog-api-key": key}

    def chat_request(self, request: Request) -> HttpRequest:
        parameters = request.parameters
        contents = Contents(
            lambda part: self.taking(part, request.model), thinker=f"{self.settings.name}/{request.model}"
        )
        body: dict[str, Any] = {"contents": [contents.turn(run) for run in role_runs(request)]}
        if system := system_text(request):
            body["systemInstruction"] = {"parts": [{"text": system}]}
        config, note = thinking.said_thinking(request, self.efforts(request.model))
        options = {
            "temperature": parameters.temperature,
            "maxOutputTokens": parameters.max_tokens,
            "topP": parameters.top_p,
            "seed": parameters.seed,
            "stopSequences": None if parameters.stop is None else list(parameters.stop),
            "thinkingConfig": config,
            "responseModalities": _modalities(request.model),
            "responseMimeType": None if parameters.schema is None else JSON_TYPE,
            "responseJsonSchema": None if parameters.schema is None else dict(parameters.schema),
        }
        place_extra(body, parameters.extra, "generationConfig", present(options), _REQUEST_FIELDS)
        if parameters.web:
            body["tools"] = [*fields.as_list(body.get("tools")), dict(SEARCH_TOOL)]
        method = "streamGenerateContent?alt=sse" if parameters.stream else "generateContent"
        path = f"{_model_path(request.model)}:{method}"
        return HttpRequest(path, body, stream=parameters.stream, notes=(note,) if note else ())

    def list_request(self) -> HttpRequest:
        return HttpRequest(f"/models?pageSize={PAGE}")

    def read_models(self, document: Any) -> ModelPage:
        # An account without any model gets an empty object.
        entries = model_entries(document, ("models",))
        if entries is None and (document == {} or fields.text(document, "nextPageToken")):
            entries = []
        if entries is None:
            raise NoModelListError(f"{self.settings.name} did not send a list of models. Check its base_url.")
        models = [
            ModelInfo(name.removeprefix("models/"), fields.count(entry, "inputTokenLimit") or None)
            for entry in entries
            if (name := first_text(entry, "name", "id")) and _generates_text(entry)
        ]
        token = fields.text(document, "nextPageToken")
        following = HttpRequest(f"/models?pageSize={PAGE}&pageToken={quote(token, safe='')}") if token else None
        return ModelPage(models, following)

    def taking(self, part: Part, model: str) -> Taking:
        if usual_type(part.media_type).startswith("video/") and MediaKind.SOUND in self.kinds(model):
            return Taking(Way.NATIVE)
        return super().taking(part, model)

    def types(self, model: str, kind: MediaKind) -> Set[str] | None:
        return _PICTURES if kind is MediaKind.PICTURE else super().types(model, kind)

    def refused_extras(self, body: Mapping[str, Any], refusal: str) -> frozenset[str]:
        return concessions.refused(body, refusal)

    def without_extras(
        self, request: Request, body: Mapping[str, Any], names: Set[str]
    ) -> tuple[Mapping[str, Any], list[str]]:
        return concessions.without(request.parameters, body, names)


def _modalities(model: str) -> list[str] | None:
    known = gemini_model(model)
    return list(known.modalities) or None if known is not None else None


def _model_path(model: str) -> str:
    """The path of a model: a plain name is one of Google's models, a tuned one includes its collection."""
    path = model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"
    return f"/{quote(path, safe='/')}"


def _generates_text(entry: Mapping[str, Any]) -> bool:
    methods = entry.get("supportedGenerationMethods")
    return not isinstance(methods, list) or "generateContent" in methods
