"""Defines the scripted models of the demo: their behaviour, their answers, and the tokens of an answer for one seed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from textchat.providers.demo.cited import Source, cited, moved

BRIEF = re.compile(r"\b(brief|briefly|short|concise|one sentence|tersely)\b", re.IGNORECASE)
GO_ON = re.compile(r"\b(continue|go on|carry on)\b", re.IGNORECASE)
DEFAULT_SEED = 1
_SECOND_THOUGHTS = (
    "Let me check that once more.",
    "Each sentence has to be true of the program as it is.",
    "The order is right: first what to do, then why.",
    "Could anything be left out? Perhaps a word or two.",
    "What would somebody ask next? That belongs at the end.",
    "One last look at the whole, and then it can go out.",
)
"""What a scripted thought goes on with where the effort is high."""


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
class Ask:
    """What a request asks for beside its messages."""

    effort: str | None = None
    """As the protocol calls it; None: as the model likes."""
    schema: Mapping[str, Any] | None = None
    searches: bool = False


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """The answer of one model to one prompt."""

    thinking: str
    text: str
    picture: bytes | None = None
    sources: tuple[Source, ...] = ()


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


def answer(
    model: str, messages: Sequence[Mapping[str, Any]], *, is_careful: bool, ask: Ask | None = None
) -> DemoAnswer:
    """The answer of `demo/MODEL` to a conversation in the OpenAI protocol's form.

    A message of its own that stopped in the middle is gone on with, whether it stands last or before a request for it.
    """
    turns = [(str(message.get("role")), message.get("content")) for message in messages]
    prompts = [content for role, content in turns if role == "user"]
    begun = _text(turns[-1][1]) if turns and turns[-1][0] == "assistant" else ""
    if len(turns) > 2 and turns[-1][0] == "user" and turns[-2][0] == "assistant" and GO_ON.search(_text(turns[-1][1])):
        begun = _text(turns[-2][1])
        prompts.pop()
    full = _full_answer(model, prompts[-1] if prompts else "", is_careful, ask or Ask())
    if any(role == "system" and BRIEF.search(_text(content)) for role, content in turns):
        full = replace(
            full, thinking=full.thinking.partition(". ")[0], text="\n\n".join(full.text.split("\n\n")[:2]), sources=()
        )
    if begun and full.text.startswith(begun) and begun != full.text:
        return DemoAnswer("", full.text[len(begun) :], full.picture, moved(full.sources, -len(begun)))
    return full


def _full_answer(model: str, prompt: Any, is_careful: bool, ask: Ask) -> DemoAnswer:
    text = _text(prompt)
    topic = topic_for(text)
    thinking = _thought(topic.thinking, is_careful, ask.effort)
    if ask.schema is not None:
        from textchat.providers.demo.structure import Example

        return DemoAnswer(thinking, json.dumps(Example(ask.schema).value(), ensure_ascii=False))
    words = topic.careful if is_careful else topic.fast
    usual = "demo/careful" if is_careful else "demo/fast"
    if received := _received(prompt):
        words = received
    elif ask.searches:
        words += f"\n\n{_topic('sources').fast}"
    words, sources = cited(
        words.replace(f"**{usual}**", f"**demo/{model}**").replace("**demo/MODEL**", f"**demo/{model}**")
    )
    return DemoAnswer(thinking, words, _drawn(text) if topic.name == "draw" and not received else None, sources)


def _thought(thinking: str, is_careful: bool, effort: str | None) -> str:
    """The thought of a topic, as long as the effort says."""
    sentences = re.split(r"(?<=[.!?]) ", thinking)
    match effort:
        case None:
            return thinking if is_careful else ""
        case "none":
            return ""
        case "minimal":
            return sentences[0]
        case "low":
            return " ".join(sentences[:2])
        case "medium":
            return thinking
        case "high":
            return " ".join((thinking, *_SECOND_THOUGHTS[:3]))
        case _:
            return " ".join((thinking, *_SECOND_THOUGHTS))


def _received(prompt: Any) -> str:
    """What to say of the files of a prompt; empty where none came."""
    if isinstance(prompt, str) and "```" not in prompt:
        return ""
    from textchat.providers.demo.files import files_in_words

    return files_in_words(prompt)


def _drawn(prompt: str) -> bytes:
    from textchat.providers.demo.files import drawing

    return drawing(len(prompt))


def _topic(name: str) -> Topic:
    return next(topic for topic in topics() if topic.name == name)


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
