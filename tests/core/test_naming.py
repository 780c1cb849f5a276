"""Answers that tell their model, and those that only seem to."""

from __future__ import annotations

import pytest

from textchat.core.blind.naming import names_itself
from textchat.core.conversation import Message, Role


def told(model: str, text: str, prompt: str = "", reasoning: str = "") -> bool:
    return names_itself(Message("m", None, Role.ASSISTANT, text, reasoning, model=model), prompt)


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("openai/gpt-4o", "I am GPT-4, a language model."),
        ("openai/gpt-4o", "As an AI developed by OpenAI, I have no feelings."),
        ("openai/gpt-4o", "**GPT‑4** would say so."),
        ("gateway/gpt4", "I'm ChatGPT."),
        ("openai/o3-mini", "This is o3-mini."),
        ("anthropic/claude-opus-4", "I’m Claude, made by Anthropic."),
        ("anthropic/claude-opus-4", "Who is best? claude is."),
        ("anthropic/claude-opus-4", "Claude Opus can do it."),
        ("google/gemini-2.5-pro", "I am a large language model, trained by Google."),
        ("google/gemini-2.5-pro", "Gemini 2.5 is what you are talking to."),
        ("meta/llama-3-70b", "I'm Llama, created by Meta."),
        ("openrouter/meta-llama/llama-3.3-70b-instruct", "This is llama 3.3."),
        ("ollama/qwen2.5:7b", "我是通义千问。"),
        ("ollama/qwen2.5:7b", "I am Qwen, created by Alibaba Cloud."),
        ("ollama/phi-3", "I am Phi, a model by Microsoft."),
        ("mistral/mistral-large", "Ich bin ein Modell von Mistral AI."),
        ("deepseek/deepseek-r1", "I'm DeepSeek-R1."),
        ("x/grok-2", "Hello! I'm Grok."),
        ("acme/zephyr-7b", "My name is Zephyr."),
        ("acme/zebra-wise", "I am zebra-wise."),
        ("acme/zephyr-7b", "I was trained by Acme."),
        ("google/gemini-2.5-pro", "A large language model, made by Google."),
        ("google/gemini-2.5-pro", "I'm **Gemini**."),
        ("meta/llama-3-70b", "You're talking to the Llama model."),
        ("ollama/phi-3", "Je suis Phi, un modèle de Microsoft."),
    ],
)
def test_it_tells_its_model(model: str, text: str) -> None:
    assert told(model, text)


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("openai/gpt-4o", "I am Claude, made by Anthropic."),
        ("openai/gpt-4o", "The egpts of the pgpt."),
        ("openai/gpt-4o", "As an AI model I have no feelings."),
        ("anthropic/claude-opus-4", "I am not Claude."),
        ("anthropic/claude-opus-4", "Claude Monet painted water lilies."),
        ("google/gemini-2.5-pro", "Gemini is a sign of the zodiac."),
        ("google/gemini-2.5-pro", "You can look that up with Google."),
        ("meta/llama-3-70b", "A llama lives in the Andes."),
        ("ollama/phi-3", "The golden ratio phi is 1.618."),
        ("cohere/command-r", "I am running a command."),
        ("demo/fast", "I am fast."),
        ("demo/very-fast", "A very-fast car is what you want."),
        ("local/chat-large", "I am a large chat-large thing."),
        ("openrouter/auto", "I am an assistant on a router."),
        ("google/gemini-2.5-pro", "Android was created by Google."),
        ("google/gemini-2.5-pro", "As an example, Google sells phones."),
        ("google/gemini-2.5-pro", "This is what Google says, and I am fond of Google."),
        ("amazon/nova-pro", "I am going to the Amazon."),
        ("anthropic/claude-opus-4", "Unlike Claude, I am brief."),
        ("mistral/mistral-large", "The mistral blows from the north."),
    ],
)
def test_it_tells_nothing(model: str, text: str) -> None:
    assert not told(model, text)


def test_names_of_the_prompt_are_no_news() -> None:
    question = "Which is older, GPT-3 or GPT-4?"
    assert not told("openai/gpt-4", "GPT-3 is older than GPT-4.", question)
    assert told("openai/gpt-4", "GPT-3 is. I am GPT-4, by the way.", question)


def test_thoughts_are_not_shown_and_tell_nothing() -> None:
    assert not told("anthropic/claude-opus-4", "Hello.", reasoning="I am Claude, so I should say so.")
