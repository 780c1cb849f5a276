"""The Anthropic Messages protocol: requests and the list of models.

Source: https://platform.claude.com/docs/en/api/messages, /models-list, /versioning and /errors, and
/docs/en/agents-and-tools/tool-use/web-search-tool.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import Any
from urllib.parse import quote

from textchat.core.conversation import Role
from textchat.core.parts.part import MediaKind
from textchat.core.provider import ModelInfo, Request
from textchat.core.text import json_fields as fields
from textchat.providers.capabilities.claude import claude_model
from textchat.providers.capabilities.kinds import PICTURE_TYPES
from textchat.providers.protocol import BodyFields, ChatProtocol, HttpRequest, ModelPage
from textchat.providers.protocols.anthropic_format import caching, concessions, structure, thinking
from textchat.providers.protocols.anthropic_format.blocks import Contents
from textchat.providers.protocols.anthropic_reader import AnthropicReader
from textchat.providers.protocols.model_list import NoModelListError, first_text, model_entries
from textchat.providers.protocols.request_body import present
from textchat.providers.protocols.turn_shaping import role_runs, system_text

VERSION = {"anthropic-version": "2023-06-01"}
USUAL_MAX_TOKENS = 16_384
"""The protocol wants a limit in each request. This one is more than answers need, and little enough that a blocking
request ends before connections are cut; where a model takes less, the server says how much and is asked again."""
PAGE = 1000
SEARCH_TOOL = {"type": "web_search_20250305", "name": concessions.SEARCH, "max_uses": 5}
"""The oldest form, which all models and servers know; each search costs a cent."""


class AnthropicProtocol(ChatProtocol):
    """Messages, streamed or whole. `seed` is not sent: the protocol has none."""

    default_url = "https://api.anthropic.com"
    url_variable = "ANTHROPIC_BASE_URL"
    key_variables = ("ANTHROPIC_API_KEY",)
    reader_type = AnthropicReader
    natively = frozenset({MediaKind.PICTURE, MediaKind.DOCUMENT})
    body_fields = BodyFields(
        needed=frozenset({"model", "max_tokens", "messages", "stream", "system"}),
        own=frozenset({"tool_choice"}),
        known_as={"output_config": "effort", "stop_sequences": "stop"},
    )

    def address(self, address: str) -> str:
        return address.rstrip("/").removesuffix("/v1")

    def key_headers(self, key: str) -> Mapping[str, str]:
        return {"x-api-key": key}

    def chat_request(self, request: Request) -> HttpRequest:
        parameters, model = request.parameters, request.model
        runs = role_runs(request)
        thoughts = thinking.said_thinking(request, self.efforts(model), continues=runs[-1].role is Role.ASSISTANT)
        sampling, note = thinking.said_sampling(model, parameters, thoughts)
        contents = self._contents(request, thoughts)
        body: dict[str, Any] = {
            "model": model,
            "messages": list(contents.turns(runs)),
            "stream": parameters.stream,
        }
        body |= present({"system": system_text(request) or None, "thinking": thoughts.thinking, **sampling})
        body |= present({"stop_sequences": None if parameters.stop is None else list(parameters.stop)})
        body |= _with_extra(_said_output(request, thoughts), parameters.extra)
        body["max_tokens"] = parameters.max_tokens or body.get("max_tokens") or _usual_limit(body)
        if parameters.extra.keys().isdisjoint({caching.FIELD, "messages", "system"}):
            body = caching.with_marks(body, model)
        notes = (*thoughts.notes, *filter(None, (note,)))
        return HttpRequest("/v1/messages", body, VERSION, stream=parameters.stream, notes=notes)

    def _contents(self, request: Request, thoughts: thinking.SaidThinking) -> Contents:
        known = claude_model(request.model)
        return Contents(
            lambda part: self.taking(part, request.model),
            thinker=f"{self.settings.name}/{request.model}" if thoughts.is_on else "",
            sees=self.sees(request.model),
            # The server takes no citations beside a format.
            cites=known is not None and known.cites_documents and request.parameters.schema is None,
        )

    def list_request(self) -> HttpRequest:
        return HttpRequest(f"/v1/models?limit={PAGE}", headers=VERSION)

    def read_models(self, document: Any) -> ModelPage:
        entries = model_entries(document, ("data",))
        if entries is None:
            raise NoModelListError(f"{self.settings.name} did not send a list of models. Check its base_url.")
        models = [
            # 0 stands for a window that is not known.
            ModelInfo(name, fields.count(entry, "max_input_tokens") or None)
            for entry in entries
            if (name := first_text(entry, "id", "name"))
        ]
        last = fields.text(document, "last_id")
        if not isinstance(document, dict) or not document.get("has_more") or not last:
            return ModelPage(models)
        return ModelPage(
            models, HttpRequest(f"/v1/models?limit={PAGE}&after_id={quote(last, safe='')}", headers=VERSION)
        )

    def types(self, model: str, kind: MediaKind) -> Set[str] | None:
        return PICTURE_TYPES if kind is MediaKind.PICTURE else super().types(model, kind)

    def refused_extras(self, body: Mapping[str, Any], refusal: str) -> frozenset[str]:
        return concessions.refused(body, refusal)

    def without_extras(
        self, request: Request, body: Mapping[str, Any], names: Set[str]
    ) -> tuple[Mapping[str, Any], list[str]]:
        return concessions.without(request.parameters, body, names)

    def lower_limit(self, body: Mapping[str, Any], refusal: str) -> int | None:
        """A lower limit, if the usual one is too high for the model or its remaining window."""
        if body.get("max_tokens") != _usual_limit(body):
            return None
        allowed = _allowed(refusal)
        return allowed if allowed is not None and 0 < allowed < body["max_tokens"] else None


def _said_output(request: Request, thoughts: thinking.SaidThinking) -> dict[str, Any]:
    """The fields for effort, structure and web search."""
    parameters = request.parameters
    output = present({"effort": thoughts.effort})
    tools = [SEARCH_TOOL] if parameters.web else []
    choice: dict[str, Any] | None = None
    if parameters.schema is not None and structure.takes_format(request.model):
        output["format"] = structure.answer_format(parameters.schema)
    elif parameters.schema is not None:
        choice = structure.answer_choice(is_free=bool(tools) or thoughts.is_on)
        tools = [*tools, structure.answer_tool(parameters.schema)]
    return present({"output_config": output or None, "tools": tools or None, "tool_choice": choice})


def _with_extra(said: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """`said` with the user's own fields over it; tools are added, and so is what an `output_config` leaves open."""
    merged = {**said, **extra}
    if "tools" in said and isinstance(own := extra.get("tools"), list):
        merged["tools"] = [*own, *said["tools"]]
    if "output_config" in said and isinstance(own := extra.get("output_config"), Mapping):
        merged["output_config"] = said["output_config"] | dict(own)
    return merged


def _usual_limit(body: Mapping[str, Any]) -> int:
    """The limit if the user sets none; the thoughts are added, because the limit includes them."""
    limit = USUAL_MAX_TOKENS + thinking.room(body)
    known = claude_model(fields.text(body, "model"))
    return limit if known is None else min(limit, known.most_output)


def _allowed(refusal: str) -> int | None:
    """The limit that a refusal names: `max_tokens: 16384 > 4096, …` or `…: 190000 + 16384 > 200000, …`."""
    if parts := re.search(r"(\d{1,9}) \+ (\d{1,9}) > (\d{1,9})", refusal):
        return int(parts[3]) - int(parts[1])
    limit = re.search(r"max_tokens: \d{1,9} > (\d{1,9})", refusal)
    return int(limit[1]) if limit else None
