"""Tells by a model's name which kinds of parts it takes, from what its maker documents.

Sources, as of November 2025: platform.openai.com/docs/models, docs.claude.com/en/docs/build-with-claude/vision and
/pdf-support, ai.google.dev/gemini-api/docs/models, docs.mistral.ai/getting-started/models, api-docs.deepseek.com,
docs.x.ai/docs/models, and the cards of open models at huggingface.co.
"""

from __future__ import annotations

import re
from collections.abc import Set

from textchat.core.parts.part import MediaKind
from textchat.providers.capabilities.claude import claude_model
from textchat.providers.capabilities.gemini import gemini_model

Kinds = frozenset[MediaKind]

NOTHING: Kinds = frozenset()
_SEES: Kinds = frozenset({MediaKind.PICTURE})
_HEARS: Kinds = frozenset({MediaKind.SOUND})
_READS: Kinds = frozenset({MediaKind.PICTURE, MediaKind.DOCUMENT})
_SEES_AND_HEARS: Kinds = _SEES | _HEARS
_ALL: Kinds = _READS | _HEARS

_KNOWN: tuple[tuple[str, Kinds | None], ...] = (
    # OpenAI: models that take pictures and text take PDF files.
    (r"gpt-audio|gpt-4o(-mini)?-audio", _HEARS),
    (r"gpt-4o(-mini)?-search", NOTHING),
    (r"gpt-oss|gpt-3\.?5|gpt-4(-0\d{3}|-32k|-1106|$)|(^|/)o1-(mini|preview)|o3-mini", NOTHING),
    (r"gpt-4-(turbo|vision)", _SEES),
    (r"gpt-(4o|4\.1|4\.5|5)(?!.*(transcribe|tts|realtime|search))|chatgpt-4o", _READS),
    (r"(^|/)(o1|o3|o4-mini)(?=-|$)", _READS),
    # Anthropic and Google, where no version is in the name.
    (r"claude-(2|instant)", NOTHING),
    (r"claude-", _READS),
    (r"gemini-embedding", NOTHING),
    (r"gemini-", _ALL),
    (r"gemma-?3n", None),
    (r"gemma-?3[:-]?(1b|270m)|gemma-?2|codegemma|(^|/)gemma(:|-[27]b|$)", NOTHING),
    (r"gemma-?3|gemma-4-\d|paligemma|medgemma", _SEES),
    # Mistral; a name with "latest" may move on.
    (r"voxtral", _HEARS),
    (r"pixtral|mistral-small-?(3\.[12]|25)|mistral-(medium|large)-25|magistral-\w+-2509", _SEES),
    (r"codestral|mixtral|mistral-(nemo|tiny|large-24)|ministral-[38]b-24|mathstral|open-mistral", NOTHING),
    # Open models: what is made to see says so.
    (r"qwen.*omni|phi-?4-multimodal|minicpm-o", _SEES_AND_HEARS),
    (r"qwen.*audio", _HEARS),
    (r"(?<![a-z])vl\d?(?![a-z])|[-_.:]vision|llava|moondream|minicpm-?v|smolvlm|internvl|molmo", _SEES),
    (r"cogvlm|idefics|qvq", _SEES),
    (r"deepseek-ocr|llama-?4|glm-4(\.\d+)?v|kimi-vl", _SEES),
    (r"deepseek-(chat|reasoner|coder|v[23](?!\d)|r1)", NOTHING),
    (r"qwq|qwen-?(1|2)(\.5)?-?(coder|math)|qwen3-(coder|next)|qwen3[:-]\d|qwen2(\.5)?[:-]\d|codeqwen", NOTHING),
    (r"llama-?2|llama-?3(\.[13])?[:-]\d+b|llama-?3\.2[:-][13]b|codellama|tinyllama|llama3$|llama-?3\.[13]$", NOTHING),
    (r"grok-(2-vision|4)", _SEES),
    (r"grok-(code|3|2)|grok-beta", NOTHING),
    (r"glm-4\.[56](?!v)|glm-4-(plus|air|flash)|kimi-k2(?!\.)", NOTHING),
    (r"phi-?[34](?!.*vision)|phi-?2|command-r|command-a-03|starcoder|wizardlm|zephyr|falcon|olmo-?2|smollm", NOTHING),
    (r"sonar", _READS),
)
"""The first that matches counts; None: unknown, whatever follows."""

PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
"""The formats of pictures that OpenAI and Anthropic name, and that open models are served with."""
_TYPES: tuple[tuple[str, MediaKind, frozenset[str]], ...] = (
    (r"gpt-|(^|/)o[134]|claude-", MediaKind.PICTURE, PICTURE_TYPES),
    (r"gpt-", MediaKind.SOUND, frozenset({"audio/wav", "audio/mpeg"})),
)
_USUAL = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-flac": "audio/flac",
}
"""Names of media types that are in use, and what they are registered as."""


def usual_type(media_type: str) -> str:
    """A media type as it is registered, without parameters."""
    main = media_type.partition(";")[0].strip().lower()
    return _USUAL.get(main, main)


def known_kinds(model: str) -> frozenset[MediaKind] | None:
    """The kinds of parts that a model takes as they are, besides text; None where its name does not tell."""
    if (of_maker := claude_model(model) or gemini_model(model)) is not None:
        return of_maker.kinds
    name = model.lower()
    return next((kinds for pattern, kinds in _KNOWN if re.search(pattern, name)), None)


def known_types(model: str, kind: MediaKind) -> Set[str] | None:
    """The media types of a kind that a model takes; None where its name does not tell."""
    name = model.lower()
    return next((types for pattern, of, types in _TYPES if of is kind and re.search(pattern, name)), None)
