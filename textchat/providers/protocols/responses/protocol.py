"""The Responses API of OpenAI: requests; the list of models is that of chat completions.

Source: https://platform.openai.com/docs/api-reference/responses.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import partial
from typing import Any

from textchat.core.configuration import is_openai
from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.taking import Taking, Way
from textchat.core.provider import Request
from textchat.core.text import json_fields as fields
from textchat.providers.protocol import BodyFields, HttpRequest
from textchat.providers.protocols.openai import OpenAIProtocol
from textchat.providers.protocols.responses.input_items import OFFICE, input_items
from textchat.providers.protocols.responses.reader import ResponsesReader
from textchat.providers.protocols.responses.request_options import options
from textchat.providers.protocols.turn_shaping import system_text
from textchat.providers.streams.response_reader import ResponseReader

VERBOSITY = "verbosity"
"""Said in `text`, beside the structure of the reply."""


class ResponsesProtocol(OpenAIProtocol):
    """Responses, streamed or whole; the server keeps none of them."""

    natively = frozenset({MediaKind.PICTURE, MediaKind.DOCUMENT})
    body_fields = BodyFields(
        needed=frozenset({"model", "input", "instructions", "stream"}),
        options="reasoning",
        own=frozenset({"include", "summary"}),
        known_as={"max_output_tokens": "max_tokens", "text": "schema", "tools": "web"},
    )

    def chat_request(self, request: Request) -> HttpRequest:
        parameters = request.parameters
        body: dict[str, Any] = {
            "model": request.model,
            "input": list(input_items(request, self.settings.name, partial(self.taking, model=request.model))),
            "stream": parameters.stream,
            "store": False,
        }
        if system := system_text(request):
            body["instructions"] = system
        asked, notes = options(
            parameters, request.model, self.efforts(request.model), is_openai=is_openai(self.settings.base_url)
        )
        return HttpRequest(
            "/responses", body | asked, stream=parameters.stream, notes=notes, translated={"effort": "effort"}
        )

    def refused_extras(self, body: Mapping[str, Any], refusal: str) -> frozenset[str]:
        """The verbosity alone: a structure stands beside it in the same field."""
        return frozenset(
            {VERBOSITY} if VERBOSITY in fields.table(body, "text") and VERBOSITY in refusal.lower() else ()
        )

    def without_extras(
        self, request: Request, body: Mapping[str, Any], names: Set[str]
    ) -> tuple[Mapping[str, Any], list[str]]:
        text = dict(fields.table(body, "text"))
        if VERBOSITY not in names or text.pop(VERBOSITY, None) is None:
            return body, []
        rest = {name: value for name, value in body.items() if name != "text"}
        return (rest | {"text": text} if text else rest), [VERBOSITY]

    def reader(self) -> ResponseReader:
        return ResponsesReader(self.settings.name, self.settings.max_event_bytes)

    def taking(self, part: Part, model: str) -> Taking:
        """How `model` gets a part of a prompt: OpenAI reads the documents of offices itself."""
        if part.media_type in OFFICE and is_openai(self.settings.base_url):
            return Taking(Way.NATIVE)
        return super().taking(part, model)
