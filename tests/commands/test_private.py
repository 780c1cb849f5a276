"""What the commands leave behind is for its owner alone, and no link that was planted there is followed."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.commands.program import Program
from tests.modes import not_private, umask
from tests.servers.openai import OpenAIServer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs modes and links")

HOSTILE = {
    "title": "../..\u202e/\u3164-rf \x1b]0;x\x07",
    "id": "../../evil",
    "messages": [{"role": "user", "content": "hello"}],
}


def test_every_file_of_every_command_is_private_under_any_umask(program: Program, server: OpenAIServer) -> None:
    server.say("fast", "An answer.")
    (program.home / "prompts").write_text("one\n")
    (program.home / "talk.json").write_text(json.dumps([HOSTILE]))
    own = {str(path) for path in program.home.rglob("*")}
    with umask(0):
        program.run("ask", "--save", "--record", "new/records/one.jsonl", "hello")
        program.run("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "results")
        program.run("conversations", "import", "talk.json")
        program.run("conversations", "export", "--all", "-o", "out/all/")
        program.run("conversations", "export", "--all", "-o", "out.html")
        program.run("conversations", "export", "--all", "-o", "out.html", "--force")
        program.environment["TEXTCHAT_CONFIG"] = str(program.home / "other" / "mine.toml")
        program.run("config", "init")
    left = not_private(program.home)
    assert left.keys() <= own, left
    made = {path.relative_to(program.home).as_posix() for path in program.home.rglob("*")}
    assert made >= {"results", "new/records/one.jsonl", "out.html", "other/mine.toml", "data/textchat/textchat.db"}
    names = [file.name for file in (program.home / "out" / "all").iterdir()]
    assert len(names) == 2 and all(re.fullmatch(r"[a-z][\w-]+\.md", name) for name in names), names


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("ask", "--record", "shared/planted", "x"), "planted"),
        (("compare", "-m", "local/fast", "--prompts", "prompts", "--results", "shared/planted"), "planted"),
        (("conversations", "export", "--all", "-o", "shared/planted"), "planted"),
        (("conversations", "export", "--all", "-o", "shared/planted/new/"), "planted"),
        (("config", "init"), "config.toml"),
    ],
)
def test_no_command_writes_through_a_planted_link(
    program: Program, words: tuple[str, ...], name: str, server: OpenAIServer
) -> None:
    server.say("fast", "An answer.")
    shared, victim = program.home / "shared", program.home / "victim"
    (program.home / "prompts").write_text("one\n")
    victim.mkdir()
    shared.mkdir()
    shared.chmod(0o1777)
    program.environment["TEXTCHAT_CONFIG"] = (
        str(shared / "config.toml") if name == "config.toml" else str(program.config)
    )
    (shared / name).symlink_to(victim if words[-1].endswith("/") else victim / "file")
    ran = program.run(*words, code=2)
    assert "Traceback" not in ran.errors and len(ran.errors.splitlines()) == 1
    assert list(victim.iterdir()) == []


def test_a_name_to_standard_output_is_not_replaced_by_a_file(program: Program) -> None:
    for name in ("/dev/stdout", "/dev/fd/1"):
        assert "not a file" in program.run("conversations", "export", "--all", "-o", name, "--force", code=2).error
    assert Path("/dev/stdout").is_symlink()
