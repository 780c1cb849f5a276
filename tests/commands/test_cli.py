"""The command itself: what it answers without loading anything, where a prompt ends and a command begins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import textchat
from tests.commands.program import Program, end_of
from tests.flow.terminal import Terminal
from tests.servers.openai import OpenAIServer
from textchat.cli import CANCELLED, FAILED, READER_GONE
from textchat.commands.arguments import COMMANDS, Parser, parse

HEAVY = ("textual", "rich", "httpx", "tiktoken", "pygments", "asyncio", "sqlite3", "textchat.core", "textchat.store")


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["ask", "--help"], ["ask", "--bogus"]])
def test_help_and_version_load_nothing(program: Program, words: list[str]) -> None:
    code = (
        "import json, sys\nfrom textchat.cli import main\n"
        f"try: main({words!r})\nexcept SystemExit: print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env=program.environment, capture_output=True, text=True, check=True
    )
    loaded = json.loads(ran.stderr.splitlines()[-1])
    light = ["textchat.core", "textchat.core.crashes"]
    light += (
        ["textchat.core.text", "textchat.core.text.sanitize", "textchat.core.text.unseen"] if "--bogus" in words else []
    )
    assert [name for name in loaded if name.startswith(HEAVY)] == light


@pytest.mark.parametrize(
    "odd",
    ["--\x1b]0;X\x07", "--x\u202e\u2028\x9b\x85", "--\x08\x08", "--gpt\u200b\u3164\xad", f"--{'x' * 5000}", "--\udcff"],
)
def test_a_mistaken_argument_is_repeated_as_text_alone(program: Program, odd: str) -> None:
    said = program.run("ask", odd, code=2).error
    assert said.startswith("textchat ask: unrecognized arguments: --") and said.endswith("See textchat ask --help.")
    assert said.isprintable() and "\u3164" not in said and len(said) < 500


def test_no_command_but_the_app_loads_the_interface() -> None:
    package = Path(textchat.__file__).parents[1]
    files = [file.relative_to(package).with_suffix("") for file in package.glob("textchat/commands/**/*.py")]
    modules = [".".join(file.parts) for file in files if file.name not in ("app", "__init__")]
    code = f"import sys, {', '.join(modules)}\nprint({{'textual.app', 'textual.widget'}} & {{*sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "textchat.commands.output.columns" in modules and ran.stdout == "set()\n"


def test_version(program: Program) -> None:
    assert program.run("--version").out == f"textchat {textchat.__version__}\n"


def test_the_library_is_the_packages_surface() -> None:
    from textchat.core.reply import Reply
    from textchat.live import library

    assert textchat.open_model is library.open_model and textchat.Reply is Reply
    assert set(textchat.__all__) <= set(dir(textchat))
    for name in textchat.__all__:
        assert getattr(textchat, name) is not None
    with pytest.raises(AttributeError, match="nothing"):
        _ = textchat.nothing


def test_help_that_nobody_reads(program: Program) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone, program.start("--help", stdout=gone) as process:
        assert (process.communicate()[1], process.returncode) == (b"", READER_GONE)
    with Path("/dev/full").open("wb") as full, program.start("--help", stdout=full) as process:
        said = b"Cannot write to standard output: No space left on device.\n"
        assert (process.communicate()[1], process.returncode) == (said, FAILED)


@pytest.mark.parametrize("module", ["textchat.commands.arguments", "textchat.commands.ask"])
def test_ctrl_c_while_the_program_still_loads(program: Program, module: str) -> None:
    """Python runs a `sitecustomize` first, and this one presses Ctrl+C when `module` begins to load."""
    (program.home / "sitecustomize.py").write_text(f"""if True:
        import os, signal, sys
        class Pressed:
            def find_spec(self, name, path=None, target=None):
                if name == {module!r}:
                    os.kill(os.getpid(), signal.SIGINT)
        sys.meta_path.insert(0, Pressed())
    """)
    program.environment["PYTHONPATH"] = f"{program.home}{os.pathsep}{program.environment['PYTHONPATH']}"
    with program.start("ask", "-m", "demo/fast", "Hello?") as process:
        assert end_of(process, CANCELLED) == ("", "")


def test_a_subcommand_takes_whatever_argparse_gives_its_parsers() -> None:
    """Python 3.14 gives each a `color`, which ended `textchat config` and `conversations` with a traceback."""
    actions = Parser("textchat config", "").add_subparsers(dest="action")
    path = actions.add_parser("path", prog="textchat config path", description="where it is", exit_on_error=False)
    assert isinstance(path, Parser) and not path.exit_on_error


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(program: Program, command: str) -> None:
    assert COMMANDS[command].summary[1:] in program.run(command, "--help").out
    assert f"  {command} " in program.run("--help").out


@pytest.mark.parametrize(
    ("words", "command", "prompt"),
    [
        ([], "app", []),
        (["ask"], "ask", []),
        (["--", "ask"], "app", ["ask"]),
        (["-m", "a/b", "ask"], "app", ["ask"]),
        (["what", "is", "compare"], "app", ["what", "is", "compare"]),
        (["ask", "config"], "ask", ["config"]),
        (["ask", "a", "-m", "x/y", "b", "--", "-c"], "ask", ["a", "b", "-c"]),
        (["-m", "a/b", "--", "--version"], "app", ["--version"]),
    ],
)
def test_only_the_first_word_is_a_command(words: list[str], command: str, prompt: list[str]) -> None:
    arguments = parse(words)
    assert (arguments.command, arguments.prompt) == (command, prompt)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--bogus"], "--bogus"),
        (["config"], "ACTION"),
        (["config", "mend"], "mend"),
        (["conversations", "show"], "ID"),
        (["conversations", "export"], "--all"),
        (["conversations", "export", "--format", "pdf", "x"], "pdf"),
        (["conversations", "delete"], "--older-than"),
        (["conversations", "show", "nothing"], "nothing"),
        (["--continue", "--open", "x"], "--open"),
        (["ask", "caf\udce9"], r"not UTF-8 text: 'caf\udce9'"),
        (["ask", "--system", "\udcff", "hi"], r"not UTF-8 text: '\udcff'"),
        (["compare", "--json", "--diff", "--prompts", "FILE"], "--json cannot be combined with"),
        (["compare", "--json", "--markdown", "hi"], "--json cannot be combined with"),
        (["--op", "x"], "--op"),
        (["models", "nobody"], "nobody"),
    ],
)
def test_bad_usage_is_one_line_and_2(program: Program, words: list[str], said: str) -> None:
    assert said in program.run(*words, code=2).error


def test_the_app_needs_a_terminal(program: Program) -> None:
    assert "textchat ask" in program.run("Hello", code=2).error


@pytest.mark.parametrize("words", [["--open", "nothing"], ["--open", "x", "-m", "demo/fast"]])
def test_what_cannot_be_opened_is_one_line_before_the_app_starts(program: Program, words: list[str]) -> None:
    with Terminal(program.argv(*words), program.environment) as terminal:
        assert terminal.wait_for_exit() == 2
        assert len(terminal.text.split("\n\n")[0].splitlines()) == 1
        terminal.assert_restored()


@pytest.mark.parametrize("closed", ["<&- 2>&-", ">&-", "<&- >&- 2>&-"])
def test_standard_streams_that_are_closed(program: Program, server: OpenAIServer, closed: str) -> None:
    server.say("fast", "the answer")
    command = f"{sys.executable} -m textchat ask --save --record tape hi {closed}"
    ran = subprocess.run(
        command, shell=True, env=program.environment, cwd=program.home, capture_output=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout == (b"" if ">&-" in closed.split() else b"the answer")
    assert b"the answer" in (program.home / "tape").read_bytes()
    assert server.requests[0].body.endswith(b"}"), "nothing but the request went into the socket"
    (line,) = program.run("conversations", "list", "--json").lines
    assert line["messages"] == 2
