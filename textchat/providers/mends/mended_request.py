"""Asks again without the parts of a request that a server refused, and remembers them for that server and model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from textchat.core.errors import ChatError, ErrorKind
from textchat.core.provider import Request
from textchat.providers.mends.refusal import Refusal, spellings
from textchat.providers.protocol import BodyFields, ChatProtocol, HttpRequest
from textchat.providers.protocols.turn_shaping import system_as_prompt, system_text

MOST = 10
"""Refusals of one request that are mended; each takes something out, so that it ends sooner as a rule."""
_SYSTEM = "(system)"
_STREAM = "(stream)"
_SEALED = "(sealed)"
_THE_CLIENTS = frozenset({ErrorKind.BAD_REQUEST, ErrorKind.NOT_FOUND, ErrorKind.PERMISSION})
_MENDABLE = _THE_CLIENTS | {
    ErrorKind.SERVER,
    ErrorKind.PROTOCOL,
    # Taken for these by a word, as `context_length` or `safety` in the name of a field.
    ErrorKind.CONTEXT_LENGTH,
    ErrorKind.CONTENT_FILTER,
}


class RefusedParts:
    """What one server refused, by model: fields, the system prompt, streaming. Lives as long as its provider."""

    def __init__(self) -> None:
        self._by_model: dict[str, frozenset[str]] = {}

    def of(self, model: str) -> frozenset[str]:
        return self._by_model.get(model, frozenset())

    def add(self, model: str, names: frozenset[str]) -> None:
        self._by_model[model] = self.of(model) | names


class MendedRequest:
    """One request as its server takes it: without what was refused before, and mended after each new refusal."""

    def __init__(self, protocol: ChatProtocol, request: Request, remembered: RefusedParts) -> None:
        self._protocol = protocol
        self._request = request
        self._remembered = remembered
        self._refused = remembered.of(request.model)
        self._mends = 0
        self.http_request, self._notes = self._built()

    def mend(self, error: ChatError) -> bool:
        """Take out what `error` refuses, to ask again; False if there is nothing that can be left out."""
        if self._mends == MOST or not error.words:
            return False
        self._mends += 1
        status = error.status or 0
        refusal = Refusal(error.words, is_the_clients_fault=400 <= status < 500 and error.kind in _THE_CLIENTS)
        body = self.http_request.body or {}
        limit = self._protocol.lower_limit(body, refusal.text)
        if limit is not None:
            self._request = replace(self._request, parameters=replace(self._request.parameters, max_tokens=limit))
        elif error.kind not in _MENDABLE or status in (402, 429):
            return False
        elif refused := self._refused_parts(refusal, body):
            self._refused |= refused
        else:
            return False
        self.http_request, self._notes = self._built()
        return True

    def answered(self) -> tuple[str, ...]:
        """Remember what was left out, because the server takes the request so; the sentences that say it."""
        if self._mends:
            self._remembered.add(self._request.model, self._refused)
        return self._notes

    def _refused_parts(self, refusal: Refusal, body: Mapping[str, Any]) -> frozenset[str]:
        """What lies deeper than fields, then these: a refusal of `stream_options` often speaks of streaming as well."""
        if extras := self._protocol.refused_extras(body, refusal.text) - self._refused:
            return extras
        fields = self._protocol.body_fields
        sent = _optional(body, fields)
        own = {
            name
            for name in sent.keys() & (fields.own | self.http_request.translated.keys())
            if refusal.names(sent[name])
        }
        if refused := (own | refusal.fields(sent)) - self._refused:
            return frozenset(refused)
        if _SEALED not in self._refused and _has_sealed(self._request) and refusal.refuses_sealed():
            return frozenset({_SEALED})
        if _SYSTEM not in self._refused and system_text(self._request) and refusal.refuses_system():
            return frozenset({_SYSTEM})
        if self.http_request.stream and refusal.refuses_streaming():
            return frozenset({_STREAM})
        return self._refused_options(refusal, body) or frozenset(refusal.mentioned(sent) - self._refused)

    def _refused_options(self, refusal: Refusal, body: Mapping[str, Any]) -> frozenset[str]:
        """All fields of the options, where these are refused as a whole, and hold nothing that the user wrote there."""
        fields = self._protocol.body_fields
        options = body.get(fields.options)
        ours = fields.own | self.http_request.translated.keys()
        if not isinstance(options, Mapping) or not options.keys() <= ours:
            return frozenset()
        return frozenset(options) if refusal.fields({fields.options: (fields.options,)}) else frozenset()

    def _built(self) -> tuple[HttpRequest, tuple[str, ...]]:
        request, name = self._request, self._protocol.settings.name
        notes: list[str] = []
        if _SYSTEM in self._refused and system_text(request):
            request = system_as_prompt(request)
            notes.append(f"{name} refused a system prompt for this model, so it was sent with the first prompt.")
        if _STREAM in self._refused and request.parameters.stream:
            request = replace(request, parameters=replace(request.parameters, stream=False))
            notes.append(f"{name} refused to stream this model, so the reply came in one piece.")
        if _SEALED in self._refused and _has_sealed(request):
            request = _without_sealed(request)
            notes.append(f"{name} refused the sealed reasoning of earlier replies, so it was left out.")
        http_request = self._protocol.chat_request(request)
        fields = self._protocol.body_fields
        rest, extras = self._protocol.without_extras(request, http_request.body or {}, self._refused)
        body, left_out = _without(rest, self._refused, fields)
        left_out += extras
        known_as = {**fields.known_as, **http_request.translated}
        if asked_for := list(dict.fromkeys(known_as.get(field, field) for field in left_out)):
            notes.insert(0, _left_out(name, asked_for))
        return replace(http_request, body=body), (*http_request.notes, *notes)


def _left_out(provider: str, names: list[str]) -> str:
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    were = "it was" if len(names) == 1 else "they were"
    return f"{provider} refused {listed} for this model, so {were} left out."


def _has_sealed(request: Request) -> bool:
    return any(message.sealed for message in request.messages)


def _without_sealed(request: Request) -> Request:
    """The request without reasoning that only its server reads: of another account, or grown too old."""
    return replace(request, messages=tuple(replace(message, sealed=()) for message in request.messages))


def _optional(body: Mapping[str, Any], fields: BodyFields) -> dict[str, tuple[str, ...]]:
    """The fields of `body` and of its options that may be left out, with the names they may be called by."""
    options = body.get(fields.options)
    sent = {**body, **(options if isinstance(options, Mapping) else {})}
    return {
        name: spellings(name, value)
        for name, value in sent.items()
        if name not in fields.needed and name != fields.options
    }


def _without(body: Mapping[str, Any], refused: frozenset[str], fields: BodyFields) -> tuple[dict[str, Any], list[str]]:
    """`body` without the refused fields, some under another name; and those of the user's that are missing now."""
    kept, left_out = dict(body), list[str]()
    for name in refused & body.keys():
        value = kept.pop(name)
        other = fields.other_names.get(name)
        if other is not None and other not in refused:
            kept.setdefault(other, value)
        elif name not in fields.own:
            left_out.append(name)
    options = kept.get(fields.options)
    if isinstance(options, Mapping):
        inner, more = _without(options, refused, replace(fields, options=""))
        left_out += more
        kept[fields.options] = inner
        if not inner:
            del kept[fields.options]
    return kept, sorted(left_out)
