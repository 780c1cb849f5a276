"""Estimates, and which vocabulary fits which model."""

from __future__ import annotations

import pytest

from textchat.core.figures.tokens import estimate_tokens, vocabulary_of


@pytest.mark.parametrize(
    ("model", "name", "is_exact"),
    [
        ("openai/gpt-4o-mini-2024-07-18", "o200k_base", True),
        ("openrouter/openai/gpt-4.1", "o200k_base", True),
        ("gpt-5.2", "o200k_base", True),
        ("o3", "o200k_base", True),
        ("openai/o4-mini", "o200k_base", True),
        ("openai/ft:gpt-4o-mini:org::id", "o200k_base", True),
        ("local/gpt-oss:20b", "o200k_base", True),
        ("openai/gpt-4-turbo", "cl100k_base", True),
        ("azure/gpt-35-turbo", "cl100k_base", True),
        ("ollama/llama3.2:3b", "cl100k_base", False),
        ("local/Meta-Llama-3-8B-Instruct-Q4_K_M.gguf", "cl100k_base", False),
        ("ollama/qwen3:8b", "cl100k_base", False),
    ],
)
def test_a_family_has_its_vocabulary(model: str, name: str, is_exact: bool) -> None:
    vocabulary = vocabulary_of(model)
    assert vocabulary is not None
    assert (vocabulary.name, vocabulary.is_exact) == (name, is_exact)


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-oss-20b", "gpt-5.2", "o3", "openai/o4-mini"])
def test_what_openai_lets_think_unseen_is_known(model: str) -> None:
    vocabulary = vocabulary_of(model)
    assert vocabulary is not None
    assert vocabulary.shows_all == model.startswith(("gpt-4o", "gpt-oss"))


@pytest.mark.parametrize(
    "model",
    [
        "anthropic/claude-sonnet-4-5",
        "gemini/gemini-2.5-pro",
        "mistral/mistral-large",
        "deepseek/deepseek-chat",
        "demo/fast",
        "ollama/llama4",
        "ollama/llama2",
        "ollama/olmo2",
        "local/o3000",
    ],
)
def test_others_are_estimated(model: str) -> None:
    assert vocabulary_of(model) is None


def test_an_estimate_is_never_zero_for_text() -> None:
    assert [estimate_tokens(characters) for characters in (0, 1, 4, 5)] == [0, 1, 1, 2]
