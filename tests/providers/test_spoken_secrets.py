"""A key that a server repeats in its reply is masked, however it is cut; nothing else is changed or shown late."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.events import (
    Cited,
    Finished,
    Note,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    UsageReport,
)
from textchat.core.text.secrets import MASK
from textchat.providers.masking import Secrets
from textchat.providers.spoken_secrets import BEGINNING, REPEATED, SpokenSecrets

KEY = "sk-proj-1aB2cD3eF4"


def shown(pieces: Sequence[str], secrets: Sequence[str] = (KEY,)) -> tuple[str, list[StreamEvent]]:
    masking = SpokenSecrets(Secrets(secrets))
    events = [out for piece in pieces for out in masking.events(TextDelta(piece))]
    events += [*masking.events(Finished("stop")), *masking.close()]
    return "".join(event.text for event in events if isinstance(event, TextDelta)), events


def without_beginnings(masked: str) -> str:
    """The text without what stands of a key before its mask."""
    return re.sub(rf"(?:sk-|sk|s)*({re.escape(MASK)})", r"\1", masked)


def cut(text: str, sizes: list[int]) -> list[str]:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
    return [*pieces, text[at:]]


said = st.lists(st.sampled_from([KEY, KEY[:9], KEY[5:], "sk-", "s", "words ", "\n"]) | st.text(max_size=4), max_size=8)


@given(said, st.lists(st.integers(0, 7), max_size=20))
@settings(max_examples=examples(300), deadline=None)
def test_no_cut_lets_a_key_through_or_loses_a_letter(parts: list[str], sizes: list[int]) -> None:
    text = "".join(parts) + "."
    seen, events = shown(cut(text, sizes))
    assert KEY not in seen
    # A cut within the first letters may leave these: they were shown before anybody could know.
    assert without_beginnings(seen) == without_beginnings(text.replace(KEY, MASK))
    assert (REPEATED in events) == (KEY in text)
    assert events.count(REPEATED) <= 1


@given(said, st.lists(st.integers(0, 7), max_size=20), said)
@settings(max_examples=examples(200), deadline=None)
def test_what_cites_stays_where_it_is_behind_a_mask(before: list[str], sizes: list[int], after: list[str]) -> None:
    cited, text = "".join(before) + ".", "".join(after)
    masking = SpokenSecrets(Secrets((KEY,)))
    events = [out for piece in cut(cited + text, sizes) for out in masking.events(TextDelta(piece))]
    events += masking.events(Cited("https://a.org", None, len(cited)))
    seen = "".join(event.text for event in events if isinstance(event, TextDelta))
    (place,) = (event.at for event in events if isinstance(event, Cited))
    assert place is not None
    assert without_beginnings(seen[:place]) == without_beginnings(cited.replace(KEY, MASK))


@pytest.mark.parametrize("secret", ["ollama", "lm-studio", "sk-no-key-required", "none", "EMPTY", "1234567"])
def test_a_word_given_for_a_key_is_no_secret(secret: str) -> None:
    assert shown([f"Use {secret} here"], [secret])[0] == f"Use {secret} here"


def test_what_is_no_beginning_of_a_key_is_passed_on_at_once() -> None:
    masking = SpokenSecrets(Secrets([KEY]))
    for piece in ("This ends with s", "k", "-", " and more"):
        assert list(masking.events(TextDelta(piece))) == [TextDelta(piece)]
    assert list(masking.events(TextDelta(KEY[:BEGINNING]))) == []
    assert list(masking.events(ReasoningDelta("Hm"))) == [ReasoningDelta("Hm")]
    assert list(masking.close()) == [TextDelta(KEY[:BEGINNING])]


def test_a_key_that_is_said_here_and_there_in_turn() -> None:
    masking = SpokenSecrets(Secrets([KEY]))
    pairs = [(ReasoningDelta(character), TextDelta(character)) for character in KEY]
    events = [out for pair in pairs for event in pair for out in masking.events(event)] + list(masking.close())
    for kind in (ReasoningDelta, TextDelta):
        assert "".join(event.text for event in events if isinstance(event, kind)) == KEY[: BEGINNING - 1] + MASK


@pytest.mark.parametrize(
    "spell",
    [
        str.upper,
        lambda key: key[::-1],
        lambda key: key.encode().hex(),
        *(lambda key, before=before: b64encode(f"{before}{key} more".encode()).decode() for before in ("", "a", "ab")),
    ],
)
def test_spellings_that_a_key_can_be_had_back_from(spell: Callable[[str], str]) -> None:
    seen, events = shown([*spell(KEY)])
    assert MASK in seen and REPEATED in events and len(seen) < 3 + len(MASK) + 16


def test_thoughts_and_arguments_are_masked_as_well() -> None:
    masking = SpokenSecrets(Secrets([KEY]))
    events = [
        *masking.events(ReasoningDelta(f"The key is {KEY[:10]}")),
        *masking.events(ReasoningDelta(KEY[10:])),
        *masking.events(ToolCallDelta(0, "id", "send", f'{{"key": "{KEY}"}}')),
        *masking.events(ToolCallDelta(1, "other", "look")),
    ]
    assert [event for event in events if not isinstance(event, Note)] == [
        ReasoningDelta("The key is "),
        ReasoningDelta(MASK),
        ToolCallDelta(0, "id", "send", f'{{"key": "{MASK}"}}'),
        ToolCallDelta(1, "other", "look"),
    ]


def test_a_reply_that_ends_within_a_key_keeps_only_its_beginning() -> None:
    assert shown([f"It is {KEY[:7]}"])[0] == f"It is {KEY[:7]}"
    assert shown([f"{KEY} and {KEY[:-1]}"])[0] == f"{MASK} and {MASK}"
    assert shown([*KEY[:-1]])[0] == KEY[: BEGINNING - 1] + MASK
    seen, events = shown(["It is ", KEY[:8], KEY[8:-1]])
    assert seen == f"It is {MASK}" and REPEATED in events


def test_what_is_counted_with_each_piece_does_not_part_a_key() -> None:
    masking = SpokenSecrets(Secrets([KEY]))
    pieces = [event for part in cut(KEY, [5, 5, 5]) for event in (TextDelta(part), UsageReport(1, 1), Note("Odd."))]
    events = [out for event in pieces for out in masking.events(event)] + list(masking.close())
    assert [event for event in events if isinstance(event, TextDelta)] == [TextDelta(MASK)]
    assert events.count(UsageReport(1, 1)) == 4


def test_a_key_that_begins_in_the_thoughts_and_ends_in_the_text() -> None:
    masking = SpokenSecrets(Secrets([KEY]))
    said: list[StreamEvent] = [
        ReasoningDelta(f"It is {KEY[:8]}"),
        TextDelta(KEY[8:12]),
        TextDelta(f"{KEY[12:]}."),
        Finished("stop"),
    ]
    events = [out for event in said for out in masking.events(event)]
    assert events[0] == ReasoningDelta("It is ") and TextDelta(f"{MASK}.") in events and REPEATED in events
