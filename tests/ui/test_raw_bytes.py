"""Only text and our own styling reach a real terminal, whatever a model, a server or a title says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.strip import Strip

from tests.benchmarks.program import Program
from tests.flow.screen import open_app, wait_for
from tests.flow.terminal import TEXTCHAT, isolated_environment
from tests.servers.openai import OpenAIServer, Raw, Think
from tests.servers.waiting import Gate, wait_until
from tests.ui.hostile import ESCAPES, markdown
from tests.ui.terminal_bytes import link_targets, offences
from textchat.ui.input.line_field import LineField
from textchat.ui.terminal.drawing.pictures import ControlPictures

LONE_SURROGATE = Raw(b'data: {"choices": [{"index": 0, "delta": {"content": "lone \\ud800 surrogate\\n\\n"}}]}\n\n')
EVIL_NAME = "evil\x1b]0;PWNED\x07\x9b31m[bold]\u202e"


@pytest.mark.parametrize("bad", ESCAPES[:-1])
def test_the_judge_finds_each_of_them(bad: str) -> None:
    assert offences(f"before {bad} {bad} {bad} after".encode())


def test_the_judge_lets_ordinary_output_pass() -> None:
    ordinary = "\x1b[?1049h\x1b[2;1H\x1b[1;38;2;1;2;3mText ä日\x1b[0m\r\n\x1b]8;id=12-3;https://a.example/x\x1b\\a\x1b]8;;\x1b\\"
    assert offences(ordinary.encode()) == []
    assert offences(ordinary.replace("https", "file").encode())


def test_what_any_widget_draws_keeps_its_width() -> None:
    red, line = Style(color="red"), Strip([Segment("a\x1b\x07"), Segment("日\u202e\n end   ", Style(color="red"))])
    shown = line.apply_filter(ControlPictures(), Color(0, 0, 0))
    assert [(segment.text, segment.style) for segment in shown] == [("a␛␇", None), ("日\ufffd␊ en", red)]
    assert Strip(shown).cell_length == line.cell_length
    for text in ("ordinary ä日", "می|\u200cخ", "C++\u200f. שלום", "👩|\u200d👧"):
        ordinary = [Segment(part) for part in text.split("|")]
        assert ControlPictures().apply(ordinary, Color(0, 0, 0)) is ordinary
    hiding = [Segment("gpt\u3164 pay\xadpal  ")]
    assert ControlPictures().apply(hiding, Color(0, 0, 0))[0].text.startswith("gpt\ufffd pay‧pal")


async def test_notices_and_fields_show_pictures(tmp_path: Path) -> None:
    async with open_app(isolated_environment(tmp_path), models=["demo/fast"]) as (app, pilot):
        app.notify("From a file \x1b]0;PWNED\x07", title="\x9b31m", markup=False)
        await wait_for(app, "From a file ␛]0;PWNED", "␛31m")
        await pilot.press("ctrl+p")
        await wait_until(lambda: isinstance(app.focused, LineField), "the palette is open")
        assert app.focused is not None
        app.focused.post_message(events.Paste("sought \x1b]0;PWNED\x07\u202e"))
        await wait_for(app, "sought ␛]0;PWNED␇\ufffd")


def test_nothing_but_text_and_our_own_styling_reaches_the_terminal(tmp_path: Path) -> None:
    environment = isolated_environment(tmp_path)
    thought, shown = Gate(), Gate()
    with OpenAIServer() as server:
        thinking = [Think(f"{bad}\n\n") for bad in ESCAPES]
        server.script("evil", *thinking, Think("It is thought."), thought, LONE_SURROGATE, markdown(), shown)
        server.refuse(EVIL_NAME, 400, "Refused: " + " ".join(ESCAPES))
        config = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\nretries = 0\n')
        argv = [*TEXTCHAT, "-m", "local/evil", "-m", f"local/{EVIL_NAME}"]
        # Tall enough that nothing of it is ever off the screen.
        with Program(argv, environment, columns=150, rows=700) as program:
            program.until_it_takes_keys()
            program.type("\x1b[200~Title \x1b]0;PWNED\x07 \x9b31m [bold]x[/bold] \x1b[2J\x1b[201~")
            program.wait_for(b"Title", 20)
            program.type("\r")
            program.wait_for(b"Refused", 20)
            program.wait_for(b"It is thought.", 20)
            thought.open()
            program.wait_for(b"The end of it.", 20)
            shown.open()
            program.wait_for("✓ done".encode(), 20)
            program.type("\x11")
            output = program.until_exit()
    assert offences(output, 150, 700) == []
    assert "␛]0;PWNED".encode() in output, "it is shown as a picture"
    targets = link_targets(output)
    assert any(target.startswith("https://good.example/") for target in targets)
    assert all(target.lower().startswith(("http://", "https://", "mailto:")) for target in targets)


def test_without_colour_no_ground_and_no_ink_is_painted(tmp_path: Path) -> None:
    environment = isolated_environment(tmp_path, NO_COLOR="1", COLORTERM="truecolor")
    with OpenAIServer() as server:
        server.say("fast", "# Title\n\nText with `code`.\n\n```python\nx = 1\n```\n")
        config = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\n[ui]\ntheme = "nord"\n'
        )
        with Program([*TEXTCHAT, "-m", "local/fast", "-m", "local/fast"], environment, columns=120, rows=30) as program:
            program.until_it_takes_keys()
            program.type("hello\r")
            program.wait_for("✓ done".encode(), 20)
            program.type("\x1bc")  # the list of conversations: a row under the cursor
            program.wait_for(b"\x1b[7m", 20)
            program.type("\x0f")  # a dialog
            program.wait_for("╭".encode(), 20)
            program.type("\x11")
            output = program.until_exit()
    styles = {part for found in re.findall(rb"\x1b\[([0-9;:]*)m", output) for part in re.split(rb"[;:]", found)}
    assert styles <= {b"", b"0", b"1", b"2", b"3", b"4", b"7", b"9", b"22", b"23", b"24", b"27", b"29"}, styles
    assert {b"1", b"2", b"7"} <= styles, "bold, dim and reverse are left"
