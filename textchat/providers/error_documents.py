"""Parses error documents in the shapes that different servers use."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from textchat.core.text import json_fields as fields
from textchat.providers.refusals.texts import is_page, lenient_json, page_words, replaced_inner

MOST_LAYERS = 8
"""How deep errors within errors are read: every gateway on the way may wrap one more."""

_ERROR_FIELDS = ("error", "detail", "errors", "err", "fault", "exception")
"""Fields that hold an error wherever they hold anything."""
_ENVELOPES = ("base_resp", "baseResp", "header", "result")
"""Fields that hold an error only beside a code that is none of success: of MiniMax, iFlytek and others."""
_WORDS = (
    *("message", "msg", "status_msg", "status_message", "statusMessage", "error_msg", "err_msg", "errmsg", "errorMsg"),
    *("error_message", "errorMessage", "error_description", "Message", "faultstring", "detail", "error", "description"),
    *("reason", "title"),
)
"""Fields of an error for people, the best first."""
_PLAIN_WORDS = _WORDS[: _WORDS.index("detail")]
"""Those that nothing but an error or a notice has at the top of a document."""
_CODES = (
    "code",
    "type",
    "status",
    "reason",
    "error_code",
    "err_code",
    "errcode",
    "errorCode",
    "error_type",
    "__type",
    "Code",
)
_RESULTS = ("code", "status_code", "statusCode", "error_code", "err_code", "errcode", "errorCode", "ret", "success")
"""Fields that say whether there is an error at all."""
_ANSWERS = ("choices", "candidates", "content", "delta", "data", "models", "output")
"""Fields of an answer: beside them, words alone are no error."""
_SUCCESS = re.compile(
    r"0*|20{2,}|2\d\d|ok(?:ay)?|success(?:ful(?:ly)?)?|succeed(?:ed)?|none|null|true|no error|成功", re.IGNORECASE
)

_OF_ERROR = re.compile(r"err(?:or|_?msg)|exception|fail|fault|invalid|denied|exceeded|limit|quota|unavailable")
"""In a code, or in the name of a field with words."""

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
_WAITS = {"retrydelay": 1.0, "retryafter": 1.0, "retryafters": 1.0, "retryafterseconds": 1.0, "retryafterms": 0.001}
_CUT_WORDS = re.compile(r'"(?:message|msg|detail|error)"\s*:\s*("(?:[^"\\]++|\\.)*+")', re.DOTALL)
_FRAME = re.compile(r"(?:event:[^\n]{0,80}\s+)?data:\s*")


class ErrorDetails(NamedTuple):
    """The relevant fields of an error document."""

    message: str = ""
    code: str = ""
    """Every machine-readable name in it (code, type, status, reason), in lower case, separated by spaces."""
    status: int | None = None
    """An HTTP status inside the document: gateways pass one on in a stream that began well."""
    retry_after_s: float | None = None
    """How long the server asks to wait, if the document says so."""
    param: str = ""
    """The field of the request that it complains of, if the document names it."""
    is_certain: bool = True
    """Whether anything but its words says that it is an error: `{"message": "Searching"}` may be a notice."""


def error_details(document: Any) -> ErrorDetails | None:
    """Extract the error from a JSON document; None if it reports none.

    Reads the shapes of OpenAI and what follows it (`{"error": {"message", "type", "code"}}`), Anthropic (`type`),
    Google (`status`, `details[].reason`, and a list around it), Ollama and TGI (`{"error": "text"}`), FastAPI
    (`{"detail": …}`), plain `{"message": …}`, and words beside a code (`{"code": 500, "msg": …}`, MiniMax's
    `{"base_resp": {"status_code", "status_msg"}}`); what tells of success is no error.
    """
    if isinstance(document, list):
        return error_details(document[0]) if document and isinstance(document[0], dict) else None
    if not isinstance(document, dict):
        return None
    details = _details(document)
    return None if details is None else _unwrapped(details)


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
    if said.startswith(("{", "[", '"')) and (document := lenient_json(said)):
        return error_details({"error": document})
    return _unwrapped(ErrorDetails(said))


def refusal_details(text: str) -> ErrorDetails:
    """The details of a text that is known to be an error: the body of a refusal in whatever shape."""
    text = text.strip("\ufeff \t\r\n")
    document = lenient_json(text)
    if isinstance(document, dict | list):
        return error_details(document) or ErrorDetails(text)
    if isinstance(document, str):
        return _unwrapped(ErrorDetails(document))
    if text.startswith("<"):
        return ErrorDetails(page_words(text))
    if text.startswith("{") and (cut := _CUT_WORDS.search(text)):
        # FastAPI repeats the whole conversation behind its words, more than is read of a refusal.
        return ErrorDetails(fields.as_text(lenient_json(cut[1])))
    text = _FRAME.sub("", text, count=1)
    return error_text_details(text) or _unwrapped(ErrorDetails(text))


# -- documents ---------------------------------------------------------------------------------------------------------


def _details(document: Mapping[str, Any]) -> ErrorDetails | None:
    for name in _ERROR_FIELDS:
        if (inner := document.get(name)) and not _is_success(inner):
            return _read(inner, document)
    for name in _ENVELOPES:
        if isinstance(inner := document.get(name), dict) and _failed(inner) and not _answers(document):
            return _read(inner, document)
    if document.get("object") == "error" or document.get("type") == "error":
        return _read(document, {})
    if not any(isinstance(words := document.get(name), str) and words for name in _PLAIN_WORDS):
        return _read(document, {}) if _failed(document) and _first_words(document) and not _answers(document) else None
    failed = _failed(document)
    if failed is False or _is_success(_first_words(document)) or (_answers(document) and not failed):
        return None
    if document.get("choices") or document.get("candidates"):
        return None
    details = _read(document, {})
    return details._replace(is_certain=failed is True or _names_error(document, details.code))


def _names_error(document: Mapping[str, Any], code: str) -> bool:
    """Whether a code, or the name of a field with words, is that of an error."""
    names = (name for name in _PLAIN_WORDS if document.get(name))
    return any(_OF_ERROR.search(name) for name in (code, *names))


def _failed(document: Mapping[str, Any]) -> bool | None:
    """Whether the codes of a document say that something failed; None where there is no code."""
    codes = [document[name] for name in _RESULTS if isinstance(document.get(name), str | int)]
    if not codes:
        return None
    return any(code is False if isinstance(code, bool) else not _is_success(code) for code in codes)


def _is_success(value: object) -> bool:
    if isinstance(value, dict):
        return _failed(value) is False or not any(value.values())
    return (
        isinstance(value, str | int)
        and not isinstance(value, bool)
        and _SUCCESS.fullmatch(str(value).strip()) is not None
    )


def _answers(document: Mapping[str, Any]) -> bool:
    return any(document.get(name) for name in _ANSWERS)


def _first_words(document: Mapping[str, Any]) -> str:
    return next((words for name in _WORDS if (words := fields.text(document, name))), "")


def _read(inner: Any, outer: Mapping[str, Any], layers: int = MOST_LAYERS) -> ErrorDetails:
    if isinstance(inner, list) and inner:
        inner = inner[0]
    if isinstance(inner, str):
        said = fields.text(outer, "message") or fields.text(outer, "msg")
        message = f"{inner}: {said}" if said and said != inner else inner
        return ErrorDetails(message, _names(outer), _status(outer), _wait(outer), _param(outer))
    if not isinstance(inner, dict):
        words = "" if isinstance(inner, bool) else json.dumps(inner, ensure_ascii=False)
        return ErrorDetails(_first_words(outer) or words, _names(outer), _status(outer), _wait(outer), _param(outer))
    for name in ("message", "error", "detail"):
        # Mistral wraps FastAPI's, and gateways the errors of others.
        if layers and isinstance(wrapped := inner.get(name), dict | list) and wrapped:
            table = {"detail": wrapped} if isinstance(wrapped, list) else wrapped
            nested = _read(table.get("detail") or table, {**outer, **_without(inner, name)}, layers - 1)
            if nested.message:
                return nested
    message = _first_words(inner)
    place = fields.items(inner, "loc")
    if place:
        message = f"{'.'.join(map(str, place))}: {message}"
    if (raw := _raw(inner.get("metadata"))) and raw not in message:
        message = f"{message.rstrip('.')}: {raw}" if message else raw
    name = fields.text(inner, "error").lower() if inner.get("error") != message else ""
    code = " ".join(names for names in (_names(inner), name, _names(outer)) if names)
    status = _status(inner) or _status(outer)
    wait = next((wait for part in (inner, outer) if (wait := _wait(part)) is not None), None)
    return ErrorDetails(message, code, status, wait, _param(inner) or _param(outer))


def _without(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


def _raw(metadata: Any) -> str:
    """OpenRouter's copy of what the server behind it said, as a text or as a document."""
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if isinstance(raw, dict) and (details := _details(raw)) is not None and details.message:
        return details.message
    return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False) if raw else ""


