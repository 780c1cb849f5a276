"""Estimates how many tokens a picture, a document, a sound or another file takes in a prompt, by the model's family.

Sources, as of November 2025: platform.openai.com/docs/guides/images-vision (tiles and patches), /audio;
docs.claude.com/en/docs/build-with-claude/vision and /pdf-support; ai.google.dev/gemini-api/docs/tokens; and the
processors of open models at huggingface.co.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from textchat.core.figures.media.picture_size import Size, size_of
from textchat.core.figures.tokens import CHARACTERS_PER_TOKEN, estimate_tokens
from textchat.core.parts.part import MediaKind, Part

USUAL_SIZE: Size = (1024, 1024)
"""Of a picture whose size is not known."""
BYTES_PER_SOUND_S = 16_000
"""Of a compressed sound: 128 kbit/s."""
BYTES_PER_PAGE = 50_000
LONGEST_SCANNED = 2 * 1024 * 1024
"""Bytes of a file that are looked at; the rest is estimated by them."""
MOST_PAGES = 2_000
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_PAGE_COUNT = re.compile(rb"/Count\s+(\d{1,5})\b")
_TOKENS_PER_PAGE = ((r"claude", 2_250), (r"gemini", 258), (r"", 1_400))
"""Text and picture of a page. Anthropic names 1,500 to 3,000 for the text."""
_TOKENS_PER_SOUND_S = ((r"gemini", 32.0), (r"voxtral", 12.5), (r"", 10.0))


MOST_KNOWN = 10_000
_known: dict[tuple[str, str], int] = {}
"""Estimates by digest and family: the content of a stored part is not kept in memory."""


def part_tokens(part: Part, model: str) -> int:
    """The estimated tokens of `part` for `model`; of a content that is not loaded, as it was when it was."""
    key = (part.digest, _family(model))
    if part.data is None:
        known = _known.get(key)
        return _by_size(part, model) if known is None else known
    tokens = _known.get(key) if part.digest else None
    if tokens is None:
        tokens = _of_content(part, part.data, model)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[key] = tokens
    return tokens


def _of_content(part: Part, data: bytes, model: str) -> int:
    match part.kind:
        case MediaKind.PICTURE:
            return picture_tokens(size_of(part) or USUAL_SIZE, model)
        case MediaKind.DOCUMENT:
            return math.ceil(pages_of(data) * _rate(_TOKENS_PER_PAGE, model))
        case MediaKind.SOUND:
            return math.ceil(sound_seconds(data) * _rate(_TOKENS_PER_SOUND_S, model))
        case MediaKind.TEXT | MediaKind.OTHER:
            head = data[:LONGEST_SCANNED]
            return math.ceil(estimate_tokens(head.decode("utf-8", "replace")) * len(data) / max(1, len(head)))


def _by_size(part: Part, model: str) -> int:
    match part.kind:
        case MediaKind.PICTURE:
            return picture_tokens(size_of(part) or USUAL_SIZE, model) if part.size else 0
        case MediaKind.DOCUMENT:
            return math.ceil(math.ceil(part.size / BYTES_PER_PAGE) * _rate(_TOKENS_PER_PAGE, model))
        case MediaKind.SOUND:
            return math.ceil(part.size / BYTES_PER_SOUND_S * _rate(_TOKENS_PER_SOUND_S, model))
        case MediaKind.TEXT | MediaKind.OTHER:
            return math.ceil(part.size / CHARACTERS_PER_TOKEN)


# -- pictures ----------------------------------------------------------------------------------------------------------

_TILES = (
    (r"gpt-4o-mini", 2833, 5667),
    (r"gpt-5", 70, 140),
    (r"(^|/)o[134]|computer-use", 75, 150),
    (r"", 85, 170),
)
"""Base, and tokens of a tile, of OpenAI's models; the last also of what is not known."""
_PATCHES = (
    (r"gpt-(4\.1|5)[\w.]*-mini", 1.62),
    (r"gpt-(4\.1|5)[\w.]*-nano", 2.46),
    (r"(^|/)o4-mini", 1.72),
)
"""OpenAI's small models: tokens of a patch of 32 by 32."""
MOST_PATCHES = 1536


def picture_tokens(size: Size, model: str) -> int:
    """The tokens of a picture of so many pixels."""
    family = _family(model)
    name = model.lower()
    if family == "claude":
        width, height = _within(size, 1568)
        return min(math.ceil(width * height / 750), 1_600)
    if family == "gemini":
        return 258 if max(size) <= 384 else 258 * _grid(size, 768)
    if family == "gemma":
        return 256
    if family == "qwen":
        width, height = size
        return max(4, min(round(width / 28) * round(height / 28), 16_384))
    if family == "mistral":
        width, height = _within(size, 1024)
        return _grid((width, height), 16) + math.ceil(height / 16)
    for pattern, factor in _PATCHES:
        if re.search(pattern, name):
            return math.ceil(min(_grid(size, 32), MOST_PATCHES) * factor)
    base, tile = next((base, tile) for pattern, base, tile in _TILES if re.search(pattern, name))
    return base + tile * _grid(_shortened(_within(size, 2048)), 512)


def _within(size: Size, longest: int) -> Size:
    """The size scaled down so that no side is longer."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _shortened(size: Size) -> Size:
    """The size scaled down so that the shorter side has 768 pixels."""
    scale = min(1.0, 768 / min(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _grid(size: Size, side: int) -> int:
    return math.ceil(size[0] / side) * math.ceil(size[1] / side)


# -- documents and sounds ----------------------------------------------------------------------------------------------


def pages_of(data: bytes) -> int:
    """The pages of a PDF, counted or, where its objects are compressed, guessed by its size; at least one."""
    head = data[:LONGEST_SCANNED]
    share = len(data) / max(1, len(head))
    counted = sum(1 for _ in _PAGE.finditer(head)) * share
    named = max((int(count[1]) for count in _PAGE_COUNT.finditer(head)), default=0)
    pages = max(counted, named) or len(data) / BYTES_PER_PAGE
    return min(max(1, math.ceil(pages)), MOST_PAGES)


def sound_seconds(data: bytes) -> float:
    """How long a sound is: exact for WAV, which names its bytes a second, else by the usual bit rate."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE" and (rate := int.from_bytes(data[28:32], "little")):
        return max(0, len(data) - 44) / rate
    return len(data) / BYTES_PER_SOUND_S


def _rate(rates: tuple[tuple[str, float], ...], model: str) -> float:
    return next(rate for pattern, rate in rates if re.search(pattern, model.lower()))


@lru_cache(256)
def _family(model: str) -> str:
    name = model.lower()
    families = (
        ("claude", r"claude"),
        ("gemini", r"gemini"),
        ("gemma", r"gemma"),
        ("qwen", r"qwen|qvq"),
        ("mistral", r"mistral|pixtral|ministral|magistral"),
    )
    return next((family for family, pattern in families if re.search(pattern, name)), name)
