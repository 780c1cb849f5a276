"""What importers do to texts: links in place of marks, pictures taken out, thoughts in tags; no word is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.conversation import Role
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.common.marked_text import answer, say_and_show, think_and_say
from textchat.store.transfer.importers.common.measures import cost_of, parameters_of, seconds_of, tokens_in
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.sources import SourceMarks, WebSource
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.databases.open_webui_replies import read_reply
from textchat.store.transfer.importers.found import NotReadable
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import moment

PICTURE = "data:image/png;base64,iVBORw0KGgo="
PIECES = st.lists(
    st.sampled_from(
        ["word", " ", "\n", "[1]", "[2, 3]", "[1](x)", "`[1]`", "```\n", "~~~", "<think>", "</think>", "data:", "> "]
    ),
    max_size=12,
).map("".join)


def turn() -> Turn:
    return Turn(ImportedMessage("1", None, Role.ASSISTANT, ""), Reading())


def words_of(it: Turn) -> str:
    made = it.messages()
    return "".join("".join((message.reasoning + message.text).split()) for message in made)


@given(PIECES)
@settings(max_examples=examples(100), deadline=None)
def test_texts_without_files_keep_every_word(text: str) -> None:
    said, thought, replied = turn(), turn(), turn()
    say_and_show(text, said)
    think_and_say(text, thought)
    read_reply({"content": text}, replied)
    assert words_of(said) == "".join(text.split())
    tags = text.replace("<think>", "").replace("</think>", "")
    for it in (thought, replied):
        assert words_of(it).replace("<think>", "").replace("</think>", "") == "".join(tags.split())


@given(PIECES)
@settings(max_examples=examples(100), deadline=None)
def test_marks_without_sources_and_code_stay(text: str) -> None:
    assert SourceMarks.counted([]).linked(text) == text
    assert SourceMarks.counted([WebSource("", "not in the web")]).linked(text) == text
    code = f"```\n{text.replace('```', '')}\n```"
    assert SourceMarks.counted([WebSource("", "https://a.example")] * 3).linked(code) == code


@pytest.mark.parametrize(
    ("text", "said", "files"),
    [
        (f"See ![a moon]({PICTURE}) there", "See  there", ["a moon"]),
        (f"`![a]({PICTURE})`", f"`![a]({PICTURE})`", []),
        (f"```\n![a]({PICTURE})\n```", f"```\n![a]({PICTURE})\n```", []),
        ("![a](data:image/png;base64,!!!)", "", []),
        ("![a](https://a.example/x.png)", "![a](https://a.example/x.png)", []),
    ],
)
def test_pictures_in_texts_become_files_but_not_in_code(text: str, said: str, files: list[str]) -> None:
    it = turn()
    say_and_show(text, it)
    made = it.messages()
    assert "".join(message.text for message in made) == said
    assert [file.name for message in made for file in message.parts] == files
    assert it.reading.left_out["picture"] == ("!!!" in text)


def test_a_tool_returns_no_base64() -> None:
    it = turn()
    answer('{"image": "data:image/png;base64,' + "iVBO" * 40 + '"}', it)
    (message,) = it.messages()
    assert (message.text, len(message.parts[0].content)) == ('{"image": ""}', 120)


@pytest.mark.parametrize(
    ("provider", "model", "name"),
    [
        ("anthropic", "claude-3", "anthropic/claude-3"),
        ("openai", "openai/gpt-4o", "openai/gpt-4o"),
        ("openrouter", "mistralai/mistral-7b:free", "openrouter/mistralai/mistral-7b:free"),
        ("google", "gemini-2", "gemini/gemini-2"),
        ("openAI", "gpt-4o", "openai/gpt-4o"),
        ("b7d9c1de-0000-4000-8000-a0b1c2d3e4f5", "gpt-4o", "openai/gpt-4o"),
        ("my server", "llama", "imported/llama"),
        (None, "llama", "imported/llama"),
        ("openai", " ", None),
        (5, ["x"], None),
    ],
)
def test_models_have_a_provider(provider: object, model: object, name: str | None) -> None:
    assert provider_model(provider, model) == name


def test_the_words_for_no_title_are_none() -> None:
    assert [title_in(title) for title in ("New Chat", " untitled ", "", "New chat about moons")] == [
        "",
        "",
        "",
        "New chat about moons",
    ]
    assert title_in("Thread", "Moons") == "Moons"


def test_figures_of_any_size_and_kind() -> None:
    values: list[object] = [None, True, -1, "1", 10**400, float("inf"), float("nan"), []]
    for odd in values:
        assert seconds_of(odd, 1e-3) is None
        assert cost_of(odd) is None
    assert [moment(odd) for odd in (10**400, float("nan"), float("inf"), -1, "0001-01-01T00:00:00")] == [0.0] * 5
    assert (seconds_of(1500, 1e-3), cost_of(0.5)) == (1.5, 0.5)
    assert tokens_in({"prompt_tokens": 3}) is None
    usage = tokens_in(
        {"promptTokens": 3, "completionTokens": 4.0, "completion_tokens_details": {"reasoning_tokens": 2}}
    )
    assert usage is not None and (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens) == (3, 4, 2)
    assert parameters_of({"temperature": True, "seed": 1.5, "stream": False, "system": "x", "odd": None}) is None


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["a", "b", "c", "d", "e", "f", "z", None])))
@settings(max_examples=examples(100), deadline=None)
def test_rows_in_any_order_hang_below_what_is_there(parents: dict[str, str | None]) -> None:
    tree = Tree()
    for id_, parent in parents.items():
        empty = id_ in "bd"
        tree.add(id_, parent, [] if empty else [ImportedMessage(id_, None, Role.USER, id_)])
    try:
        made = tree.messages()
    except NotReadable:
        return
    assert sorted(message.id for message in made) == sorted(id_ for id_ in parents if id_ not in "bd")
    seen: set[str | None] = {None}
    for message in made:
        assert message.parent in seen
        seen.add(message.id)
