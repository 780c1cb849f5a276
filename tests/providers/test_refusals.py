"""Refusals whose meaning stands in the document and not in the status or a header."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.conversation import Message, Role, Status
from textchat.core.errors import ErrorKind
from textchat.core.generation import Limits, run_reply
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.core.text.secrets import MASK
from textchat.providers.catalog import Catalog
from textchat.providers.error_documents import error_text_details
from textchat.providers.failures import LONGEST_QUOTE, not_json, refusal
from textchat.providers.masking import Secrets

KEY = "sk-proj-0123456789abcdef"


class Refusing(LoopbackServer):
    """Answers everything with one refusal."""

    def __init__(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__()
        self._answer = (status, document, headers or {})

    async def answer(self, exchange: Exchange) -> None:
        await exchange.reply_json(*self._answer)


async def refused(server: LoopbackServer, protocol: Protocol, retries: int = 0) -> tuple[Reply, list[float]]:
    """The reply, and the pauses between its tries."""
    settings = ProviderSettings("tested", protocol, server.url, api_key_env="TESTED_KEY", retries=retries)
    catalog = Catalog(Settings(providers={"tested": settings}), environ={"TESTED_KEY": "sk-tested"})
    opened = catalog.open("tested/model")
    reply = Reply(conversation_id="c", parent_id="1", model="tested/model")
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    request = Request(opened.name, (Message("1", None, Role.USER, "Hello?"),))
    await run_reply(opened.provider, request, reply, limits=Limits.of(opened.settings), sleep=sleep)
    await catalog.aclose()
    return reply, pauses


def quota(*details: Any) -> dict[str, Any]:
    return {"error": {"code": 429, "message": "Quota.", "status": "RESOURCE_EXHAUSTED", "details": list(details)}}


def retry_info(delay: Any) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


async def test_google_says_in_the_document_how_long_to_wait() -> None:
    help_links = {"@type": "type.googleapis.com/google.rpc.Help", "links": []}
    with Refusing(429, quota(help_links, retry_info("17.25s"))) as server:
        reply, pauses = await refused(server, Protocol.GEMINI, retries=2)
    assert pauses == [17.25, 17.25] and len(server.requests) == 3
    assert reply.error is not None
    assert (reply.error.kind, reply.error.status, reply.error.retry_after_s) == (ErrorKind.RATE_LIMIT, 429, 17.25)
    assert "17 seconds" in reply.error.message


async def test_a_wait_that_is_too_long_ends_the_reply_and_says_so() -> None:
    with Refusing(429, quota(retry_info("3600s"))) as server:
        reply, pauses = await refused(server, Protocol.GEMINI, retries=2)
    assert pauses == [] and len(server.requests) == 1
    assert reply.error is not None and "60 minutes" in reply.error.message and "60 seconds" in reply.error.message


async def test_the_header_goes_before_the_document() -> None:
    with Refusing(429, quota(retry_info("17s")), {"Retry-After": "3"}) as server:
        _, pauses = await refused(server, Protocol.GEMINI, retries=1)
    assert pauses == [3.0]


@pytest.mark.parametrize("delay", ["", "s", "-3s", "1e9s", "17", 17, None, ["17s"], "9" * 40 + "s", "17s\n"])
async def test_a_delay_that_is_none_is_ignored(delay: Any) -> None:
    with Refusing(429, quota(retry_info(delay), "no table")) as server:
        reply, _ = await refused(server, Protocol.GEMINI)
    assert reply.error is not None and reply.error.retry_after_s is None


async def test_an_empty_account_at_anthropic_is_no_bad_request() -> None:
    message = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
    document = {"type": "error", "error": {"type": "invalid_request_error", "message": message}}
    with Refusing(400, document) as server:
        reply, pauses = await refused(server, Protocol.ANTHROPIC, retries=2)
    assert reply.status is Status.FAILED and reply.error is not None and pauses == []
    assert reply.error.kind is ErrorKind.PERMISSION
    assert "Add credit" in reply.error.message


MINUTE = "You exceeded your current quota, please check your plan and billing details."


class RefusingAtFirst(LoopbackServer):
    """Refuses once, then answers."""

    def __init__(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__()
        self._answer = (status, document, headers or {})

    async def answer(self, exchange: Exchange) -> None:
        if len(self.requests) == 1:
            await exchange.reply_json(*self._answer)
            return
        answer = {"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}
        await exchange.reply_json(200, answer)


@pytest.mark.parametrize(
    ("status", "document", "headers", "pause"),
    [
        (429, {"error": {"message": MINUTE}}, {"Retry-After": "1"}, 1.0),
        (429, {"error": {"message": f"{MINUTE} Please retry in 1.2s.", "status": "RESOURCE_EXHAUSTED"}}, {}, 1.2),
        (429, quota(retry_info("1s")), {}, 1.0),
        (429, {"error": {"message": "No. Try again in 900ms, or see https://tested.example/billing"}}, {}, 0.9),
        (503, {"error": "busy"}, {"retry-after-ms": "1500"}, 1.5),
        (400, {"error": {"message": "odd"}}, {"x-should-retry": "true"}, None),
        (409, {"error": {"message": "Conflict"}}, {}, None),
        (524, "error code: 524", {}, None),
        (200, {"base_resp": {"status_code": 1002, "status_msg": "rate limit reached(RPM)"}}, {}, None),
        (200, {"error": {"message": "Overloaded", "type": "overloaded_error"}}, {}, None),
    ],
)
async def test_what_passes_by_itself_is_tried_again(
    status: int, document: Any, headers: dict[str, str], pause: float | None
) -> None:
    with RefusingAtFirst(status, document, headers) as server:
        reply, pauses = await refused(server, Protocol.OPENAI, retries=2)
    assert (reply.status, reply.text, len(server.requests)) == (Status.COMPLETE, "Hello", 2)
    assert pauses == [pause] if pause is not None else 0.25 <= pauses[0] <= 0.5


@pytest.mark.parametrize(
    ("status", "document", "headers"),
    [
        (429, {"error": {"message": MINUTE, "code": "insufficient_quota"}}, {}),
        (502, {"error": {"message": "The input is longer than the model's context length.", "code": 502}}, {}),
        (500, {"error": {"message": "internal"}}, {"x-should-retry": "false"}),
        (501, {"error": {"message": "not here"}}, {}),
        (400, {"error": {"message": "No healthy deployments for this model."}}, {}),
        (200, {"error": {"message": "prompt is too long: 2 tokens > 1 maximum"}}, {}),
        (429, {"error": {"message": "Try again in 1m2s."}}, {}),
    ],
)
async def test_what_lasts_is_asked_once(status: int, document: Any, headers: dict[str, str]) -> None:
    with RefusingAtFirst(status, document, headers) as server:
        reply, pauses = await refused(server, Protocol.OPENAI, retries=2)
    assert (reply.status, pauses, len(server.requests)) == (Status.FAILED, [], 1)


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("place", range(LONGEST_QUOTE - len(KEY) - 2, LONGEST_QUOTE + 2))
def test_a_quote_that_is_cut_within_a_key_shows_nothing_of_it(place: int, as_json: bool) -> None:
    said = f"{'x' * place}{KEY} is no key{'.' * 2000}"
    body = json.dumps({"error": {"message": said}}) if as_json else said
    shown = Secrets([KEY]).mask(refusal("tested", 401, {}, body.encode(), "Check it.").message)
    assert KEY[:4] not in shown and "…”. Check it." in shown


def test_what_is_no_json_is_quoted_without_a_key() -> None:
    shown = Secrets([KEY]).mask(not_json(f"{'x' * 70}{KEY}", "tested").message)
    assert KEY[:4] not in shown and f"x{MASK}…" in shown


def test_the_password_of_an_address_is_masked_as_it_is_sent() -> None:
    secrets = Secrets.of(None, {}, "http://name:p%40ssword@tested.example/v1")
    sent = base64.b64encode(b"name:p@ssword").decode()
    assert secrets.mask(f"p%40ssword p@ssword Basic {sent}") == f"{MASK} {MASK} Basic {MASK}"


@pytest.mark.parametrize("address", ["https://tok3n-of-hers@host/v1", "https://host/v1?code=tok3n-of-hers"])
def test_a_key_that_stands_in_an_address_is_masked_where_it_is_repeated(address: str) -> None:
    assert Secrets.of(None, {}, address).mask("No tok3n-of-hers, user") == f"No {MASK}, user"
    assert not Secrets.of(None, {}, "https://user@host/v1").recognisable


@pytest.mark.parametrize(("asked", "span"), [("1", "1 second"), ("17", "17 seconds"), ("3600", "60 minutes")])
def test_the_wait_that_is_asked_for_is_said(asked: str, span: str) -> None:
    assert f"asks you to wait {span}." in refusal("tested", 429, {"retry-after": asked}, b"", "").message


FORBIDDEN = {"type": "extra_forbidden", "loc": ["body", "stop"], "msg": "Extra inputs are not permitted", "input": 5}


@pytest.mark.parametrize(
    "document",
    [
        {"detail": [FORBIDDEN]},
        {"object": "error", "message": {"detail": [FORBIDDEN]}, "type": "invalid_request_error", "code": None},
    ],
)
def test_a_field_that_is_not_taken_is_named(document: Any) -> None:
    error = refusal("tested", 422, {}, json.dumps(document).encode(), "")
    assert error.kind is ErrorKind.BAD_REQUEST
    assert "body.stop: Extra inputs are not permitted" in error.message


def test_a_limit_beyond_the_context_is_about_its_length() -> None:
    said = "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length"
    document = {"type": "error", "error": {"type": "invalid_request_error", "message": said}}
    error = refusal("tested", 400, {}, json.dumps(document).encode(), "")
    assert error.kind is ErrorKind.CONTEXT_LENGTH


# -- texts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message", "status"),
    [
        ("error: CUDA out of memory, request 7 dropped", "CUDA out of memory, request 7 dropped", None),
        ("[ERROR] out of memory", "out of memory", None),
        ("Error - out of memory", "out of memory", None),
        ("torch.OutOfMemoryError: no memory", "torch.OutOfMemoryError: no memory", None),
        ('error: {"code":500,"message":"slot 3 crashed"}', "slot 3 crashed", 500),
        ("""{'error': {"message":"decode worker failed","status":500}}""", "decode worker failed", 500),
        ("{'error': {'message': 'it\\'s \"over\"', 'code': None, 'ok': False}}", 'it\'s "over"', None),
        ("502 Bad Gateway", "502 Bad Gateway", None),
        ("<html><head><title>502 Bad\nGateway</title></head><body>no</body></html>", "502 Bad Gateway", None),
        ("<!DOCTYPE html><style>p {}</style><p>Come <b>back</b> later</p>", "Come back later", None),
    ],
)
def test_a_text_that_reads_as_an_error_is_one(text: str, message: str, status: int | None) -> None:
    details = error_text_details(text)
    assert details is not None
    assert (details.message, details.status) == (message, status)


@pytest.mark.parametrize(
    "text", ["", "ping", ": OPENROUTER PROCESSING", "[DONE]", "keep-alive", "error-free", "errors were few", "{'a': 1}"]
)
def test_a_text_without_an_error_is_none(text: str) -> None:
    assert error_text_details(text) is None
