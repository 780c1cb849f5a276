"""Each limit of `core.limits` holds, says so in one sentence, and is the number that the documents name."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from threading import Thread

import pytest

from tests.core.scripted import REQUEST, ScriptedProvider, reply_of
from textchat.commands import conversation_import
from textchat.commands.arguments import parser_of
from textchat.commands.asking.prompt_results import Results
from textchat.commands.config import run as run_config
from textchat.commands.output.streams import Output
from textchat.config import input_files, schema_check
from textchat.config.load import LoadedSettings, load_settings
from textchat.config.private_files import private_file
from textchat.core import limits
from textchat.core.configuration import LimitSettings, Protocol, ProviderSettings
from textchat.core.conversation import Status
from textchat.core.errors import ConfigurationError, ErrorKind
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta
from textchat.core.generation import Limits, run_reply
from textchat.core.limits import Limit
from textchat.core.text import nesting
from textchat.core.text.nesting import is_deep_toml
from textchat.providers.http.server_models import ServerModels
from textchat.providers.protocol import HttpRequest
from textchat.providers.protocols.by_name import chat_protocol
from textchat.providers.recording import read_recording
from textchat.providers.streams.event_data import json_object
from textchat.providers.streams.lenient_events import LenientEventParser
from textchat.signals import interruptible
from textchat.store.history import History
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers import database_files, files, read_file
from textchat.store.transfer.importers.archive import ArchiveFile, Assets
from textchat.ui import key_settings
from textchat.ui.key_settings import keymap_from
from textchat.ui.terminal import unfinished
from textchat.ui.terminal.forms import PASTE_END
from textchat.ui.terminal.guard import PasteCut, TerminalGuard
from textchat.ui.themes import load_themes

ROOT = Path(__file__).parents[1]
ACCEPTS = bool(os.environ.get("TEXTCHAT_ACCEPT"))  # before the fixtures clear it
DOCUMENT = ROOT / "textchat" / "ARCHITECTURE.md"
HERE = "tests/test_limits.py::"
PINNED = {
    limits.REPLY: HERE + "test_a_reply_that_grows_too_long_ends_with_its_text",
    limits.PIECES: HERE + "test_a_reply_that_grows_too_long_ends_with_its_text",
    limits.REPLY_FILES: "tests/providers/test_chat_parts.py::"
    "test_files_that_are_too_large_together_are_refused_before_they_are_decoded",
    limits.REPLY_PARTS: "tests/providers/test_chat_parts.py::"
    "test_files_that_are_too_large_together_are_refused_before_they_are_decoded",
    limits.CITATIONS: "tests/core/test_parts.py::test_sources_without_end_are_left_out",
    limits.EVENT: "tests/providers/test_sse.py::test_an_event_of_many_lines_is_bounded_too",
    limits.JSON_DEPTH: HERE + "test_deep_json_is_no_json",
    limits.UNPACKED: "tests/providers/test_unpacking.py::test_a_bomb_of_any_build_is_refused_at_a_limit",
    limits.ERROR_BODY: HERE + "test_text_outside_of_events_is_kept_so_far",
    limits.MODEL_LIST: "tests/providers/test_bombs.py::test_a_list_of_models_is_read_to_a_bound_of_its_own",
    limits.MODEL_PAGES: HERE + "test_pages_without_end",
    limits.KEY_OUTPUT: "tests/providers/test_http.py::test_a_command_that_fails_says_how_and_not_what",
    limits.INPUT: HERE + "test_files_beyond_their_limit_are_refused",
    limits.ATTACHMENT: HERE + "test_files_beyond_their_limit_are_refused",
    limits.ATTACHED_TOGETHER: "tests/ui/attaching/test_files.py::test_all_files_of_a_prompt_have_a_bound",
    limits.ATTACHED_AT_ONCE: "tests/ui/attaching/test_files.py::test_what_cannot_be_attached_says_why",
    limits.FILES_LOOKED_AT: "tests/ui/attaching/test_files.py::test_a_huge_tree_is_read_within_bounds",
    limits.PROMPT_FILE: HERE + "test_files_beyond_their_limit_are_refused",
    limits.PICTURE: "tests/ui/transcript/test_cards.py::test_a_picture_beyond_its_limits_is_not_decoded",
    limits.PICTURE_PIXELS: "tests/ui/transcript/test_cards.py::test_what_cannot_be_drawn_says_why",
    limits.PICTURE_S: "tests/ui/transcript/test_cards.py::test_a_picture_beyond_its_limits_is_not_decoded",
    limits.PIPE_S: HERE + "test_a_pipe_is_read_while_it_speaks",
    limits.PASTE: HERE + "test_a_paste_is_cut_off",
    limits.SCHEMA: "tests/commands/test_parts.py::test_a_name_of_a_file_goes_before_the_short_form",
    limits.SCHEMA_DEPTH: "tests/live/test_structure.py::test_the_first_fault_is_one_sentence",
    limits.CHECKED: "tests/live/test_structure.py::test_a_reply_beyond_the_limit_is_not_checked",
    limits.CHECK_S: "tests/live/test_structure.py::test_no_schema_takes_for_ever",
    limits.CHECKS: "tests/live/test_checks.py::test_what_is_no_check_is_one_sentence",
    limits.TAGS: "tests/live/test_checks.py::test_tags_are_texts",
    limits.CHECK_TEXT: "tests/live/test_checks.py::test_what_is_no_check_is_one_sentence",
    limits.CHECK_COMMAND_S: "tests/live/test_checks.py::test_a_command_ends_in_time_with_all_that_it_started",
    limits.CHECK_OUTPUT: "tests/live/test_checks.py::test_a_command_says_why",
    limits.RESULTS_FILE: HERE + "test_results_beyond_their_limit_are_refused",
    limits.RECORDING: HERE + "test_a_recording_beyond_its_limit_is_refused",
    limits.REPLAY: "tests/store/test_replay_file.py::test_a_file_beyond_the_limit_is_not_read",
    limits.REPLAYED_PIECES: "tests/core/test_replaying.py::test_plain_data_from_elsewhere_is_checked",
    limits.REPLAYED_SECONDS: "tests/core/test_replaying.py::test_plain_data_from_elsewhere_is_checked",
    limits.IMPORT_ENTRY: "tests/store/test_json_entries.py::test_an_entry_without_an_end_is_no_danger",
    limits.IMPORT_DOCUMENT: HERE + "test_a_web_page_beyond_its_limit_is_not_read",
    limits.IMPORT_CELL: HERE + "test_a_database_with_a_value_beyond_the_limit_is_not_read_further",
    limits.IMPORT_COPY: "tests/store/test_import_files.py::test_what_is_copied_to_be_read_is_bounded",
    limits.IMPORT_FILE: HERE + "test_a_file_of_an_export_beyond_its_limit_is_left_out",
    limits.SETTINGS_FILE: "tests/config/test_load.py::test_a_file_that_cannot_be_read_is_one_line",
    limits.SETTINGS_DEPTH: HERE + "test_nested_settings",
    limits.SAVED_PROMPT: "tests/config/test_personas.py::test_prompts_are_named_by_their_files",
    limits.SAVED_FILES: "tests/config/test_personas.py::test_only_so_many_files_are_listed",
    limits.EXAMPLES: "tests/config/test_personas.py::test_a_broken_file_is_one_sentence_and_all_others_work",
    limits.VARIABLES: "tests/core/test_personas.py::test_beyond_a_limit_variables_are_text",
    limits.KEY_ENTRIES: HERE + "test_thousands_of_keys_are_looked_at_once",
    limits.PROBLEMS: HERE + "test_thousands_of_problems_are_counted",
}


def load(tmp_path: Path, text: str) -> LoadedSettings:
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    return load_settings({"TEXTCHAT_CONFIG": str(tmp_path / "config.toml")})


def counted(monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> list[object]:
    """Count the calls of a function; one entry each."""
    calls: list[object] = []
    function: Callable[..., object] = getattr(place, name)

    def count(*args: object, **named: object) -> object:
        calls.append(args)
        return function(*args, **named)

    monkeypatch.setattr(place, name, count)
    return calls


# -- the table ---------------------------------------------------------------------------------------------------------


def test_the_document_has_the_table() -> None:
    text = DOCUMENT.read_text("utf-8")
    head, _, rest = text.partition("<!-- limits -->\n")
    _, end, tail = rest.partition("<!-- end of limits -->")
    wanted = f"{head}<!-- limits -->\n{limits.markdown_table()}{end}{tail}"
    if ACCEPTS:
        DOCUMENT.write_text(wanted, "utf-8")
    else:
        assert text == wanted


def test_the_help_has_the_table() -> None:
    shown = " ".join(parser_of("config").format_help().split())
    for limit in limits.TABLE:
        assert f"{limit.told} {limit.what}".replace("`", "") in shown
        assert limit.key in shown


def test_each_limit_is_pinned_by_a_test() -> None:
    assert list(PINNED) == list(limits.TABLE)
    for place in PINNED.values():
        file, _, name = place.partition("::")
        assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), place


def test_what_a_user_may_change_is_a_setting(tmp_path: Path) -> None:
    keys = {limit.key: limit.most for limit in limits.TABLE if limit.key and "." not in limit.key}
    assert keys == asdict(LimitSettings())
    loaded = load(tmp_path, "[limits]\n" + "".join(f"{key} = 7\n" for key in keys))
    assert (loaded.problems, set(asdict(loaded.settings.limits).values())) == ((), {7})


@pytest.mark.parametrize(
    ("limit", "told"),
    [(limits.REPLY, "16 MiB"), (limits.ERROR_BODY, "64 KiB"), (limits.KEY_ENTRIES, "1,000 entries")],
)
def test_a_limit_is_told_with_its_unit(limit: Limit, told: str) -> None:
    assert (limit.told, limits.quantity(1000, "bytes")) == (told, "1,000 bytes")


# -- replies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "bounds", "kept", "said"),
    [
        (TextDelta("four"), Limits(most_bytes=10), 3, "exceeded 10 bytes, .* raise reply_bytes under"),
        (TextDelta("€"), Limits(most_bytes=6), 3, "exceeded 6 bytes"),
        (ReasoningDelta("four"), Limits(most_bytes=10), 3, "exceeded 10 bytes"),
        (ToolCallDelta(0, "id", "name", "four"), Limits(most_bytes=10), 3, "exceeded 10 bytes"),
        (TextDelta("x"), Limits(most_pieces=5), 6, "exceeded 5 pieces, .* raise reply_pieces under"),
        (ToolCallDelta(0), Limits(most_pieces=5), 6, "exceeded 5 pieces"),
    ],
)
async def test_a_reply_that_grows_too_long_ends_with_its_text(
    event: StreamEvent, bounds: Limits, kept: int, said: str
) -> None:
    provider, reply = ScriptedProvider([event] * 100), reply_of()
    await run_reply(provider, REQUEST, reply, limits=replace(bounds, repeat_limit=0))
    assert (reply.status, provider.requests, provider.closed) == (Status.FAILED, 1, 1)
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.PROTOCOL
    assert re.search(said, reply.error.message)
    text = reply.text + reply.reasoning + "".join(call.arguments for call in reply.tool_calls)
    assert text == (event.arguments if isinstance(event, ToolCallDelta) else getattr(event, "text", "")) * kept


def test_text_outside_of_events_is_kept_so_far() -> None:
    parser = LenientEventParser()
    parser.feed(b"<html>\n" + b"<p>\n" * 100_000)
    (page,) = parser.close()
    assert limits.ERROR_BODY.most <= len(page.data) <= 2 * limits.ERROR_BODY.most


async def test_pages_without_end() -> None:
    asked = 0

    async def ask(request: HttpRequest, most: int) -> object:
        nonlocal asked
        asked += 1
        return {"data": [{"id": f"m{asked}"}], "has_more": True, "last_id": f"m{asked}"}

    protocol = chat_protocol(ProviderSettings("local", Protocol.ANTHROPIC, "http://127.0.0.1:1"))
    assert len(await ServerModels(protocol, "base_url").all(ask)) == asked == limits.MODEL_PAGES.most


def test_deep_json_is_no_json() -> None:
    assert json_object('{"a": ' + "[" * 399 + "]" * 399 + "}") is not None
    assert json_object('{"a": ' + "[" * 400 + "]" * 400 + "}") is None
    assert json_object('{"a": "' + "[" * 1000 + '"}') == {"a": "[" * 1000}
    assert json_object('{"a": [' + "{}," * 1000 + "{}]}") == {"a": [{}] * 1001}


async def test_pieces_that_come_together_are_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    readable, writable = os.pipe()
    out = Output(writable)
    writes = counted(monkeypatch, os, "write")
    async with out.together():
        for _ in range(1000):
            await out.write("ab")
    await out.write("c")
    assert len([call for call in writes if isinstance(call, tuple) and call[0] == writable]) == 2
    assert os.read(readable, 4000) == b"ab" * 1000 + b"c"
    os.close(readable)
    os.close(writable)


# -- files -------------------------------------------------------------------------------------------------------------


def test_files_beyond_their_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from textchat.commands.asking.attachments import read_attachment
    from textchat.commands.asking.prompt_file import read_prompts
    from textchat.commands.asking.prompt_input import prompt_text

    file = tmp_path / "ten.txt"
    file.write_text("ten bytes.")
    assert read_attachment(str(file), 10).data == b"ten bytes."
    assert read_prompts(str(file), 10)[0].text == "ten bytes."
    with pytest.raises(ConfigurationError, match=r"is larger than 9 bytes. Raise attachment_bytes under \[limits\]"):
        read_attachment(str(file), 9)
    with pytest.raises(ConfigurationError, match=r"is larger than 9 bytes. Raise prompt_file_bytes under \[limits\]"):
        read_prompts(str(file), 9)
    with file.open() as opened:
        monkeypatch.setattr("sys.stdin", opened)
        with pytest.raises(ConfigurationError, match=r"Standard input is larger than 9 bytes. Raise input_bytes"):
            prompt_text([], 9)


@pytest.mark.skipif(os.name != "posix", reason="pipes have names there")
def test_a_pipe_is_read_while_it_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(b"x" * 200_000,))
    writer.start()
    assert input_files.read_named(pipe, 300_000) == b"x" * 200_000
    writer.join()
    monkeypatch.setattr(input_files, "PIPE_S", replace(limits.PIPE_S, most=0))
    with pytest.raises(OSError, match="nothing came from this pipe for 0 seconds"):
        input_files.read_named(pipe, 10)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices have names there")
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_no_pipe_and_no_device_is_waited_for(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(name: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        os.mkfifo(file) if kind == "pipe" else file.symlink_to("/dev/zero")
        return file

    environ = {"TEXTCHAT_CONFIG": str(odd("config.toml")), "HOME": str(tmp_path)}
    assert load_settings(environ).problems == (f"Cannot read {tmp_path / 'config.toml'}: not a regular file.",)
    (tmp_path / "config.toml").unlink()
    odd("preferences.toml")
    assert "not a regular file" in load_settings(environ).notices[0]
    assert (tmp_path / "preferences.toml").exists(), "it is not set aside"
    assert "not a regular file" in load_themes([odd("themes/odd.toml").parent])[1][0]
    with pytest.raises(ConfigurationError, match="not a regular file"):
        read_recording(odd("recording.jsonl"))
    with pytest.raises(OSError, match="not a regular file" if kind == "device" else "No such device"):
        private_file(odd("textchat.log"))
    monkeypatch.setattr(input_files, "PIPE_S", replace(limits.PIPE_S, most=0))
    with pytest.raises(ConfigurationError, match="not a regular file" if kind == "device" else "nothing came"):
        list(read_file(odd("export.json"), lambda share: None))
    if kind == "device":
        with pytest.raises(OSError, match="not a regular file"):
            input_files.read_named(odd("attachment"), 10)


def test_the_null_device_is_an_empty_file() -> None:
    assert load_settings({"TEXTCHAT_CONFIG": os.devnull, "HOME": "/nowhere"}).problems == ()


def test_results_beyond_their_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textchat.commands.asking.prompt_results.RESULTS_FILE", replace(limits.RESULTS_FILE, most=9))
    (tmp_path / "r.jsonl").write_text("{}\n" * 4)
    with pytest.raises(ConfigurationError, match="is larger than 9 bytes"):
        Results(str(tmp_path / "r.jsonl"))


def test_results_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    line = b'{"status": "failed", "text": "%s"}\n' % (b"x" * 5_000)
    file.write_bytes(line * 600 + b'{"status": "com')
    tracemalloc.start()
    try:
        Results(str(file))
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert file.read_bytes().endswith(b'\n{"status": "com\n')


def test_a_recording_beyond_its_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textchat.providers.recording.RECORDING", replace(limits.RECORDING, most=9))
    (tmp_path / "r.jsonl").write_text("{}\n" * 4)
    with pytest.raises(ConfigurationError, match="is larger than 9 bytes"):
        read_recording(tmp_path / "r.jsonl")


def test_a_file_of_an_export_beyond_its_limit_is_left_out() -> None:
    def never() -> None:
        raise AssertionError("it is not opened")

    assert Assets([ArchiveFile("a/file-1.png", limits.IMPORT_FILE.most + 1, 0.0, never)]).find("file-1") is None  # type: ignore[arg-type]


def test_a_web_page_beyond_its_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "IMPORT_DOCUMENT", replace(limits.IMPORT_DOCUMENT, most=1000))
    (tmp_path / "page.html").write_text("<!doctype html>" + "x" * 1000)
    with pytest.raises(ConfigurationError, match=r"page.html is larger than 1,000 characters"):
        list(read_file(tmp_path / "page.html", lambda share: None))


def test_a_database_with_a_value_beyond_the_limit_is_not_read_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(tmp_path / "elia.db")) as made:
        made.executescript(
            "CREATE TABLE chat (id INTEGER PRIMARY KEY, model TEXT, title TEXT, started_at TEXT);"
            "CREATE TABLE message (id INTEGER, chat_id INTEGER, role TEXT, content TEXT, timestamp TEXT);"
            "INSERT INTO chat VALUES (1, 'm', 't', '');"
            "INSERT INTO message VALUES (1, 1, 'user', hex(zeroblob(5000)), '');"
        )
    assert [type(found) for found in read_file(tmp_path / "elia.db", lambda share: None)] == [ConversationRecord]
    monkeypatch.setattr(database_files, "IMPORT_CELL", replace(limits.IMPORT_CELL, most=2000))
    with pytest.raises(ConfigurationError, match=r"elia.db: a value in it is larger than 2,000 bytes\."):
        list(read_file(tmp_path / "elia.db", lambda share: None))


# -- settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_deep"),
    [
        ("a" + ".a" * 32 + " = 1", False),
        ("a" + ".a" * 33 + " = 1", True),
        ("[a" + '."b c"' * 33 + "]", True),
        ("a = " + "[" * 33, True),
        ("a = " + "[ # [\n" * 32 + "]" * 32, False),
        ("a = " + "{a = " * 33, True),
        ('a = "' + "w." * 99 + "[" * 99 + '"', False),
        ("a = '" + "w." * 99 + '\'\nb = """\n[[[' + ".[" * 99 + '\\""""\n', False),
        ("# " + "a." * 99, False),
        ("a = [" + "1.5, " * 99 + "]", False),
        ("a.b = 1\n" * 99, False),
        ("[[a]]\n" * 99, False),
        ("]" * 99 + "[" * 30, False),
    ],
)
def test_nested_settings(text: str, is_deep: bool) -> None:
    assert is_deep_toml(text, limits.SETTINGS_DEPTH.most) is is_deep


@pytest.mark.parametrize("text", ['a = """' + '\\"""' * 50_000, "a = '''" + "''\"" * 50_000, '"' + "\\" * 100_001])
def test_a_text_without_an_end_is_looked_through_once(text: str) -> None:
    found = list(nesting._TOML_SIGNS.finditer(text))
    assert len(found) <= 4
    assert sum(len(each[0]) for each in found) <= len(text)


def test_thousands_of_problems_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = counted(monkeypatch, schema_check, "_nearest")
    scanned = counted(monkeypatch, __import__("textchat.config.toml_lines").config.toml_lines, "KeyLines")
    problems = load(tmp_path, "".join(f"unknown_{number} = 1\n" for number in range(4000))).problems
    assert (len(problems), len(compared), len(scanned)) == (101, 100, 1)
    assert problems[-1] == f"{tmp_path / 'config.toml'}: 3,900 more problems."


def test_thousands_of_keys_are_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(tmp_path, "[keys]\n" + "".join(f'"pane.wrong{number}" = "f1"\n' for number in range(2000)))
    assert loaded.problems == (
        f"{tmp_path / 'config.toml'}, line 1: keys: more than 1,000 entries; the rest is not used.",
    )
    assert len(loaded.settings.keys) == 1000
    compared = counted(monkeypatch, key_settings, "_near")
    _, problems = keymap_from(loaded.settings.keys)
    assert (len(problems), len(compared)) == (101, 100)
    assert list(problems.values())[-1] == "900 more entries of [keys] cannot be used."
    scanned = counted(monkeypatch, __import__("textchat.config.toml_lines").config.toml_lines, "KeyLines")
    assert [loaded.place("keys", name).endswith(": ") for name in problems] == [True] * 101
    assert len(scanned) <= 1


def test_a_check_tells_how_many_keys_are_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[keys]\n" + "".join(f'"wrong.a{number}" = "f1"\n' for number in range(120)))
    monkeypatch.setenv("TEXTCHAT_CONFIG", str(config))
    assert run_config(Namespace(action="check")) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[-1].endswith("20 more entries of [keys] cannot be used.")
    assert not any("more problems" in line for line in told)


def test_a_long_name_is_shown_in_part() -> None:
    _, problems = keymap_from({"x" * 100_000: "f1", "app.help": "y" * 100_000})
    assert all(len(problem) < 300 for problem in problems.values())


# -- pastes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 5000])
def test_a_paste_is_cut_off(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(unfinished, "PASTE", replace(limits.PASTE, most=100))
    guard = TerminalGuard()
    sent = b"\x1b[200~" + b"x" * 1000 + PASTE_END
    messages = []
    for at in range(0, len(sent), size):
        messages += guard.feed(sent[at : at + size], at * 1e-4)
        held = guard._splitter._paste
        assert held is None or len(held._data) <= 100 + size + len(PASTE_END)
    paste, cut = messages
    assert (getattr(paste, "text", None), type(cut)) == ("x" * 100, PasteCut)
    assert [type(each).__name__ for each in guard.feed(b"\x1b[200~" + b"x" * 100 + PASTE_END, 9.0)] == ["Paste"]


# -- Ctrl+C ------------------------------------------------------------------------------------------------------------


def test_ctrl_c_ends_an_import_inside_an_entry_and_keeps_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "export.json"
    source.write_text('[{"role": "user", "content": "kept"}]')
    (first,) = read_file(source, lambda share: None)
    goes_on: list[int] = []

    def read(file: Path, advance: object) -> Iterator[object]:
        yield first
        signal.raise_signal(signal.SIGINT)
        goes_on.append(1)  # no turn of the event loop comes before the end of the entry
        yield first

    async def imports() -> int:
        history = await asyncio.to_thread(History.open, tmp_path / "t.db")
        try:
            return await conversation_import._import(history, source)
        finally:
            await history.aclose()

    async def stored() -> int:
        history = await asyncio.to_thread(History.open, tmp_path / "t.db")
        try:
            return await history.count()
        finally:
            await history.aclose()

    assert isinstance(first, ConversationRecord)
    monkeypatch.setattr(conversation_import, "read_file", read)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(imports())
    assert (goes_on, asyncio.run(stored())) == ([], 1)


def test_ctrl_c_ends_a_query_of_another_programs_database(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "t.db").close()
    opened = database_files._opened(tmp_path / "t.db")
    assert opened is not None
    ring = Thread(target=signal.raise_signal, args=(signal.SIGINT,))  # the main thread hears it between two steps
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(x) FROM n"
    with closing(opened), pytest.raises(KeyboardInterrupt), interruptible():
        ring.start()
        opened.execute(endless).fetchall()
    ring.join()


def test_a_command_that_does_not_end_is_ended() -> None:
    """A thread that nothing can stop, such as one inside SQLite."""
    program = (
        "import asyncio, signal, threading, textchat.signals as s\n"
        "async def main():\n"
        "    with s.ending_for_certain():\n"
        "        signal.raise_signal(signal.SIGTERM)\n"
        "        await asyncio.shield(asyncio.to_thread(threading.Event().wait))\n"
        "with s.ending_as_by_ctrl_c():\n"
        "    s.COMMAND_PATIENCE_S = 0.05\n"
        "    asyncio.run(main())\n"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=20, cwd=ROOT).returncode == 128 + signal.SIGTERM
