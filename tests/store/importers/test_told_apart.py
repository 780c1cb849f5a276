"""Formats that look alike are told apart: each sample is claimed by its own format.

Samples are the tables `SAMPLES` of the tests in this folder: what a JSON file of a format holds, by the format's name,
behind a comma what tells several of one format apart. Under any other name it is of the format that the test is about.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.store.importing import chatgpt, node
from textchat.store.transfer.importers.formats import SeriesFormat
from textchat.store.transfer.importers.json_files import format_of
from textchat.store.transfer.importers.registry import JSON_FORMATS

HERE = Path(__file__).parent


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


KNOWN = {known.name for known in JSON_FORMATS}


def _samples() -> Iterator[tuple[str, set[str], Any]]:
    """Each sample, what it is called, and the formats of which it may be."""
    for file in sorted(HERE.glob("test_*.py")):
        if file.stem == Path(__file__).stem or "SAMPLES" not in file.read_text("utf-8"):
            continue
        about = {name for name in KNOWN if _plain(name).startswith(_plain(file.stem.removeprefix("test_")))}
        for name, sample in importlib.import_module(f"tests.store.importers.{file.stem}").SAMPLES.items():
            yield f"{file.stem} {name}", ({name.partition(",")[0]} & KNOWN) or about, sample
    yield "ChatGPT", {"ChatGPT"}, chatgpt(node("u", "root", "user", "Question"))
    yield "Claude", {"Claude"}, {"uuid": "1", "name": "", "chat_messages": []}


SAMPLES = list(_samples())


def _values(sample: Any) -> list[Any]:
    """The entries of a file: those of a list of objects, or the whole; without those that go on with the first."""
    if not (isinstance(sample, list) and sample and all(isinstance(each, dict) for each in sample)):
        return [sample]
    known = format_of(sample[0])
    goes_on = known.goes_on if isinstance(known, SeriesFormat) else None
    return [each for each in sample if goes_on is None or each is sample[0] or not goes_on(each)]


@pytest.mark.parametrize(("own", "sample"), [pytest.param(own, sample, id=id_) for id_, own, sample in SAMPLES])
def test_each_sample_is_claimed_by_its_own_format(own: set[str], sample: Any) -> None:
    claimed = {None if (known := format_of(value)) is None else known.name for value in _values(sample)}
    assert claimed <= own if own else None not in claimed


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1.5,
        "text",
        {},
        {"mapping": []},
        {"chat": {}},
        {"chat": "x", "id": "1"},
        {"history": []},
        {"history": {"messages": {"a": 1}}},
        {"messages": None},
        {"conversationId": "x"},
        {"conversationId": "x", "messages": [{"text": "x"}]},
        {"localStorage": {}, "indexedDB": {}},
        {"localStorage": {}, "indexedDB": [{"key": 5}]},
        {"session:": 1},
        {"exportType": "settings", "state": {}},
        {"data": {"messages": {}}},
        {"version": "2.0", "exportedAt": 5, "messages": 3},
    ],
)
def test_values_that_only_resemble_one_are_unknown(value: Any) -> None:
    assert format_of(value) is None
