"""Keys out of the sequences that terminals send for them, named as Textual names them.

Three spellings: the kitty keyboard protocol (https://sw.kovidgoyal.net/kitty/keyboard-protocol/), also with what
Textual does not ask for and another program may have left on (event types, alternate keys); xterm's modifyOtherKeys;
and the older ones, by Textual's own table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual.keys import _character_to_key

PRESSED = (None, 1, 2)
"""Event types of the kitty protocol: not said, pressed, repeated; 3 is released."""
LARGEST_MODIFIERS = 256
_MODIFIERS = ("shift", "alt", "ctrl", "super", "hyper", "meta")
"""By bit; caps lock and num lock come behind them and change nothing here: their effect is in the text."""
_FUNCTIONAL = range(57344, 63744)
"""Codes that the kitty protocol keeps for keys, known or not: none of them is a character."""
SHIFT, ALT, CTRL = 1, 2, 4
CHORD = 0b111110
"""Any of them but Shift: with it a key types nothing."""
_EXTENDED = re.compile(r"\x1b\[([\d:;]*)([u~A-FHPQS])")
_KEYPAD: Mapping[int, str] = {57409: ".", 57410: "/", 57411: "*", 57412: "-", 57413: "+", 57415: "=", 57416: ","}
_CHARACTERS: Mapping[str, str] = {"enter": "\r", "tab": "\t", "backspace": "\x7f"}
_OLD_KEYS: Mapping[str, Any] = ANSI_SEQUENCES_KEYS
_OTHER_CHORDS = ("\x1b\t", "\x1bb", "\x1bf")
"""What Textual takes for another key: the console's Shift+Tab, a word back and forth."""


class TypedKey(events.Key):
    """A key that types its character, whatever that is.

    Textual asks `str.isprintable`, which knows no zero-width joiner, no ideographic space, no private use and no emoji
    younger than Python.
    """

    @property
    def is_printable(self) -> bool:
        return True

    def copy(self) -> TypedKey:
        return TypedKey(self.key, self.character)


TypedKey.handler_name = events.Key.handler_name  # it is the same message to everybody


def is_text(character: str) -> bool:
    """Whether it is a character and no control (C0, DEL, C1), nor half of a surrogate pair."""
    code = ord(character)
    return (code >= 0xA0 and not 0xD800 <= code < 0xE000) or 0x20 <= code < 0x7F


def typed(text: str) -> list[events.Key]:
    """A key for each character of a text."""
    return [TypedKey("space" if character == " " else _character_to_key(character), character) for character in text]


def control_key(character: str) -> events.Key:
    """The key of a control character."""
    (key,) = _OLD_KEYS[character]
    return events.Key(key.value, character)


def alt_key(character: str) -> events.Key:
    """The key of a character that came behind ESC. It types nothing, whether something is bound to it or not."""
    sequence = f"\x1b{character}"
    if sequence in _OTHER_CHORDS:
        return events.Key(_OLD_KEYS[sequence][0].value, None)
    if character == "\x08":  # Alt+Backspace of terminals whose Backspace is ^H
        return events.Key("alt+backspace", None)
    if character < " " or character == "\x7f":
        return events.Key(_with("alt", _OLD_KEYS[character][0].value), None)
    if character.isupper() and len(character.lower()) == 1:
        return events.Key(f"alt+shift+{character.lower()}", None)
    return events.Key(f"alt+{'space' if character == ' ' else _character_to_key(character)}", None)


def with_alt(key: events.Key) -> events.Key:
    """The same key with Alt."""
    return events.Key(_with("alt", key.key), None)


def keys_of(sequence: str) -> list[events.Key] | None:
    """The keys of a CSI or SS3 sequence; none for one that is released, or that Textual ignores. None: it is no key."""
    if (match := _EXTENDED.fullmatch(sequence)) and match[1]:
        fields = [[_number(part) for part in field.split(":")] for field in match[1].split(";")]
        if (keys := _extended(fields, match[2])) is not None:
            return keys
    old = _OLD_KEYS.get(sequence)
    if isinstance(old, str):
        return typed(old)
    if isinstance(old, tuple):
        *alt, key = (key.value for key in old)
        return [events.Key(_with("alt", key) if alt else key, None)]
    return None if old is None else []


