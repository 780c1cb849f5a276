"""The words with which servers refuse a part of a request, or only the value of one.

The wordings are those of OpenAI, Azure, Anthropic, Gemini, Groq, Mistral, Ollama, vLLM, SGLang, llama.cpp, LiteLLM, and
of the checks that stand behind many others: FastAPI's pydantic, serde, zod, JSON Schema.
"""

from __future__ import annotations

import re


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE | re.DOTALL | re.ASCII)


REFUSES = _any_of(
    r"unsupported|unrecogni[sz]ed|unknown(?! error)|unexpected|deprecated|disabled|no longer|incompatible|prohibit",
    r"not[ _](?:\w+ )?(?:support|permit|allow|enable|available|accept|recogni[sz]|implement|known|compatible|found)",
    r"n['’]t (?:\w+ )?(?:support|permit|allow|accept|take|know|have|recogni[sz]e)|cannot|can['’]t|must not|instead",
    r"forbid|reject|\bremove\b|no such|extra[ _](?:input|field|key|propert|param|forbid)|additional propert",
    r"no support|find field|verified|only non.?stream",
    r"(?:invalid|illegal|bad)[ _](?:request )?(?:param|arg|field|key|option|prop|name)|不支持|不允许|未知",
)
"""A name near these is refused as such."""
VALUE = _any_of(
    r"must (?:be|contain|have|not exceed)|should (?:be|have|not exceed)|(?:has|needs) to be|\brequire[sd]?\b",
    r"out of (?:range|bounds)|\brange\b|exceed|maximum|minimum|missing|malformed|between|above|below|negative",
    r"too (?:large|big|high|low|small|short|long|many|great)|\d ?[<>]=? ?-?\d|[≤≥]|[<>]= ?-?\d",
    r"(?:greater|less|larger|smaller|higher|lower|more|fewer)[ _]than|not a valid|not one of ?[\[(]|unknown variant",
    r"(?:supported|allowed|valid|accepted|permitted|possible|available) values|at (?:most|least)\b|not in ?[\[(]",
    r"(?:invalid|illegal|wrong|bad|incorrect)[ _](?:value|type|number|format|schema)",
    r"up to \d|limit (?:is|of)|limited to|\d or (?:less|fewer|more|lower)|requested \d|allows? (?:only )?\d",
    r"does not match any of the expected|not an? (?:valid )?(?:number|integer|boolean|float|string)",
    r"expected (?:an? )?(?:number|integer|string|float|decimal|bool|array|object|list|value|type|int)",
)
"""The field is known, and its value is refused: the user must hear of it."""
MUST_GO = _any_of(
    r"must be (?:omitted|removed|unset|left out|absent|null|none)",
    r"must not be (?:set|given|specified|provided|present|sent)(?! to\b| above| below)",
    r"only (?:be )?(?:set to |accepts? |supports? |allows? )?(?:the )?(?:\w+ ?=? ?)?"
    r"(?:default\b|\W?\d[\d.]*\W? (?:is|are|when|for))",
)
"""The field must be left out, or has one possible value, which is what leaving it out means."""
ASIDE = _any_of(
    r"(?:^|please |try |[,;:] ?)use\b(?! of)(?:(?!instead of).)*",
    r"\b(?:expected one of|did you mean|replaced (?:by|with)|in favou?r of|renamed to|switch to)(?:(?!instead of).)*",
    r"\b(?:supported|allowed|valid|accepted|permitted|known|available) "
    r"(?:param\w*|arg\w*|fields?|keys?|options|propert\w+|names)(?! do| don)(?:(?!instead of).)*",
    r"\b(?:when|while|if|(?:compatible|used|combined|along|together|conjunction) with)\b[^,]*",
)
"""What a server takes instead, or under which condition it refuses; names in it are not refused."""
ACTS = _any_of(r"\s+(?:do|does|did|doesn|don|didn|return|refus|reject|fail|error)")
"""What is said of somebody and not of a field: "Provider does not support …", where `provider` was sent too."""
ONE_OF_TWO = _any_of(r"\bboth\b|only one of|mutually exclusive|one or the other")
SYSTEM = _any_of(
    r"\b(?:system|developer)[\W_]{0,3}(?:role|message|prompt|instruction|角色|消息|提示)|系统(?:角色|消息|提示)|\b(?:system|developer)\b.{0,60}\brole",
    r"\broles?\b.{0,80}\b(?:system|developer|user)\b|['\"`]system['\"`]|\bsystem:|\broles? must alternate",
    r"\bonly .{0,40}\buser\b.{0,40}(?:role|message)|\b(?:first|start|begin)\w*\b.{0,40}\buser\b",
)
SYSTEM_REFUSED = _any_of(REFUSES.pattern, r"\bonly\b|must|should|invalid")
STREAM = _any_of(r"(?<![\w.-])(?:non.?)?stream(?:ing|ed)?(?![\w-]|[ -]options?)|流式")
STREAM_REFUSED = _any_of(REFUSES.pattern, r"(?:be |to |[=:] ?)(?:false|off)\b|not (?:be )?true|invalid")
SEALED = _any_of(
    r"encrypted[ _]content|'reasoning' was provided without|reasoning.{0,20}\bitems?\b",
    r"thinking.{0,60}(?:signature|block)|(?:signature|block).{0,60}thinking|thought.?signature",
)
"""Of OpenAI's items (`invalid_encrypted_content`), Anthropic's signatures and redacted blocks, Google's signatures."""
SENTENCE_END = re.compile(r"(?<=[.;!?])\s|[\n{}]")
