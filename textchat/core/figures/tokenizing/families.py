"""Tells by a model's name how its tokens are counted: by its own vocabulary, or by what was measured of its family."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """Models that split text into tokens alike."""

    measured_as: str = ""
    """A column of `o200k/weights.tsv`; empty: the tokens of o200k_base are counted as they are."""
    is_exact: bool = False
    """Whether o200k_base is their own; a count by what is only near is an estimate."""
    shows_all: bool = True
    """Whether they show all they generate; where some think unseen, a count of what is seen is an estimate."""


UNMEASURED = Family()
"""What no tokenizer is to be had of (Grok, GLM, Kimi, Llama 4, …), and names that say nothing."""

_FAMILIES = (
    # What was made of another: DeepSeek-R1-Distill-Qwen counts as Qwen, Hermes-3-Llama-3.1 as Llama.
    (r"qwen-?(3\.[5-9]|[4-9](?![\d.]*b))", Family("qwen 3.5")),
    (r"qwen|qwq|qvq", Family("qwen 3")),
    (r"llama[-_ ]?v?3", Family("llama 3")),
    (r"deepseek", Family("deepseek")),
    # tiktoken's own table of OpenAI's models. gpt-oss adds control tokens to o200k, its text is split the same.
    (r"gpt-(4o|4\.1|4\.5|oss)|chatgpt-4o|phi-?4-mini", Family(is_exact=True)),
    (r"gpt-[5-9]|(?<![a-z0-9])o[134](?=-|:|$)", Family(is_exact=True, shows_all=False)),
    (r"gpt-(4|3\.5|35)|phi-?4", Family("gpt-4")),
    # Claude's vocabulary changed with Opus 4.7: `claude-opus-4-7`, `claude-sonnet-5`; dates follow as 20250514.
    (r"claude-(?:[a-z]+-)?(?:4[-.](?:[7-9]|[1-9]\d)(?!\d)|[5-9](?!\d))", Family("claude 4.7")),
    (r"claude", Family("claude 3")),
    (r"gemini-1|gemma-?[12](?!\d)", Family("gemma 2")),
    (r"gemini|gemma", Family("gemma 3")),
    # The first models of Mistral, and the large ones of 2024, have one of 32,000 tokens: "mistral" is 7B with Ollama.
    (
        r"mixtral|mistral-(7b|large-24|medium-23|small-24(02|09))|mistral(:|$)|codestral-(22b|24|mamba|v0)",
        Family("mistral 7b"),
    ),
    (r"mistral|ministral|magistral|devstral|codestral|pixtral|voxtral", Family("mistral")),
)


def family_of(model: str) -> Family:
    """The family of a model by its name, with or without `PROVIDER/`; `UNMEASURED` where it says nothing."""
    name = model.lower().rsplit("/", 1)[-1]
    for pattern, family in _FAMILIES:
        if re.search(pattern, name):
            return family
    return UNMEASURED
