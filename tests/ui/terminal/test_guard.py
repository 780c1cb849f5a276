"""What the guard makes of bytes: text is text, a paste a paste, a report nothing, and a key the one pressed."""

from __future__ import annotations

import unicodedata
from contextlib import suppress

import pytest
from textual import events

from tests.ui.terminal.reading import messages, read, short
from textchat.ui.keys import NAMED_KEYS
from textchat.ui.terminal.guard import TerminalGuard
from textchat.ui.terminal.keyboard import TypedKey, is_text, typed

START, END = b"\x1b[200~", b"\x1b[201~"
COLOURED = b"\x1b[31mERROR\x1b[0m one\r\x1b[32mok\x1b[0m \x07\x11\x1b]8;;http://x.y\x1b\\two\r\x1bb three"
X, Y = "'x'", "'y'"

REPORTS = (
    b"\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
    b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
    b"\x1b]52;c;aGVsbG8=\x07",
    b"\x1b]4;1;rgb:ff/00/00\x1b\\",
    b"\x1b]l\xe2\x9c\x9ctitle\x1b\\",  # the middle byte of U+271C is a terminator in eight bits
    b"\x1b[?62;22c",
    b"\x1b[>0;276;0c",
    b"\x1b[=0c",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1bP1$r0 q\x07more\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^private\x1b\\",
    b"\x1bXstring\rof lines\r\x1b\\",
    b"\x1b[?997;1n",
    b"\x1b[0n",
    b"\x1b[?1u",
    b"\x1b[8;24;80t",
    b"\x1b[4;480;640t",
    b"\x1b[?1;0;256S",
    b"\x1b[99;99z",
    b"\x1b[1;2!p",
    b"\x1b[>4;1m",
    b"\x1b[ q",
    b"\x1b[?2027;1$y",
    b"\x1b[48;24;80;0;0t",  # nobody asked for it
    b"\xc2\x9b?62;22c",
    b"\x9b?62;22c",
    b"\xc2\x9d11;rgb:00\xc2\x9c",
    b"\x9d11;rgb:00\x07",
    b"\x9d11;rgb:00\x9c",
    b"\x1b[" + b"1;" * 3000 + b"c",
    b"\x1b]11;" + b"x" * 30_000 + b"\x07",
)
MALFORMED = (
    b"\x1b[97;1:3u",  # released
    b"\x1b[1;1:3A",
    b"\x1b[13;1:3u",
    b"\x1b[97;1:9u",
    b"\x1b[99999999u",
    b"\x1b[1114112u",
    b"\x1b[55296u",
    b"\x1b[55296;;55296u",
    b"\x1b[97;99999999u",
    b"\x1b[97;1;1;1u",
    b"\x1b[999;9~",
    b"\x1b[27;5;99999999~",
    b"\x1b[128;5u",
    b"\x1b[<0;99999999;1M",
    b"\x1b[<0;-1;1M",
    b"\x1b[<0;1M",
    b"\x1b[<9999;1;1M",
    b"\x1b[48;0;0;0;0t",
    b"\x1b[48;99999;99999;1;1t",
    b"\x1b[?99999999;1$y",
    b"\x1b[99999999;1R",
    b"\x1b[12\x18",
    b"\x1b]11;\x1a",
    b"\x1b[;;;~",
    b"\x1b[57364u",  # a key that nobody knows, not the character of its code
)
KEYS = {
    b"\x1b": "escape",
    b"\x1b[27u": "escape",
    b"\x1b[27;1;27~": "escape",
    b"\r": "enter",
    b"\x1b[13u": "enter",
    b"\x1bOM": "enter",
    b"\x1b[57414u": "enter",
    b"\x1b[13;2u": "shift+enter",
    b"\x1b[27;2;13~": "shift+enter",
    b"\x1b[13;2:2u": "shift+enter",
    b"\x1b[13;130u": "shift+enter",  # with num lock
    b"\x1b[13;5u": "ctrl+enter",
    b"\x1b[27;5;13~": "ctrl+enter",
    b"\x1b\r": "alt+enter",
    b"\x1b[13;3u": "alt+enter",
    b"\x07": "ctrl+g",
    b"\x1b[103;5u": "ctrl+g",
    b"\x1b[27;5;103~": "ctrl+g",
    b"\x1b\x07": "alt+ctrl+g",
    b"\x1b[103;7u": "alt+ctrl+g",
    b"\x1b[27;7;103~": "alt+ctrl+g",
    b"\x1b[1089::99;5u": "ctrl+c",  # Ctrl+С on a Russian keyboard
    b"\x1bd": "alt+d",
    b"\x1b[100;3u": "alt+d",
    b"\x1b[100;3;100u": "alt+d",
    b"\x1bA": "alt+shift+a",
    b"\x1b[97;4u": "alt+shift+a",
    b"\x1b[97:65;4;65u": "alt+shift+a",
    b"\x1bO": "alt+shift+o",
    b"\x1bP": "alt+shift+p",
    b"\x1b]": "alt+right_square_bracket",
    b"\x1b[": "alt+left_square_bracket",
    b"\x1b1": "alt+1",
    b"\x1b.": "alt+full_stop",
    b"\x1b ": "alt+space",
    "\x1bé".encode(): "alt+é",
    "\x1b日".encode(): "alt+日",
    b"\x1bb": "ctrl+left",
    b"\x1b\x7f": "alt+backspace",
    b"\x7f": "backspace",
    b"\x1b[127u": "backspace",
    b"\t": "tab",
    b"\x1b[Z": "shift+tab",
    b"\x1b[9;2u": "shift+tab",
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[1;1:1A": "up",
    b"\x1b[1;3A": "alt+up",
    b"\x1b\x1b[A": "alt+up",
    b"\x1b\x1bOA": "alt+up",
    b"\x1b[5A": "ctrl+up",
    b"\x1b[1;2A": "shift+up",
    b"\x1b[3$": "shift+delete",
    b"\x1b[3^": "ctrl+delete",
    b"\x1b[3;5~": "ctrl+delete",
    b"\x1b[H": "home",
    b"\x1b[1~": "home",
    b"\x1b[7~": "home",
    b"\x1b[[A": "f1",
    b"\x1bOP": "f1",
    b"\x1b[11~": "f1",
    b"\x1b[15;2~": "shift+f5",
    b"\x1b[1;5p": "ctrl+0",
    b"\x1b[1;7p": "alt+ctrl+0",
    b"\x00": "ctrl+@",
    b"\x1f": "ctrl+underscore",
    b"\x1b[45;6u": "ctrl+underscore",
    b"\x1b[27;6;95~": "ctrl+underscore",
    b"\x1b[27;6;90~": "ctrl+shift+z",
}
TYPED = {
    b"a": "a",
    "é日👩‍💻".encode(): "é日👩‍💻",
    b"\x1b[97u": "a",
    b"\x1b[97;;97u": "a",
    b"\x1b[97;2;65u": "A",
    b"\x1b[97;2u": "A",
    b"\x1b[97:65;2u": "A",
    b"\x1b[49:33;2u": "!",
    b"\x1b[27;2;33~": "!",
    b"\x1b[32;2;32u": " ",
    b"\x1b[46;;46u": ".",
    b"\x1b[0;;20320:22909u": "你好",
    b"\x1b[57400;129;49u": "1",
    b"\x1b[57409u": ".",
    b"\x1bOp": "0",
    b"\x1b[49;3;161u": "¡",  # Option+1 on a Mac
    b"\x1b[113;7;64u": "@",  # AltGr+Q
    b"\xe9a": "\ufffda",
    b"\xff": "\ufffd",
    b"\xe1": "\ufffd",  # Alt+a with eight bits
    b"\x9b": "\ufffd",
    b"\xe2\x82": "\ufffd",
    b"\xed\xa0\x80a": "\ufffd\ufffd\ufffda",
    b"\xc2\x85\xc2\x80a": "a",
}


@pytest.mark.parametrize("report", [*REPORTS, *MALFORMED])
def test_a_report_is_neither_text_nor_a_key(report: bytes) -> None:
    assert read(b"x", report, b"y") == [X, Y]
    assert read(b"x" + report + b"y") == [X, Y]
    if report.startswith(b"\x9b") or report.startswith(b"\x9d"):
        return  # a byte that is no UTF-8 begins a sequence only where the whole of it follows
    for place in (place for place in range(1, len(report)) if len(report) < 100):
        assert read(b"x", report[:place], report[place:] + b"y") == [X, Y], report[:place]
    if len(report) < 100:
        assert read(*(report[place : place + 1] for place in range(len(report))), pause_s=0.018) == []


@pytest.mark.parametrize(("data", "key"), KEYS.items())
def test_a_key_is_the_one_that_was_pressed(data: bytes, key: str) -> None:
    assert read(data) == [key]
    assert read(b"x", data, b"\x1b[I") == [X, key, "AppFocus"]


@pytest.mark.parametrize(("data", "text"), TYPED.items())
def test_what_types_types_its_text(data: bytes, text: str) -> None:
    assert read(data) == [f"'{character}'" for character in text]


def test_a_sequence_is_one_however_it_is_cut() -> None:
    for data, key in KEYS.items():
        if len(data) > 2 and data[1:2] in b"[O" and data[2:3] != b"\x1b":
            assert read(*(data[place : place + 1] for place in range(len(data)))) == [key], data


def test_escape_is_a_key_within_35_ms_and_at_once_where_the_terminal_says_so() -> None:
    guard = TerminalGuard()
    assert guard.feed(b"\x1b", 1.0) == []
    assert guard.deadline is not None and guard.deadline <= 1.035
    assert [message.key for message in guard.tick(1.035) if isinstance(message, events.Key)] == ["escape"]
    assert guard.deadline is None
    assert len(guard.feed(b"\x1b[27u", 2.0)) == 1


def test_escape_and_the_next_key_are_two_where_they_come_by_themselves() -> None:
    assert read(b"\x1b", b"d") == ["escape", "'d'"]
    assert read(b"\x1b", b"\x11") == ["escape", "ctrl+q"]
    assert read(b"\x1b", b"\x1b") == read(b"\x1b\x1b") == ["escape", "escape"]
    assert read(b"\x1b", b"\x1b[A") == ["escape", "up"]
    assert read(b"\x1b\x1b[<0;1;1M") == ["escape", "MouseDown"]
    assert read(b"\x1b\x1b[200~a\x1b[201~") == ["escape", "paste:a"]


def test_a_report_that_comes_late_is_no_text_either() -> None:
    for late in (b"]11;rgb:1e1e/1e1e/1e1e\x07", b"[?62;22c", b"P>|XTerm(390)\x1b\\", b"_Gi=31;OK\x1b\\"):
        assert read(b"\x1b", late + b"x", pause_s=0.1) == ["escape", X]
    assert read(b"\x1b", b"[A", pause_s=0.1) == ["escape", "up"]
    assert read(b"\x1b]11;rgb:1e", b"1e/1e1e\x07", b"x", pause_s=1.1) == [X]
    assert read(b"\x1b[?62", b";22c", b"x", pause_s=1.1) == [X]
    assert read(b"\x1b", *(b"[", b"1", b"]"), pause_s=0.1) == ["escape", "'['", "'1'", "']'"], "a hand typed that"
    assert read(b"\x1b", b"[1] is a note", pause_s=0.1)[1:4] == ["'['", "'1'", "']'"]


def test_a_report_that_never_ends_takes_a_few_letters_at_most() -> None:
    for endless in (b"\x1b]11;rgb", b"\x1bP>|", b"\x1b_G", b"\x1b[" + b"1;" * 500, b"\x1b[?1", b"\x1b[M"):
        taken = read(endless, *(b"\xc3\xa9" for _ in range(3)), pause_s=1.1)
        assert taken == ["'é'"] * 3, endless
        assert read(endless, *[b"h"] * 30, pause_s=0.2)[-10:] == ["'h'"] * 10
    assert read(b"\x1b]11;rgb\x1b[Ax") == ["up", X], "another sequence breaks it off"


def test_a_paste_is_text_whatever_it_holds() -> None:
    assert read(START + COLOURED + END + b"x") == [f"paste:{COLOURED.decode()}", X]
    for inside in (
        b"\x1b[200~a",
        b"\x1b[I\x1b[<0;1;1M",
        b"\xc2\x9b?62c\x9b",
        b"\x1b[27u",
        b"\x1b",
        b"\x1b]11;\x07",
        b"\x1b[48;1;1;1;1t",
    ):
        assert read(START + inside + END) == [f"paste:{inside.decode('utf-8', 'replace')}"]
    assert read(START + b"a\x00b" + END) == ["paste:ab"]
    assert read(START + END) == ["paste:"]


def test_a_paste_is_the_same_however_it_is_cut() -> None:
    data = b"x" + START + COLOURED + "é👍🏽".encode() + END + b"y"
    whole = read(data)
    assert len(whole) == 3
    for place in range(1, len(data)):
        assert read(data[:place], data[place:]) == whole
    assert read(*(data[place : place + 1] for place in range(len(data)))) == whole
    slowly = read(*(data[place : place + 3] for place in range(0, len(data), 3)), pause_s=0.05)
    assert [each for each in slowly if each != "alt+left_square_bracket"] == whole


@pytest.mark.parametrize("csi", [b"\x9b", b"\xc2\x9b"])
def test_a_paste_in_eight_bits_is_the_same_however_it_is_cut(csi: bytes) -> None:
    inside = "a\rb\x07\x1b[201~ \x1bc 雛200~ 〛201~"
    data = csi + b"200~" + inside.encode() + csi + b"201~k"
    expected = [f"paste:{inside}", "'k'"]
    assert read(*(bytes([byte]) for byte in data)) == expected
    for cut in range(len(data)):
        assert read(data[:cut], data[cut:]) == expected
    assert read("〛200~a".encode()) == ["'〛'", "'2'", "'0'", "'0'", "'~'", "'a'"]


def test_a_paste_whose_end_never_comes_ends_after_a_second_or_on_escape() -> None:
    assert read(START + b"half a paste", b"x", pause_s=1.1) == ["paste:half a paste", X]
    for escape in (b"\x1b", b"\x1b[27u", b"\x1b[27;1:1u"):
        guard = TerminalGuard()
        guard.feed(START + b"half", 0.0)
        guard.feed(escape, 0.5)
        assert [message.text for message in guard.tick(0.6) if isinstance(message, events.Paste)] == ["half"]
        assert guard.deadline is None


def test_what_comes_after_the_end_of_a_paste_within_it_is_pasted_too() -> None:
    assert read(START + b"one" + END + b"\x07\x11two" + END + b"x") == ["paste:one", "paste:\x07\x11two", X]
    assert read(START + b"one", b"\x07two\r" + END + b"x", pause_s=1.1) == ["paste:one", "paste:\x07two\r", X]
    assert read(b"\x1b[A" + END + b"x") == ["up", X], "an end without a paste is nothing"


def test_lines_in_one_burst_are_a_paste() -> None:
    assert read(b"one\rtwo") == ["paste:one\rtwo"]
    assert read(b"one\rtwo\rthree\r", b"\r", pause_s=0.5) == ["paste:one\rtwo\rthree\r", "enter"]
    assert read(b"one\r\ntwo\r\n") == ["paste:one\r\ntwo\r\n"]
    assert read(b"if x:\r\ty\r") == ["paste:if x:\r\ty\r"]
    assert read(b"\x1b[31mone\x1b[0m\r\x1b[32mtwo\r") == ["paste:one\rtwo\r"], "colours mean nothing"
    assert read(b"one\r\x07two\r") == ["paste:one\r\x07two\r"], "nor does a bell in it press anything"
    log = b"\x1b[31mone\x1b(B\x1b[m\r", b"\x1b[32mtwo\x1b(B\x1b[m\x1b\x11 \r"
    assert read(b"".join(log)) == ["paste:oneB\rtwoB \r"], "nor what ESC makes of its text"
    assert read(b"zero\r" + log[0], log[1]) == ["paste:zero\roneB\r", "paste:twoB \r"]
    assert read(b"one\rtwo\r", b"three\r", b"\r") == ["paste:one\rtwo\r", "paste:three\r", "paste:\r"]


def test_a_line_and_its_enter_are_keys() -> None:
    assert read(b"hi\r") == ["'h'", "'i'", "enter"]
    assert read(b"h", b"\r", b"i", b"\r") == ["'h'", "enter", "'i'", "enter"]
    assert read(b"hi\r", b"ho\r") == ["'h'", "'i'", "enter", "'h'", "'o'", "enter"]
    assert read(b"\r\r") == ["enter", "enter"]
    assert read(b"h\ni\r") == ["'h'", "ctrl+j", "'i'", "enter"]
    assert read(b"h\x1b\ri\r") == ["'h'", "alt+enter", "'i'", "enter"]
    assert read(b"h\r\x1b[Ai\r") == ["'h'", "enter", "up", "'i'", "enter"]
    assert read(b"\x15a\rb\x11") == ["ctrl+u", "paste:a\rb", "ctrl+q"]


def test_keys_that_waited_for_the_start_are_keys_between_the_lines() -> None:
    early = TerminalGuard().feed(b"one\r\x14two\r\x1bcthree\rfour", 0.0, is_early=True)
    keys = [*map(repr, "one"), "enter", "ctrl+t", *map(repr, "two"), "enter", "alt+c", "paste:three\rfour"]
    assert [short(message) for message in early] == keys


def test_the_mouse_is_heard_in_all_its_forms_and_places() -> None:
    for data in (b"\x1b[<0;200;100M", b"\x1b[32;200;100M", b"\x1b[M\x20\xe8\x84"):
        (event,) = messages([data], 0.001, TerminalGuard())
        assert isinstance(event, events.MouseDown) and (event.x, event.y) == (199, 99)
    for column in range(33, 256):
        for row in (128, 155):
            assert read(b"\x1b[M\x20" + bytes([column, row]) + b"x") == ["MouseDown", X]
            assert read(b"\x1b[M\x20", bytes([column]), bytes([row]) + b"x") == ["MouseDown", X]


def test_textual_is_told_what_it_asks_for() -> None:
    assert read(b"\x1b[I\x1b[O") == ["AppFocus", "AppBlur"]
    assert read(b"\x1b[?2026;2$y") == ["TerminalSupportsSynchronizedOutput"]
    assert read(b"\x1b[5;7R") == ["CursorPosition"]
    guard = TerminalGuard()
    assert read(b"\x1b[?2048;2$y", guard=guard) == ["InBandWindowResize"]
    for absurd in (b"\x1b[48;0;80;1;1t", b"\x1b[48;99999;99999;1;1t"):
        assert read(absurd, guard=guard) == []
    (size,) = messages([b"\x1b[48;24:1;80;480;800t"], 0.001, guard)
    assert isinstance(size, events.Resize) and size.size == (80, 24)
    (event,) = messages([b"\x1b[<0;81;41M"], 0.001, guard)
    assert isinstance(event, events.MouseDown) and (event.x, event.y) == (8, 2), "in pixels from here on"
    assert read(b"\x1b[48;24;80;0;0t", b"\x1b[<0;8;2M", guard=guard) == ["Resize", "MouseDown"]


def test_every_character_but_controls_is_text_and_no_other_key() -> None:
    for code in (*range(0x3100), *range(0xD700, 0xE100), *range(0xFF00, 0x10000), 0x1F468, 0x1FAE9, 0xF0000, 0x10FFFF):
        assert is_text(chr(code)) is (unicodedata.category(chr(code)) not in ("Cc", "Cs"))
    (key,) = typed("\u200c")
    assert isinstance(key, TypedKey) and key.is_printable and key.copy().is_printable
    for name in NAMED_KEYS - {"space"}:  # Textual names a key by what Unicode calls its character
        with suppress(KeyError):
            assert not is_text(unicodedata.lookup(name.replace("_", " ")))
