"""Parses error documents in the shapes that different servers use."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from textchat.core.text import json_fields as fields
from textchat.providers.error_texts import is_page, lenient_json, page_words

_ERROR_TEXT = re.compile(
    # A name of its own, then a colon or a bracket: "error: CUDA out of memory", "[ERROR] …", "RuntimeError: …".
    r"[\[(]?(?:error|fatal|exception)\b[\])]?(?:\s*[:\uff1a]\s*|\s+[-\u2013]\s+|(?<=[\])])\s*)(?P<said>.+)"
    r"|[\w.]{0,80}(?:error|exception)\s*[:(].*"
    r"|traceback \(most recent call last\).*"
    # What proxies say, and what stands on their pages.
    r"|(?:error code: |http/1\.[01] |http )?(?:[45]\d\d )?"
    r"(?:internal (?:server )?error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out"
    r"|too many requests|upstream (?:connect )?error|no healthy upstream|stream timeout)\b.*"
    r"|error code: \d+",
    re.IGNORECASE | re.DOTALL,
)


class ErrorDetails(NamedTuple):
    """The relevant fields of an error document."""

    message: str = ""
    code: str = ""
    """Every machine-readable name in it (code, type, status, reason), in lower case, separated by spaces."""
    status: int | None = None
    """An HTTP status inside the document: gateways pass one on in a stream that began well."""
    retry_after_s: float | None = None
    """How long the server asks to wait, if the document says so."""


def error_details(document: Any) -> ErrorDetails | None:
    """Extract the error from a JSON document; None if it reports none.

    Reads the shapes of OpenAI and what follows it (`{"error": {"message", "type", "code"}}`), Anthropic (`type`),
    Google (`status`, `details[].reason`, and a list around it), Ollama and TGI (`{"error": "text"}`), FastAPI
    (`{"detail": …}`) and plain `{"message": …}`.
    """
    if isinstance(document, list):
        return error_details(document[0]) if document else None
    if not isinstance(document, dict):
        return None
    for name in ("error", "detail", "errors"):
        if inner := document.get(name):
            return _read(inner, document)
    if document.get("object") == "error" or document.get("type") == "error":
        return _read(document, {})
    if isinstance(document.get("message"), str) and not document.get("choices"):
        return _read(document, {})
    return None


def error_text_details(text: str) -> ErrorDetails | None:
    """Extract the error from a text that is no JSON; None if it reports none.

    Reads `error: words`, `error: {…}`, a dictionary as Python prints it (`{'error': {"message": …}}`), what begins
    with the name of an exception, what proxies say ("Bad Gateway") and web pages.
    """
    text = text.strip("\ufeff \t\r\n")
    if is_page(text):
        return ErrorDetails(page_words(text))
    if text.startswith(("{", "[")) and (document := lenient_json(text)) is not None:
        return error_details(document)
    error = _ERROR_TEXT.fullmatch(text)
    if error is None:
        return None
    said = error["said"] or text
    if said.startswith(("{", "[")) and (document := lenient_json(said)):
        return _read(document, {})
    return ErrorDetails(said)


def _read(inner: Any, outer: Mapping[str, Any]) -> ErrorDetails:
    if isinstance(inner, str):
        return ErrorDetails(inner, _names(outer), _http_status(outer.get("code")))
    if isinstance(inner, list) and inner:
        inner = inner[0]
    if not isinstance(inner, dict):
        return ErrorDetails(json.dumps(inner, ensure_ascii=False))
    if details := fields.rows(inner.get("message"), "detail"):
        inner = {**inner, **details[0]}  # Mistral wraps FastAPI's
    message = next(
        (inner[name] for name in ("message", "msg", "detail", "error") if isinstance(inner.get(name), str)), ""
    )
    if isinstance(place := inner.get("loc"), list):
        message = f"{'.'.join(map(str, place))}: {message}"
    metadata = inner.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("raw"), str):
        message = f"{message}: {metadata['raw']}"
    status = _http_status(inner.get("code")) or _http_status(inner.get("status"))
    return ErrorDetails(message, f"{_names(inner)} {_names(outer)}".strip(), status, _retry_delay(inner.get("details")))


def _retry_delay(details: Any) -> float | None:
    """Seconds in a `google.rpc.RetryInfo` (https://google.aip.dev/193): `{"retryDelay": "17.5s"}` among the details."""
    for part in details if isinstance(details, list) else ():
        delay = part.get("retryDelay") if isinstance(part, dict) else None
        if isinstance(delay, str) and (seconds := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)s", delay)):
            return float(seconds[1])
    return None


def _names(document: Mapping[str, Any]) -> str:
    names = [document.get(name) for name in ("code", "type", "status", "reason", "error_code")]
    for name in ("details", "metadata", "innererror"):
        inner = document.get(name)
        for part in inner if isinstance(inner, list) else [inner]:
            if isinstance(part, dict):
                names += [
                    part.get("reason"),
                    part.get("code"),
                    *(part.get("reasons") or [] if isinstance(part.get("reasons"), list) else []),
                ]
    return " ".join(name.lower() for name in names if isinstance(name, str))


def _http_status(value: Any) -> int | None:
    if isinstance(value, str) and value.isdigit() and len(value) == 3:
        value = int(value)
    return value if isinstance(value, int) and 400 <= value <= 599 else None