def _number(part: str) -> int | None:
    """A number of a sequence; None where it is missing, -1 where it is too large for anything."""
    return None if not part else int(part) if len(part) < 8 else -1


def _extended(fields: Sequence[Sequence[int | None]], final: str) -> list[events.Key] | None:
    codes, modifiers, texts = (*fields, [None], [None])[:3]
    if len(fields) > 3:
        return None
    held, event = (modifiers[0] or 1) - 1, modifiers[1] if len(modifiers) > 1 else None
    if not 0 <= held < LARGEST_MODIFIERS or event not in PRESSED:
        return []
    if final == "~" and codes[0] == 27 and len(fields) == 3:
        return _other_key(texts[0] or 0, held)
    text = "".join(chr(code) for code in texts if code and 0 < code < 0x110000 and is_text(chr(code)))
    return _kitty_key([code if code is not None else 1 for code in codes[:1]] + list(codes[1:]), final, held, text)


def _other_key(code: int, held: int) -> list[events.Key]:
    """A key of modifyOtherKeys: the code is that of the character with Shift."""
    name = FUNCTIONAL_KEYS.get(f"{127 if code == 8 else code}u")
    if name is None and not _is_character(code):
        return []
    if name is None and held & ~SHIFT == 0:
        return typed(chr(code))
    if name is None and not chr(code).isalpha():
        held &= ~SHIFT
    return [_key(name or _name_of(chr(code).lower()), held)]


def _kitty_key(codes: Sequence[int | None], final: str, held: int, text: str) -> list[events.Key] | None:
    code = codes[0] or 0
    name = FUNCTIONAL_KEYS.get(f"{code}{final}")
    if final != "u":
        return None if name is None else [_key(name, held)]
    sign = _KEYPAD.get(code) or (name if name is not None and len(name) == 1 else None)
    if code == 0 and text:  # text without a key, as an input method gives it
        return typed(text)
    if name is None and (not _is_character(code) or code in _FUNCTIONAL):
        return None if code < 0x20 else typed(text)
    plain = sign or (chr(code) if name is None else "")
    if text and _is_composed(text, plain, held):
        return typed(text)
    if code == ord("-") and held & (CHORD | SHIFT) == CTRL | SHIFT:  # Ctrl+_ of most keyboards, elsewhere 0x1f
        return [events.Key("ctrl+underscore", None)]
    if held & CHORD or (name is not None and sign is None):
        return [_key(name or _name_of(_on_latin(codes).lower()), held)]
    return typed(_unsaid(codes, plain, held))


def _is_composed(text: str, plain: str, held: int) -> bool:
    """Whether the text is what the keys were pressed for: without chord, or Option and AltGr that make a character."""
    if not held & CHORD:
        return True
    return bool(held & ALT) and not held & CHORD & ~(ALT | CTRL) and text.lower() != plain.lower()


def _unsaid(codes: Sequence[int | None], plain: str, held: int) -> str:
    """The text of a key where the terminal does not say it: Shift with a sign depends on a layout that nobody knows."""
    if not held & SHIFT:
        return plain
    shifted = codes[1] if len(codes) > 1 else None
    if shifted is not None:
        return chr(shifted) if _is_character(shifted) else ""
    return (
        plain.upper() if len(plain.upper()) == 1 and (plain.upper() != plain or plain.isupper() or plain == " ") else ""
    )


def _on_latin(codes: Sequence[int | None]) -> str:
    """The character of a chord; in other scripts that of the key on a Latin keyboard, where the terminal says it."""
    code, base = codes[0] or 0, codes[2] if len(codes) > 2 else None
    return chr(base) if code > 0x7F and base is not None and _is_character(base) else chr(code)


def _is_character(code: int) -> bool:
    return 0 < code < 0x110000 and is_text(chr(code))


def _name_of(character: str) -> str:
    return "space" if character == " " else _character_to_key(character)


def _key(name: str, held: int) -> events.Key:
    if name.startswith(("left_", "right_", "iso_")):  # Shift itself says that Shift is held
        held = 0
    modifiers = sorted(modifier for bit, modifier in enumerate(_MODIFIERS) if held & 1 << bit)
    return events.Key("+".join([*modifiers, name]), None if modifiers else _CHARACTERS.get(name))


def _with(modifier: str, key: str) -> str:
    *modifiers, name = key.split("+")
    return "+".join([*sorted({modifier, *modifiers}), name])
