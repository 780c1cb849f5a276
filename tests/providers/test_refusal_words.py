"""What refusals mean, by tables: one row for each wording that servers are known to use, from public reports."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.errors import ChatError, ErrorKind
from textchat.core.waiting.retries import may_pass
from textchat.providers.error_documents import ErrorDetails, error_details, error_text_details
from textchat.providers.failures import failure, refusal
from textchat.providers.refusals.waits import wait_in_words

CONTEXT, BAD, RATE = ErrorKind.CONTEXT_LENGTH, ErrorKind.BAD_REQUEST, ErrorKind.RATE_LIMIT
MISSING, DENIED, BUSY, SERVER = ErrorKind.NOT_FOUND, ErrorKind.PERMISSION, ErrorKind.OVERLOADED, ErrorKind.SERVER


def said(message: Any, **fields: Any) -> dict[str, Any]:
    return {"error": {"message": message, **fields}}


def refused(status: int, document: Any, headers: dict[str, str] | None = None, **options: Any) -> ChatError:
    text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    return refusal("tested", status, headers or {}, text.encode(), "Check its key.", **options)


# -- too long ----------------------------------------------------------------------------------------------------------

TOO_LONG = [
    # OpenAI, Anthropic, Gemini
    "This model's maximum context length is 4097 tokens. However, your messages resulted in 4294 tokens.",
    "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "Invalid 'messages[1].content': string too long. Expected a string with maximum length 1048576.",
    "prompt is too long: 209303 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length",
    "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).",
    # xAI, Kimi, Copilot, Groq, Cerebras, Mistral, Cohere, MiniMax, Poolside
    "This model's maximum prompt length is 131072 but the request contains 136973 tokens.",
    "Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)",
    "prompt token count of 93854 exceeds the limit of 90000",
    "Please reduce the length of the messages or completion.",
    "Please reduce the length of the messages or completion. Current length is 8193 while limit is 8192",
    "Prompt contains 40077 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
    "too many tokens: total number of tokens (prompt and prediction) cannot exceed 2048 - received 6354.",
    "too many tokens: size limit exceeded by 9013 tokens. Try using shorter or fewer inputs.",
    "invalid params, context window exceeds limit (2013)",
    "Input length 131393 exceeds the maximum allowed input length of 131040 tokens.",
    # Bedrock, watsonx, Cloudflare, Ark, DashScope
    "Input is too long for requested model.",
    "Too many input tokens. Max input tokens: 8192, request input token count: 9000",
    "Input Tokens Exceeded: Number of input tokens exceeds maximum length.",
    "The number of input tokens 4167 cannot exceed the total tokens limit 4096 for this model",
    "The estimated number of input and maximum output tokens (9000) exceeded this model context window limit (8000).",
    "Total tokens of image and text exceed max message tokens. Request id: 0217",
    "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 204800]",
    "number of input tokens (167594) has exceeded max_prompt_tokens (163840) limit.",
    # vLLM, SGLang, TGI, llama.cpp, LM Studio, Ollama
    "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
    "length of prompt_tokens (163280) must be less than max_seq_len (32768).",
    "The input (49146 tokens) is longer than the model's context length (40960 tokens).",
    "Input length (160062 tokens) exceeds the maximum allowed length (59862 tokens).",
    "Prompt too long: 5152 tokens exceeds max_seq_len 2048 (leave room for output tokens)",
    "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5021 `inputs` tokens",
    "Input validation error: `inputs` must have less than 1024 tokens. Given: 2048",
    "the request exceeds the available context size. try increasing the context size or enable context shift",
    "Requested tokens (5000) exceed context window of 2048",
    "The number of tokens to keep from the initial prompt is greater than the context length",
    "Trying to keep the first 6000 tokens when context the overflows. However, the model is loaded with context "
    "length of only 4096 tokens, which is not enough.",
    "prompt too long; exceeded max context length by 4 tokens",
    "Malformed input request: expected maxLength: 2048, actual: 3000, please reformat your input and try again.",
    # in no server's words
    "Your prompt is longer than I take",
    "the prompt is over the limit",
    "input tokens + max_tokens (9000) > model context (8192)",
    "Message exceeds context",
    "prompt does not fit into the context",
    "Expected at most 4096 input tokens, got 9000",
    "you have too much text for this model: 9000 tokens (max 8192)",
    "Der Prompt ist zu lang",
    "La requête dépasse la longueur de contexte maximale",
    "Conversation is too long",
    "The length of your input exceeds the limit",
    "Prompt has 9000 tokens but the limit is 8000",
    "You sent 9000 tokens, which is above the limit of 8192",
    "Prompt exceeds max length",
    "Prompt 超长",
    "输入Token数量超过限制",
    "token数量超过上限",
    "对话内容过长，请减少",
    "超过模型最大上下文长度 8192",
    "入力が長すぎます",
]


@pytest.mark.parametrize("status", [400, 422, 500, 502, None])
@pytest.mark.parametrize("words", TOO_LONG)
def test_too_long_is_so_in_every_wording_and_status(words: str, status: int | None) -> None:
    error = failure("tested", ErrorDetails(words)) if status is None else refused(status, said(words))
    assert error.kind is CONTEXT
    assert "Shorten it" in error.message
    assert not may_pass(error)


NESTED = "prompt is too long: 2 tokens > 1 maximum"


@pytest.mark.parametrize(
    "document",
    [
        said(json.dumps(said(NESTED))),
        said(json.dumps(said(json.dumps(said(json.dumps(said(NESTED))))))),
        said(f"Error code: 400 - {said(NESTED, type=None)}"),
        said(f"litellm.BadRequestError: AnthropicException - {json.dumps(said(NESTED))}. Received Model Group=x"),
        said(f"VertexAIException - {json.dumps(said(NESTED), indent=1).encode()!r}"),
        said(f"upstream: {json.dumps(said(NESTED)).encode()!r}"),
        said("Provider returned error", metadata={"raw": json.dumps(said(NESTED))}),
        said("Provider returned error", metadata={"raw": said(NESTED)}),
        {"detail": f"ContextWindowExceededError: {json.dumps({'object': 'error', 'message': NESTED})}"},
        {"error": {"error": {"error": {"message": NESTED}}}},
        {"message": {"detail": [{"msg": NESTED}]}, "object": "error"},
        f"data: {json.dumps(said(NESTED))}\n\n",
        f"event: error\ndata: {json.dumps(said(NESTED))}\n\n",
        f"error: {json.dumps(said(NESTED))}",
        str(said(NESTED, code=None)),
        json.dumps(json.dumps(said(NESTED))),
    ],
)
def test_an_error_within_an_error_is_unwrapped(document: Any) -> None:
    error = refused(502, document)
    assert (error.kind, error.status) == (CONTEXT, 502)
    assert NESTED in error.message
    assert "{" not in error.message and "\\" not in error.message


def test_413_is_too_long_whatever_it_says() -> None:
    groq = "Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 14368, please reduce"
    for document in ("", "<html><title>413 Request Entity Too Large</title></html>", said(groq)):
        assert refused(413, document).kind is CONTEXT
    assert refused(429, said(groq)).kind is CONTEXT


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        (RATE, 429, "Rate limit reached for x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000."),
        (RATE, 429, "This request would exceed your rate limit of 40,000 input tokens per minute. Reduce the prompt"),
        (RATE, 429, "Too many tokens, please wait before trying again."),
        (RATE, 429, "Number of request tokens has exceeded your per-minute rate limit"),
        (RATE, 429, "This request exceeds the limit of 30000 tokens per minute"),
        (RATE, 429, "You have exceeded your token limit"),
        (RATE, 429, "Quota exceeded for metric: free_tier_input_token_count, limit: 250000"),
        (RATE, 400, "ThrottlingException: Too many tokens per day, please wait before trying again."),
        (BAD, 400, "max_tokens is too large: 50000. This model supports at most 16384 completion tokens."),
        (BAD, 400, json.dumps(said("max_tokens is too large: 50000. It supports at most 16384 completion tokens."))),
        (BAD, 400, "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for x"),
        (BAD, 400, "`max_tokens` in the request must not be greater than 4096"),
        (BAD, 400, "Range of max_tokens should be [1, 8192]"),
        (BAD, 400, "messages.0.content.1.image: image exceeds 5 MB maximum: 6291456 bytes > 5242880 bytes"),
        (BAD, 400, "Unsupported parameter: 'context_length' is not supported with this model."),
        (BAD, 400, "thinking.budget_tokens: Input should be greater than or equal to 1024"),
        (BAD, 400, "Value for `n` in this request is larger than the limit"),
        (BAD, 400, "Invalid 'messages[2].tool_calls[0].id': string too long. Expected at most 40 characters"),
        (BAD, 414, "Request-URI Too Long"),
        (BAD, 431, "Request Header Fields Too Large"),
        (SERVER, 500, "The request took too long to process"),
        (SERVER, 504, "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"),
        (SERVER, 500, "failed: model too large to fit in memory"),
        (BUSY, 503, "SlowDown: Please reduce your request rate."),
        (BUSY, 503, "The request queue is too long, try later"),
        (SERVER, 500, "CUDA out of memory. Tried to allocate 2 GiB"),
        (BUSY, 503, "Loading model"),
    ],
)
def test_what_merely_mentions_tokens_is_not_too_long(kind: ErrorKind, status: int, words: str) -> None:
    assert refused(status, said(words)).kind is kind


# -- when to come back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Please try again in 1.5s.", 1.5),
        ("Please try again in 9m38.016s. Need more", 578.016),
        ("try again in 1m2s", 62),
        ("Please try again in 644ms.", 0.644),
        ("Please retry in 1.2s.", 1.2),
        ("Please retry after 20 seconds.", 20),
        ("Please wait for 10 seconds before you go on", 10),
        ("Try again in about 5 minutes", 300),
        ("retry in 1 minute and 30 seconds", 90),
        ("The limit resets in 3h2m1s", 10921),
        ("after 5 seconds, try again", 5),
        ("'retry_after': 30", 30),
        ("Retry-After-Ms: 500", 0.5),
        ("429 Resource exhausted. retry_delay {\n  seconds: 41\n}", 41),
        ("请在5秒后重试", 5),
        ("请 30 分钟后再试", 1800),
        ("try again later", None),
        ("try again in 1 month", None),
        ("10 requests per 60 seconds", None),
        ("Please wait a moment before trying again", None),
        ("model m1 waits for nobody", None),
    ],
)
def test_words_say_when_to_come_back(words: str, seconds: float | None) -> None:
    assert wait_in_words(words) == pytest.approx(seconds)


BILLING = "Rate limit reached. Please try again in 1.5s. Need more? https://tested.example/settings/billing"
NO_MONEY = said("You exceeded your current quota, please check your plan and billing details.")


@pytest.mark.parametrize("status", [400, 403, 408, 409, 425, 429, 500, 503, 529])
def test_a_time_to_come_back_wins_over_all_words(status: int) -> None:
    error = refused(status, said(BILLING))
    assert (may_pass(error), error.retry_after_s) == (True, 1.5)
    assert "credit" not in error.message and "asks you to wait 2 seconds" in error.message
    error = refused(status, NO_MONEY, {"retry-after": "7"})
    assert (may_pass(error), error.retry_after_s) == (True, 7.0)
    assert "credit" not in error.message


@pytest.mark.parametrize(
    "fields",
    [
        {"retry_after": 5},
        {"retryAfter": "5"},
        {"retry_after_ms": 5000},
        {"metadata": {"headers": {"Retry-After": "5"}}},
        {"details": [{"retryDelay": "5s"}]},
    ],
)
def test_documents_say_when_to_come_back(fields: dict[str, Any]) -> None:
    assert refused(429, said("No.", **fields)).retry_after_s == 5
    assert refused(429, said(f"ProxyException - {json.dumps(said('No.', **fields))}")).retry_after_s == 5


def test_within_a_stream_codes_say_what_passes() -> None:
    for code, passes in (("api_error", True), ("overloaded_error", True), ("rate_limit_error", True), ("odd", False)):
        assert may_pass(failure("tested", ErrorDetails("No.", code))) is passes


def test_no_credit_is_a_code_or_has_no_time() -> None:
    code = said("Quota.", code="insufficient_quota")
    for document, headers in ((NO_MONEY, {}), (code, {}), (code, {"retry-after": "7"})):
        error = refused(429, document, headers)
        assert (error.kind, may_pass(error)) == (RATE, False)
        assert "Check the account's credit" in error.message
    link = said("Rate limit reached. See https://tested.example/settings/billing")
    assert may_pass(refused(429, link)) and "credit" not in refused(429, link).message


def test_a_long_time_is_said_and_not_waited_for() -> None:
    error = refused(429, said("Try again in 9m38.016s. Upgrade at https://tested.example/billing"))
    assert not may_pass(error)
    assert "10 minutes" in error.message and "credit" not in error.message


def test_too_long_a_conversation_is_not_asked_again_whenever_that_may_be() -> None:
    error = refused(400, said(NESTED), {"retry-after": "1"})
    assert (error.kind, error.retry_after_s, may_pass(error)) == (CONTEXT, None, False)


@pytest.mark.parametrize(("status", "document"), [(500, said("internal")), (400, said("odd")), (429, said("slow"))])
def test_what_a_server_says_about_trying_again_is_obeyed(status: int, document: Any) -> None:
    for value, passes in (("true", True), ("false", False), (" False", False)):
        assert may_pass(refused(status, document, {"x-should-retry": value})) is passes
    assert not may_pass(refused(status, document, {"x-should-retry": "true", "retry-after": "61"}))


@pytest.mark.parametrize("status", range(400, 600))
def test_which_statuses_may_pass(status: int) -> None:
    passing = {408, 409, 420, 425, 429, 499, *range(500, 600)} - {501, 505}
    assert may_pass(refused(status, f"error code: {status}")) is (status in passing)
    assert f"(HTTP {status})" in refused(status, "").message


@pytest.mark.parametrize(
    ("status", "document", "kind"),
    [
        (408, "", ErrorKind.TIMEOUT),
        (409, said("Conflict"), BUSY),
        (425, "Too Early", BUSY),
        (420, "Enhance your calm", RATE),
        (498, said("Flex tier capacity exceeded"), BUSY),
        (498, "Invalid token", ErrorKind.AUTHENTICATION),
        (500, said("Upstream says: 429 Too Many Requests"), RATE),
        (522, "error code: 522", SERVER),
        (511, "", ErrorKind.NETWORK),
    ],
)
def test_kinds_of_rare_statuses(status: int, document: Any, kind: ErrorKind) -> None:
    assert refused(status, document).kind is kind


# -- advice ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "advice"),
    [
        (
            said("Unsupported value: 'temperature' does not support 0.7 with this model.", param="temperature"),
            "Remove temperature from the model's parameters.",
        ),
        (said("Unsupported value: 'top_p' does not support 0.7 with this model."), "Remove top_p from"),
        (said("`temperature` is deprecated for this model."), "Remove temperature from"),
        (said("Unknown name \"topK\" at 'generation_config': Cannot find field."), "Remove topK from"),
        (said("property 'seed' is unsupported"), "Remove seed from"),
        (said("Unrecognized request argument supplied: foo"), "Remove foo from"),
        ({"detail": [{"loc": ["body", "min_p"], "msg": "Extra inputs are not permitted"}]}, "Remove min_p from"),
        (
            said("invalid temperature: only 1 is allowed"),
            "Correct temperature in the model's parameters, or remove it.",
        ),
        (said("must be positive", param="max_tokens"), "Correct max_tokens in"),
        (said("max_tokens is too large: 50000."), "Correct max_tokens in"),
        (said("Verify your organization to stream.", param="stream"), "Turn off streaming"),
        (said("roles must alternate", param="messages.[3].role"), "Check the model's parameters."),
        (said("what?"), "Check the model's parameters."),
    ],
)
def test_advice_names_the_parameter_that_was_refused(document: Any, advice: str) -> None:
    error = refused(400, document)
    assert error.kind is BAD
    assert advice in error.message


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "litellm.BadRequestError: There are no healthy deployments for this model. Received Model Group=x"),
        (400, "Server is pinned to 'a/b'; requests for 'c/d' are refused"),
        (404, "No endpoints found for a/b."),
        (400, "The model `x` has been decommissioned and is no longer supported."),
    ],
)
def test_a_model_that_is_not_there_is_looked_up(status: int, words: str) -> None:
    error = refused(status, said(words))
    assert error.kind is MISSING
    assert "`textchat models tested`" in error.message


@pytest.mark.parametrize("status", [400, 404, 405, 422])
def test_advice_for_a_list_of_models_does_not_lead_back_to_it(status: int) -> None:
    for document in ("", said("model not found")):
        error = refused(status, document, is_model_list=True)
        assert "textchat models" not in error.message and "base_url of [providers.tested]" in error.message


@pytest.mark.parametrize(
    ("status", "document", "advice"),
    [
        (403, "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>", "another network"),
        (403, said("Country, region, or territory not supported", code="unsupported_country"), "region"),
        (400, said("User location is not supported for the API use."), "region"),
        (403, said("You may not use x"), "Check the key's permissions."),
    ],
)
def test_a_guard_or_a_region_is_no_fault_of_the_key(status: int, document: Any, advice: str) -> None:
    error = refused(status, document)
    assert error.kind is DENIED
    assert advice in error.message


# -- documents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"choices": None, "base_resp": {"status_code": 1008, "status_msg": "no balance"}}, "no balance"),
        ({"code": 500, "msg": "404 NOT_FOUND", "success": False}, "404 NOT_FOUND"),
        ({"error_code": 336003, "error_msg": "too much"}, "too much"),
        ({"errcode": 1, "errmsg": "bad"}, "bad"),
        ({"status_code": 403, "status_msg": "no"}, "no"),
        ({"header": {"code": 10907, "message": "tokens"}}, "tokens"),
        ({"code": "Throttling", "message": "slow"}, "slow"),
        ({"ret": -1, "err_msg": "no"}, "no"),
        ({"success": False, "message": "no"}, "no"),
        ({"error": True, "message": "no"}, "no"),
        ({"errors": ["no", "never"]}, "no"),
        ({"status": 500, "error": "Internal Server Error", "message": "slot 3"}, "Internal Server Error: slot 3"),
        ({"title": "Bad Request", "detail": "no", "status": 400}, "no"),
        ({"fault": {"faultstring": "no"}}, "no"),
    ],
)
def test_words_without_an_answer_are_an_error(document: Any, message: str) -> None:
    details = error_details(document)
    assert details is not None
    assert details.message == message


@pytest.mark.parametrize(
    "document",
    [
        {"code": 0, "msg": "success"},
        {"code": "200", "message": "OK", "data": []},
        {"choices": [], "base_resp": {"status_code": 0, "status_msg": "success"}},
        {"choices": [{"delta": {}}], "message": "hm"},
        {"data": [{"id": "x"}], "message": "fetched"},
        {"error": {"code": 0, "message": "success"}},
        {"error": None, "success": True, "message": "fine"},
        {"type": "ping"},
        {"message": {"role": "assistant", "content": "x"}, "done": True},
    ],
)
def test_success_is_no_error(document: Any) -> None:
    assert error_details(document) is None


def test_a_page_within_a_message_is_shown_without_tags() -> None:
    page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502</h1></body>\r\n</html>\r\n"
    error = refused(500, said(f"litellm.InternalServerError: OpenAIException - {page}. Received Model Group=x"))
    assert "OpenAIException - 502 Bad Gateway" in error.message and "Group=x" in error.message
    assert "<" not in error.message


def test_a_document_that_is_cut_off_shows_its_words() -> None:
    echo = json.dumps({"detail": [{"loc": ["body", "x"], "msg": 'no such "x"', "input": "y" * 70_000}]})[:65_536]
    assert '“no such "x"”' in refused(422, echo).message


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip"])
def test_words_that_are_still_compressed_are_not_quoted(encoding: str) -> None:
    body = bytes(range(128, 256)) + bytes(range(32)) * 3
    error = refusal("tested", 400, {"content-encoding": encoding}, body, "")
    assert f"compressed with {encoding}" in error.message and "\ufffd" not in error.message
    error = refusal("tested", 400, {"content-encoding": encoding}, json.dumps(said("Naïve — 你好")).encode(), "")
    assert "Naïve — 你好" in error.message


# -- any text ----------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *(
            '{"error":',
            "{'error': ",
            '{"message": "',
            "b'{",
            '"',
            "'",
            "\\",
            "\\\\n",
            "[",
            "]",
            "}",
            "<html>",
            "<script>",
            "<",
        ),
        *(
            "error: ",
            "prompt ",
            "tokens ",
            "exceed ",
            "input is ",
            "try again in ",
            "1m",
            "9",
            " ",
            "max_tokens ",
            "a.b",
        ),
        *("\u0000", "\ud800".encode("utf-8", "replace").decode(), "上下文", "超过", "request "),
    ]
)


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=20), st.sampled_from([400, 429, 500]))
def test_no_text_is_too_odd_for_a_refusal(pieces: list[str], status: int) -> None:
    text = "".join(pieces)
    for document in (text, said(text), said(json.dumps(said(text))), text[1:]):
        error = refused(status, document)
        assert error.status == status and len(error.message) < 1000
    error_text_details(text)


@settings(max_examples=examples(20), deadline=None)
@example(["x"])
@given(st.lists(PIECES, min_size=1, max_size=4))
def test_long_texts_take_no_time(pieces: list[str]) -> None:
    piece = "".join(pieces)
    text = piece * (65_536 // len(piece))
    began = time.process_time()
    for document in (text, said(text), f"{{'{text}", f"<{text}"):
        refused(400, document)
    assert time.process_time() - began < 3  # what is quadratic takes minutes


@pytest.mark.parametrize("piece", ['{"error":', "{'error':", "[", '{"message":"', "\\"])
def test_nesting_without_end_is_refused_in_peace(piece: str) -> None:
    assert refused(400, piece * 7_000).kind is BAD
    nested: Any = "end"
    for _ in range(300):
        nested = {"error": nested}
    assert refused(400, nested).status == 400
