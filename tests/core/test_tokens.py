"""Estimates with and without a vocabulary, beside true counts; and which family a model's name belongs to."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textchat.core.figures.tokenizing.families import family_of
from textchat.core.figures.tokenizing.token_kinds import load_weights
from textchat.core.figures.tokenizing.tokenizer import load_tokenizer
from textchat.core.figures.tokens import PASSAGE, PASSAGES, estimate_tokens, passages_of, rough_tokens

TEXTS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("token_texts.json").read_text("utf-8"))
"""Texts written for these tests, and what the tokenizers that `bench_estimates.py` names made of them."""
WITHIN = 0.15
WORDS_OF_THEIR_OWN = {("gemma 2", "html"), ("gemma 2", "italian"), ("gemma 3", "html")}
"""Further off: Gemma has whole tags of HTML as tokens."""
NO_PROSE = {"python", "typescript", "c", "json", "compact json", "markdown", "numbers", "latex", "html"}


@pytest.mark.parametrize("family", [name for name in TEXTS["english"]["tokens"] if name != "o200k_base"])
def test_every_measured_family_is_within_its_bound(family: str) -> None:
    tokenizer = load_tokenizer()
    errors = {kind: tokenizer.count(each["text"], family) / each["tokens"][family] - 1 for kind, each in TEXTS.items()}
    far = {kind: round(error, 2) for kind, error in errors.items() if abs(error) > WITHIN}
    assert {(family, kind) for kind in far} <= WORDS_OF_THEIR_OWN, far
    assert all(abs(error) <= 0.25 for error in errors.values()), far


def test_openai_models_are_counted_exactly() -> None:
    counts = {kind: load_tokenizer().count(each["text"]) for kind, each in TEXTS.items()}
    assert counts == {kind: each["tokens"]["o200k_base"] for kind, each in TEXTS.items()}


@given(text=st.text(max_size=200))
def test_every_kind_of_token_has_a_weight_in_every_family(text: str) -> None:
    for family in load_weights():
        assert math.isfinite(count := load_tokenizer().count(text, family))
        assert (count > 0) == bool(text)


def test_every_family_has_been_measured() -> None:
    assert set(load_weights()) == set(TEXTS["english"]["tokens"]) - {"o200k_base"}


def test_without_a_vocabulary_the_estimate_knows_scripts() -> None:
    """Four characters a token, as for English, were 60 % too low for Chinese and 40 % for Russian."""
    for kind in TEXTS.keys() - NO_PROSE:
        text, true = TEXTS[kind]["text"], TEXTS[kind]["tokens"]["o200k_base"]
        assert 0.6 < estimate_tokens(text) / true < 1.8, kind
    assert estimate_tokens("自行车不会倒。") == 7
    assert estimate_tokens("велосипед") == 4


def test_an_estimate_is_never_zero_for_text() -> None:
    assert [estimate_tokens("x" * characters) for characters in (0, 1, 4, 5)] == [0, 1, 1, 2]
    assert estimate_tokens("é") == estimate_tokens("漢") == estimate_tokens("\ud800") == 1


def test_of_a_huge_text_passages_are_estimated() -> None:
    for text in ("Some words and 自行车不会倒。 " * 60_000, "x" * 3_000_000):
        passages = passages_of(text)
        assert sum(map(len, passages)) <= PASSAGES * PASSAGE
        assert estimate_tokens(text) == pytest.approx(rough_tokens(text), rel=0.03)


@given(pieces=st.lists(st.text(max_size=20)))
def test_the_rough_estimates_of_pieces_add_up(pieces: list[str]) -> None:
    assert sum(map(rough_tokens, pieces)) == pytest.approx(rough_tokens("".join(pieces)))


@pytest.mark.parametrize(
    ("model", "measured_as", "is_exact"),
    [
        ("openai/gpt-4o-mini-2024-07-18", "", True),
        ("openrouter/openai/gpt-4.1", "", True),
        ("gpt-5.2", "", True),
        ("o3", "", True),
        ("openai/o4-mini", "", True),
        ("openai/ft:gpt-4o-mini:org::id", "", True),
        ("local/gpt-oss:20b", "", True),
        ("openai/gpt-4-turbo", "gpt-4", False),
        ("azure/gpt-35-turbo", "gpt-4", False),
        ("ollama/llama3.2:3b", "llama 3", False),
        ("local/Meta-Llama-3-8B-Instruct-Q4_K_M.gguf", "llama 3", False),
        ("groq/Llama-3.3-70B-Instruct", "llama 3", False),
        ("fireworks/accounts/fireworks/models/llama-v3p1-8b-instruct", "llama 3", False),
        ("ollama/qwen3:8b", "qwen 3", False),
        ("hf/Qwen/Qwen3-235B-A22B-Instruct-2507", "qwen 3", False),
        ("hf/Qwen/Qwen2.5-Coder-32B", "qwen 3", False),
        ("hf/Qwen/Qwen3.5-397B", "qwen 3.5", False),
        ("ollama/deepseek-r1-distill-qwen-7b", "qwen 3", False),
        ("deepseek/deepseek-chat", "deepseek", False),
        ("anthropic/claude-3-5-sonnet-20241022", "claude 3", False),
        ("anthropic/claude-3-opus-latest", "claude 3", False),
        ("anthropic/claude-sonnet-4-20250514", "claude 3", False),
        ("anthropic/claude-sonnet-4-5", "claude 3", False),
        ("openrouter/anthropic/claude-opus-4.6", "claude 3", False),
        ("anthropic/claude-opus-4-7", "claude 4.7", False),
        ("bedrock/us.anthropic.claude-opus-4-8-v1:0", "claude 4.7", False),
        ("anthropic/claude-sonnet-5", "claude 4.7", False),
        ("gemini/gemini-2.5-pro", "gemma 3", False),
        ("gemini/models/gemini-3-pro-preview", "gemma 3", False),
        ("gemini/gemini-1.5-flash", "gemma 2", False),
        ("ollama/gemma3:27b", "gemma 3", False),
        ("ollama/gemma2:9b", "gemma 2", False),
        ("mistral/mistral-large-latest", "mistral", False),
        ("mistral/mistral-large", "mistral", False),
        ("mistral/codestral-2508", "mistral", False),
        ("ollama/mistral", "mistral 7b", False),
        ("ollama/mixtral:8x7b", "mistral 7b", False),
        ("mistral/open-mistral-nemo", "mistral", False),
        ("demo/fast", "", False),
        ("ollama/llama4", "", False),
        ("ollama/olmo2", "", False),
        ("local/o3000", "", False),
        ("xai/grok-4", "", False),
    ],
)
def test_names_as_users_write_them(model: str, measured_as: str, is_exact: bool) -> None:
    family = family_of(model)
    assert (family.measured_as, family.is_exact) == (measured_as, is_exact)


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-oss-20b", "gpt-5.2", "o3", "openai/o4-mini"])
def test_what_openai_lets_think_unseen_is_known(model: str) -> None:
    assert family_of(model).shows_all == model.startswith(("gpt-4o", "gpt-oss"))
