"""The status line: what fits where, the user's own keys, and one row whatever happens."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.render.cells import width_of
from textchat.ui.hints import Focus, KeyHint, Situation, hints
from textchat.ui.input.status_line import GAP, Note, fit

KEYS = hints(Focus.MESSAGES, Situation(), {})
AWARD = Note(
    (
        "first local/alpha (0.10 s) · fastest local/beta (90 tok/s)",
        "first alpha (0.10 s) · fastest beta (90 tok/s)",
        "first 1 · fastest 2",
    )
)
TARGET = Note(("to both panes",))


def line(width: int, *notes: Note, puts_hints_first: bool = False) -> str:
    fitted = fit(width, "MESSAGES", KEYS, notes, puts_hints_first=puts_hints_first)
    left = GAP.join(["MESSAGES", *(f"{hint.shown_key} {hint.word}" for hint in fitted.hints)])
    return left + " " * fitted.gap + " · ".join(text for text, _ in fitted.notes)


def test_target_and_winner_go_before_hints_and_get_what_room_is_left() -> None:
    keys = "MESSAGES  c copy  e edit  r retry  d delete  Esc back"
    award = "first alpha (0.10 s) · fastest beta (90 tok/s)"
    assert line(120, TARGET, AWARD) == f"{keys}     to both panes · {award}"
    assert line(95, TARGET, AWARD) == f"{keys}       to both panes · first 1 · fastest 2"
    assert line(76, TARGET, AWARD) == "MESSAGES  c copy  e edit  Esc back       to both panes · first 1 · fastest 2"
    assert line(56, TARGET, AWARD) == "MESSAGES  Esc back   to both panes · first 1 · fastest 2"
    assert line(36, TARGET, AWARD) == "MESSAGES     to both panes · first 1"
    assert line(26, TARGET, AWARD) == "MESSAGES     to both panes"
    assert line(20, TARGET, AWARD) == "MESSAGES     first 1"
    assert line(76, TARGET, AWARD, puts_hints_first=True) == (
        "MESSAGES  c copy  e edit  r retry  Esc back          to both panes · first 1"
    )
    assert line(76, AWARD, puts_hints_first=True) == f"{keys}    first 1 · fastest 2"
    assert line(66, AWARD, puts_hints_first=True) == f"{keys}      first 1"


TEXTS = st.text(st.characters(codec="ascii", categories=("L", "N", "Z")), max_size=20)
NOTES = st.lists(TEXTS.filter(lambda text: text.strip()), min_size=1, max_size=4).map(
    lambda parts: Note([" · ".join(parts), parts[0] if len(parts) < 4 else ""])
)
HINTS = st.builds(KeyHint, st.sampled_from(["escape", "ctrl+t", "c", "alt+shift+left"]), TEXTS)


@settings(max_examples=examples(300), deadline=None)
@given(st.integers(0, 130), TEXTS, st.lists(HINTS, max_size=5), st.lists(NOTES, max_size=4), st.booleans())
def test_it_fills_the_line_and_never_more(
    width: int, mode: str, keys: list[KeyHint], notes: list[Note], puts_hints_first: bool
) -> None:
    fitted = fit(width, mode, keys, notes, puts_hints_first=puts_hints_first)
    texts = [text for text, _ in fitted.notes]
    drawn = width_of(mode) + sum(2 + hint.width for hint in fitted.hints) + fitted.gap + width_of(" · ".join(texts))
    assert drawn <= max(width, width_of(mode)) and (not texts or drawn == width)
    back = [key for key in keys[-1:] if key.key == "escape" and key in fitted.hints[-1:]]
    shown = list(fitted.hints)[: len(fitted.hints) - len(back)]
    assert shown == keys[: len(shown)], "the first before the last, but for the way back"
    parts = {part for note in notes for form in note.forms for part in [form, *form.split(" · ")]}
    assert all(part in parts for text in texts for part in text.split(" · ")), "nothing is cut in a word"


def test_hints_name_the_keys_of_the_user_and_leave_out_what_has_none() -> None:
    keymap = {"message.copy": "f7,c", "message.edit": "unbound.message.edit", "reply.cancel": "ctrl+x"}
    assert [hint.shown_key for hint in hints(Focus.MESSAGES, Situation(), keymap)] == ["F7", "r", "d", "Esc"]
    now = Situation(panes=2, is_empty=False, is_replying=True)
    assert hints(Focus.PROMPT, now, keymap)[0] == KeyHint("ctrl+x", "cancel")


@given(st.builds(Situation), st.sampled_from(Focus))
def test_there_are_at_most_five_each_another_key(now: Situation, focus: Focus) -> None:
    found = hints(focus, now, {})
    assert 3 <= len(found) <= 5 and len({hint.key for hint in found}) == len(found)
