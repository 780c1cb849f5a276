"""Defines the scripted models of the demo: their behaviour, their answers, and the tokens of an answer for one seed."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

BRIEF = re.compile(r"\b(brief|briefly|short|concise|one sentence|tersely)\b", re.IGNORECASE)
GO_ON = re.compile(r"\b(continue|go on|carry on)\b", re.IGNORECASE)
DEFAULT_SEED = 1


@dataclass(frozen=True, slots=True)
class DemoModel:
    """Behaviour of one scripted model."""

    name: str
    first_token_s: float
    tokens_per_s: float
    is_careful: bool = False
    """It thinks first, and says more."""
    breaks_off: bool = False
    is_endless: bool = False
    is_busy: bool = False
    """It refuses every other request and asks for patience."""


MODELS: tuple[DemoModel, ...] = (
    DemoModel("fast", 0.15, 150),
    DemoModel("careful", 0.6, 45, is_careful=True),
    DemoModel("slow", 4, 6, is_careful=True),
    DemoModel("endless", 0.3, 60, is_endless=True),
    DemoModel("failing", 0.3, 60, breaks_off=True),
    DemoModel("busy", 0.3, 100, is_busy=True),
)

LONGEST_READ = 20_000
"""Characters of a prompt in which the words of a topic are looked for."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject of the demo with its answers in Markdown."""

    name: str
    words: tuple[str, ...]
    """What a prompt about it holds, in lower case."""
    fast: str
    thinking: str
    careful: str

    def weight(self, prompt: str) -> int:
        """How well `prompt` (in lower case) matches: the total length of the topic's words found in it."""
        return sum(len(word) for word in self.words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", prompt))


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """The answer of one model to one prompt."""

    thinking: str
    text: str


@cache
def topics() -> tuple[Topic, ...]:
    """Load all topics; the last one matches every prompt.

    They stand in `answers.md`: `@@ topic NAME: WORD, WORD`, then the parts `@@ fast`, `@@ thinking`, `@@ careful`.
    """
    text = resources.files("textchat.providers.demo").joinpath("answers.md").read_text("utf-8")
    parsed = []
    for section in text.split("@@ topic ")[1:]:
        head, *parts = section.split("@@ ")
        name, _, words = head.strip().partition(":")
        texts = {part.partition("\n")[0].strip(): part.partition("\n")[2].strip() for part in parts}
        known = tuple(word.strip() for word in words.split(",") if word.strip())
        parsed.append(Topic(name, known, texts["fast"], texts["thinking"], texts["careful"]))
    return tuple(parsed)


def topic_for(prompt: str) -> Topic:
    """The topic that matches best."""
    lowered = prompt[:LONGEST_READ].lower()
    best = max(topics(), key=lambda topic: topic.weight(lowered))
    return best if best.weight(lowered) else topics()[-1]


def answer(model: str, messages: Sequence[Mapping[str, Any]], *, is_careful: bool) -> DemoAnswer:
    """The answer of `demo/MODEL` to a conversation in the OpenAI protocol's form.

    A message of its own that stopped in the middle is gone on with, whether it stands last or before a request for it.
    """
    turns = [(str(message.get("role")), _text(message.get("content"))) for message in messages]
    prompts = [text for role, text in turns if role == "user"]
    begun = turns[-1][1] if turns and turns[-1][0] == "assistant" else ""
    if len(turns) > 2 and turns[-1][0] == "user" and turns[-2][0] == "assistant" and GO_ON.search(turns[-1][1]):
        begun = turns[-2][1]
        prompts.pop()
    full = _full_answer(model, prompts[-1] if prompts else "", is_careful)
    if any(role == "system" and BRIEF.search(text) for role, text in turns):
        full = DemoAnswer(full.thinking.partition(". ")[0], "\n\n".join(full.text.split("\n\n")[:2]))
    if begun and full.text.startswith(begun) and begun != full.text:
        return DemoAnswer("", full.text[len(begun) :])
    return full


def _full_answer(model: str, prompt: str, is_careful: bool) -> DemoAnswer:
    topic = topic_for(prompt)
    if is_careful:
        return DemoAnswer(topic.thinking, topic.careful.replace("**demo/careful**", f"**demo/{model}**"))
    return DemoAnswer("", topic.fast.replace("**demo/fast**", f"**demo/{model}**"))


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def tokens(text: str, chance: random.Random) -> list[str]:
    """Split `text` into pieces like a model's tokens: words with the space before them, longer ones in parts."""
    pieces: list[str] = []
    for word in re.findall(r"\s*[^\W_]+|\s*[\W_]", text):
        while len(word) > 7 and chance.random() < 0.6:
            cut = chance.randint(3, 6)
            pieces.append(word[:cut])
            word = word[cut:]
        pieces.append(word)
    return pieces