def _unwrapped(details: ErrorDetails) -> ErrorDetails:
    """The same with the words of documents and web pages in the place of those that stand within its message."""
    for _ in range(MOST_LAYERS):
        inner: list[ErrorDetails] = []

        def words(document: object, kept: list[ErrorDetails] = inner) -> str | None:
            found = _details(document) if isinstance(document, dict) else None
            if found is None or not found.message:
                return None
            kept.append(found)
            return found.message

        message = replaced_inner(details.message, words)
        if message == details.message:
            break
        details = _joined(details._replace(message=message), inner)
    return details


def _joined(details: ErrorDetails, inner: list[ErrorDetails]) -> ErrorDetails:
    """`details` with the fields of those that stood within, where it has none itself."""
    for each in inner:
        details = ErrorDetails(
            details.message,
            f"{details.code} {each.code}".strip(),
            details.status or each.status,
            each.retry_after_s if details.retry_after_s is None else details.retry_after_s,
            details.param or each.param,
            details.is_certain or each.is_certain,
        )
    return details


# -- fields ------------------------------------------------------------------------------------------------------------


def _wait(document: Mapping[str, Any]) -> float | None:
    """Seconds in a `google.rpc.RetryInfo` (https://google.aip.dev/193) among the details, or in `retry_after`.

    `{"details": [{"@type": "…RetryInfo", "retryDelay": "17.5s"}]}`
    """
    metadata = fields.table(document, "metadata")
    for part in (document, metadata, fields.table(metadata, "headers"), *fields.rows(document, "details")):
        for name, value in part.items():
            if (unit := _WAITS.get(name.lower().replace("_", "").replace("-", ""))) is not None:
                seconds = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)(s?)", value if isinstance(value, str) else f"{value}")
                if seconds is not None and (bool(seconds[2]) or name != "retryDelay"):
                    return float(seconds[1]) * unit
    return None


def _param(document: Mapping[str, Any]) -> str:
    place = [str(part) for part in fields.items(document, "loc")]
    return fields.text(document, "param") or ".".join(place).removeprefix("body.")


def _names(document: Mapping[str, Any]) -> str:
    names = [document.get(name) for name in _CODES]
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


def _status(document: Mapping[str, Any]) -> int | None:
    return next((status for name in ("code", "status") if (status := _http_status(document.get(name)))), None)


def _http_status(value: Any) -> int | None:
    if isinstance(value, str) and value.isdigit() and len(value) == 3:
        value = int(value)
    return value if isinstance(value, int) and 400 <= value <= 599 else None
