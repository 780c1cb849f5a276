"""The entries of a JSON file, however it is cut and whatever is broken in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.limits import IMPORT_ENTRY
from textchat.store.transfer.importers.found import NotReadable
from textchat.store.transfer.importers.json_entries import JsonEntry, entries, entries_of_lines
from textchat.store.transfer.importers.large_json import load_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["{", "]", '"', "\\", '\\"[']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(st.text(max_size=4), values, max_size=3)


def cut(text: str, sizes: list[int]) -> Iterable[str]:
    at = 0
    for size in sizes:
        yield text[at : at + size]
        at += size
    yield text[at:]


@given(
    st.lists(objects, max_size=5), st.lists(st.integers(0, 9), max_size=30), st.booleans(), st.sampled_from([None, 1])
)
@settings(max_examples=examples(200), deadline=None)
def test_entries_of_a_list_for_every_way_of_cutting(
    wanted: list[dict[str, Any]], sizes: list[int], is_ours: bool, indent: int | None
) -> None:
    document: object = {"format": "textchat", "x": {"y": 1}, "conversations": wanted} if is_ours else wanted
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    found = list(entries(cut(text, sizes)))
    assert [entry.value() for entry in found] == wanted
    assert [entry.number for entry in found] == list(range(1, len(wanted) + 1))


@given(st.lists(objects, max_size=5), st.lists(st.integers(0, 9), max_size=30))
@settings(max_examples=examples(60), deadline=None)
def test_entries_that_follow_each_other(wanted: list[dict[str, Any]], sizes: list[int]) -> None:
    text = "\n".join(map(json.dumps, wanted))
    assert [entry.value() for entry in entries(cut(text, sizes))] == wanted
    assert [entry.value() for entry in entries_of_lines(cut(text, sizes))] == wanted


def test_a_broken_entry_costs_itself_alone() -> None:
    found = list(entries(['[{"a": 1}, {"b": oops}, {"c": [}', '{"d": 4}]']))
    assert [entry.text for entry in found][:2] == ['{"a": 1}', '{"b": oops}']
    with pytest.raises(NotReadable, match="not JSON"):
        found[1].value()
    with pytest.raises(NotReadable, match="ends inside entry 2"):
        list(entries(['[{"a": 1}, {"b": ']))


@pytest.mark.parametrize(("read", "head"), [(entries, "["), (entries_of_lines, "")])
def test_an_entry_is_there_before_the_rest_is_read(
    read: Callable[[Iterable[str]], Iterator[JsonEntry]], head: str
) -> None:
    taken: list[str] = []

    def pieces() -> Iterator[str]:
        for piece in (head, '{"a"', ': "' + "x" * 300, '"}\n', '{"b": 2}\n' * 100):
            taken.append(piece)
            yield piece

    assert next(read(pieces())).value()["a"] == "x" * 300
    assert len(taken) < 5


@pytest.mark.parametrize("read", [entries, entries_of_lines])
def test_an_entry_without_an_end_is_no_danger(
    read: Callable[[Iterable[str]], Iterator[JsonEntry]], monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = replace(IMPORT_ENTRY, most=10_000)
    monkeypatch.setattr("textchat.store.transfer.importers.json_entries.IMPORT_ENTRY", limit)
    taken = 0

    def pieces() -> Iterator[str]:
        nonlocal taken
        yield '{"a": 1}\n{"b": "'
        for taken in range(1000):  # noqa: B007
            yield "x" * 1000

    found = read(pieces())
    assert next(found).value() == {"a": 1}
    with pytest.raises(NotReadable, match="entry 2 is larger than any conversation"):
        next(found)
    assert taken <= 12


@settings(max_examples=examples(80), deadline=None)
@given(objects, st.integers(1, 40), st.sampled_from([None, 1]))
@example({"a": "\U0001f600\n" * 9, "b": "\ud83d", "c": "\ud83d\ud83d"}, 1, None)
def test_a_large_entry_is_parsed_in_steps(value: dict[str, Any], window: int, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textchat.store.transfer.importers.large_json.WINDOW", window)
        assert load_json(text) == value
        for broken in (text[:-1], text + "]", f"[{text} {text}]", f"{{{text}}}"):
            with pytest.raises(ValueError, match=r"."):
                load_json(broken)


@pytest.mark.parametrize("read", [entries, entries_of_lines])
def test_deep_nesting_is_found_before_it_is_parsed(read: Callable[[Iterable[str]], Iterator[JsonEntry]]) -> None:
    deep, flat = '{"a": ' + "[" * 401 + "]" * 401 + "}", json.dumps({"a": "[" * 500})
    found = list(read([f"{deep}\n{flat}\n"]))
    with pytest.raises(NotReadable, match="nested deeper than 400 levels"):
        found[0].value()
    assert found[1].value() == {"a": "[" * 500}
