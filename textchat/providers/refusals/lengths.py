"""Recognises the refusal of a conversation that is too long, in the wordings of many servers."""

from __future__ import annotations

import re

from textchat.providers.error_documents import ErrorDetails
from textchat.providers.refusals.parameters import PARAMETER_UNKNOWN
from textchat.providers.refusals.words import words_of

_INPUT = (
    r"(?:prompts?|inputs?|messages?|instructions|context|conversation|history|request|content|query|text|payload|body)"
)
_CONTEXT_NAMED = re.compile(
    r"context.?(?:length|window|size|limit|overflow)|contextwindow|\bn_ctx\b"
    r"|(?:max(?:imum)?|allowed|available|supported|model)[ _-]{1,2}(?:allowed )?"
    r"(?:context|model|seq(?:uence)?|prompt|inputs?|message)[ _-]{0,2}(?:len(?:gth)?|tokens?|size)"
    r"|input.?length should|range of input length|token.?limit.?reached|tokens_limit_reached|exceed_context"
    # TGI: "`inputs` tokens + `max_new_tokens` must be <= 4096", "`inputs` must have less than 1024 tokens".
    r"|\binputs?\b.{0,60}must (?:be|have) (?:<|less|at most|fewer|no more)"
)
"""Whoever names the room for the prompt in a refusal says that it is too small."""
_TOO_LONG = re.compile(rf"\b{_INPUT}\b[^.;]{{0,60}}\btoo[ _](?:long|large|big|lengthy)\b|request[ _]too[ _]large")
_PROMPT = r"(?:prompts?|inputs?|messages?|instructions|context|conversation|history)"
_MORE_THAN = re.compile(
    rf"\b{_PROMPT}\b[^;]{{0,80}}\b(?:longer|larger|greater|more tokens) than\b(?! or equal)"
    rf"|\b(?:reduce|shorten|decrease|truncate|trim)\b.{{0,50}}\b(?:{_PROMPT}|text|content|(?:request|query) size)\b"
    rf"|\b{_PROMPT}\b[^;]{{0,60}}\b(?:over|above|beyond) the (?:limit|max)"
    r"|reduce the length|too many (?:(?:input|prompt|total) )?tokens|tokens? limit exceeded|input tokens exceeded"
    r"|\btokens?\b[^;]{0,80}\bexceed|exceed\w*\b[^;]{0,60}\btoken.?(?:limit|count)"
    rf"|\b{_INPUT}\b[^;]{{0,60}}\bexceed\w*\b[^;]{{0,40}}\b(?:length|tokens?|max|maximum size|limit of \d|limit)\b"
    r"|\b(?:prompts?|inputs?|messages|conversation|requested|sent)\b[^;]{0,40}\d tokens?\b[^;]{0,60}"
    r"\b(?:limit|max(?:imum)?|at most|up to|only|above|over|more than)\b"
    r"|\d tokens? > \d|at most \d+ (?:input |prompt )?tokens"
    r"|(?:exceed\w*|fits? in(?:to)?|over|beyond|above|>) (?:the |model'?s? ){0,3}context\b"
    rf"|context (?:is )?(?:full|exceeded)|\bmax(?:imum)? {_PROMPT}\b[^;]{{0,20}}\d tokens?\b"
    rf"|\b{_PROMPT}\b[^;]{{0,40}}\bdoes(?:n't| not) fit|too much text|expected maxlength: \d+, actual"
    # Chinese, Japanese, Korean; German, French, Spanish, Portuguese, Russian.
    r"|(?:上下文|输入|輸入|提示|prompt|tokens?|长度|長度|对话|對話|消息|文本|入力|プロンプト|コンテキスト|トークン|입력|프롬프트|컨텍스트|토큰)"
    r".{0,40}(?:超出|超过|超過|超长|超限|过长|過長|太长|太長|过大|大于|長すぎ|超え|초과|너무 [길깁])"
    r"|(?:超出|超过|超過).{0,30}(?:上下文|长度|長度|token|输入|輸入)"
    r"|(?:prompt|eingabe|anfrage|kontext|requête|contexte|entrada|mensaje|mensagem|запрос|контекст).{0,40}"
    r"(?:zu lang|überschreit|trop long|dépass|demasiado larg|excede|muito long|слишком|превыша)"
    r"|dépasse.{0,30}contexte"
)
"""The same in other words, which limits of use and of memory may have in common with it."""
_OTHER_LIMIT = re.compile(
    r"per[ -]?(?:second|minute|min\b|hour|day|month)|/ ?min\b|\b[tr]p[mdh]\b|rate.?limit|too many requests"
    r"|quota|throttl|please wait|resource_exhausted|out of memory|more (?:system )?memory|\bloading\b"
    r"|deadline exceeded|timed? ?out|\btimeout\b"
    r"|频率|每分钟|限流|配额|额度|余额|并发|速率|レート|속도"
)
_OUTPUT = re.compile(
    r"max_?(?:output_?|completion_?|new_?)?tokens|max(?:output|completion)?tokens|(?:completion|output) tokens"
)
_ANY_INPUT = re.compile(r"\b(?:prompts?|inputs?|messages|context|conversation|history)\b|上下文|输入|輸入|入力|입력")
_OTHER_THING = re.compile(
    r"\b(?:image|file|pdf|audio|video|attachment|schema|name|stop|metadata|queue|headers?|cookies?|ur[il])\b"
    r"[^.;]{0,30}(?:too (?:long|large|big)\b(?! for)|exceeds? \d)"
    r"|\bmodel (?:\S{1,60} )?(?:is )?too (?:large|big)\b"
    # "The request took too long"
    r"|\b(?:took|tak(?:e|es|en|ing)|wait\w*|r[au]n(?:ning)?)\b.{0,20}\btoo long"
)


def is_too_long(details: ErrorDetails) -> bool:
    """Whether a refusal says that the conversation is longer than the model or the server takes."""
    words = words_of(details)
    if PARAMETER_UNKNOWN.search(words):
        return False
    if _CONTEXT_NAMED.search(words):
        return _OTHER_LIMIT.search(words) is None or "maximum context" in words or "context_length" in words
    if _OTHER_THING.search(words):
        return False
    if _OUTPUT.search(words) and not _ANY_INPUT.search(_OUTPUT.sub("", words)):
        return False  # "max_tokens is too large: 50000"
    if re.search(r"request[ _]too[ _]large", words):
        return True  # one request above the limit of a minute will not pass in the next one either
    if _OTHER_LIMIT.search(words):
        return False
    # "You have exceeded your token limit" is with 429 about use, and else about length.
    is_about_use = details.status == 429 or details.retry_after_s is not None
    return _TOO_LONG.search(words) is not None or (not is_about_use and _MORE_THAN.search(words) is not None)
