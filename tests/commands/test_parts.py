"""Files, sources and structure of replies in `ask` and `compare`: told as they come, written and listed."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.commands.contract import check_reply
from tests.core.scripted import ScriptedProvider, Step
from textchat.cli import main
from textchat.commands.arguments import parse
from textchat.commands.asking.request_fields import given_parameters
from textchat.core.configuration import ProviderSettings
from textchat.core.errors import BadRequestError, ConfigurationError
from textchat.core.events import Cited, Finished, PartReceived, TextDelta, TextWasReasoning
from textchat.core.parameters import Effort, Parameters
from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.taking import Taking
from textchat.core.provider import Provider
from textchat.providers.capabilities.taking import Receiver, taking
from textchat.providers.catalog import Catalog

PICTURE = Part("../a b\x1b[31m.PNG", "image/png", b"\x89PNG picture")
FIRST, SECOND = "https://a.example/?q=[1]", "https://b.example/"
REPLY: tuple[Step, ...] = (
    TextDelta("One "),
    Cited(FIRST, "A *title*", -1),
    PartReceived(PICTURE),
    TextDelta("two"),
    Cited(SECOND),
    Cited(FIRST, "Another", 0),
    PartReceived(Part("", "audio/mpeg", b"sound")),
    PartReceived(Part("kept.csv", "text/csv", reference="file-1")),
    Cited(SECOND, "Late", None),
    Finished("stop"),
)
PERSON = (TextDelta('{"name": "Ada",'), TextDelta(' "age": 36}'), Finished("stop"))

Run = Callable[..., tuple[int, str, list[str]]]


class PickyProvider(ScriptedProvider):
    """Takes pictures; anything else only as text."""

    def taking(self, part: Part, model: str) -> Taking:
        return taking(part, Receiver(model, "picky", {MediaKind.PICTURE}, {MediaKind.PICTURE}))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "xdg"))
    monkeypatch.delenv("TEXTCHAT_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command whose models answer with a script: the exit code, standard output, and the lines of the errors."""

    def run(*words: str, script: tuple[Step, ...] = REPLY, stdin: bytes | None = None) -> tuple[int, str, list[str]]:
        def make(catalog: Catalog, settings: ProviderSettings) -> Provider:
            return PickyProvider(script) if settings.name == "openai" else ScriptedProvider(script)

        monkeypatch.setattr(Catalog, "_make", make)
        monkeypatch.setattr("sys.stdin", None if stdin is None else io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(words)
        put = capfd.readouterr()
        return code, put.out, put.err.splitlines()

    return run


def lines_of(out: str) -> list[Any]:
    return [json.loads(line) for line in out.splitlines()]


def modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode) for path in sorted(folder.rglob("*"))}


def test_json_tells_parts_and_sources_when_they_come(run: Run, home: Path) -> None:
    code, out, errors = run("ask", "-m", "demo/a", "--json", "--parts", "new/files", "Hi")
    lines = lines_of(out)
    end = check_reply(lines)
    assert (code, errors) == (0, [])
    assert [line.get("text") or line.get("n") or line.get("name") for line in lines[1:-1]] == [
        *("One ", 1, "../a b\x1b[31m.PNG", "two", 2, None, "kept.csv"),
    ]
    assert end["citations"] == [
        {"n": 1, "url": FIRST, "title": "A *title*"},
        {"n": 2, "url": SECOND, "title": "Late"},
    ]
    assert [part["path"] for part in end["parts"]] == ["new/files/a-b-31m.png", "new/files/sound.mp3", None]
    assert modes(home / "new") == {"files": 0o700, "files/a-b-31m.png": 0o600, "files/sound.mp3": 0o600}
    assert (home / "new/files/a-b-31m.png").read_bytes() == b"\x89PNG picture"
    run("ask", "-m", "demo/a", "--json", "--parts", "new/files", "Hi")
    assert {"files/a-b-31m.png", "files/a-b-31m-2.png", "files/sound-2.mp3"} < set(modes(home / "new"))


def test_a_pipe_gets_the_text_alone_and_the_rest_is_told_beside_it(run: Run, home: Path) -> None:
    code, out, errors = run("ask", "-m", "demo/a", "Hi")
    assert (code, out) == (0, "One two")
    assert errors == [
        "+ ../a b␛[31m.PNG · image/png · 12 B · not kept: add --parts FOLDER, or --save",
        "+ sound · audio/mpeg · 5 B · not kept: add --parts FOLDER, or --save",
        "+ kept.csv · text/csv · kept by the server alone",
        f"[1] A *title* · {FIRST}",
        f"[2] Late · {SECOND}",
    ]
    _, _, errors = run("ask", "-m", "demo/a", "--parts", "p", "Hi")
    assert errors[0].endswith(" · written to p/a-b-31m.png")
    _, _, errors = run("ask", "-m", "demo/a", "--save", "Hi")
    assert errors[0].endswith(" · 12 B")


def test_a_folder_that_cannot_be_used_is_said_before_anything_is_asked(run: Run, home: Path) -> None:
    (home / "file").write_text("")
    for name in ("file", "file/below"):
        code, out, errors = run("ask", "-m", "demo/a", "--parts", name, "Hi")
        assert (code, out) == (2, "") and errors == [f"Cannot use --parts {name}: not a folder."]


def test_a_file_that_cannot_be_written_costs_no_text(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("textchat.commands.output.part_files.create_new", full)
    code, out, errors = run("ask", "-m", "demo/a", "--parts", "p", "Hi")
    assert (code, out) == (1, "One two")
    assert errors[0] == "Cannot write ../a b␛[31m.PNG to p: No space left on device."


def test_a_comparison_has_a_folder_for_each_pane(run: Run, home: Path) -> None:
    models = ("-m", "demo/a", "-m", "openai/b/c")
    _, out, _ = run("compare", *models, "--json", "--parts", "p", "Hi")
    for pane in (0, 1):
        check_reply([line for line in lines_of(out) if line["pane"] == pane], pane)
    assert {"1-demo-a/sound.mp3", "2-openai-b-c/sound.mp3"} < set(modes(home / "p"))
    _, out, _ = run("compare", *models, "Hi")
    block = out.partition("\n--- ")[0].splitlines()
    assert block[:2] == ["=== demo/a ===", "One two"]
    assert block[2].startswith("+ ../a b␛[31m.PNG") and block[-2:] == [
        f"[1] A *title* · {FIRST}",
        f"[2] Late · {SECOND}",
    ]
    _, out, _ = run("compare", *models, "--markdown", "--parts", "m d", "Hi")
    assert "- ![../a b␛\\[31m.PNG](<m%20d/2-openai-b-c/a-b-31m.png>)\n- + sound" in out
    assert f"1. [A \\*title\\*](<{FIRST}>)\n2. [Late](<{SECOND}>)\n" in out
    (home / "prompts").write_text("one\ntwo\n")
    run("compare", *models, "--prompts", "prompts", "--results", "results", "--parts", "set")
    assert {"1-1-demo-a/sound.mp3", "2-2-openai-b-c/sound.mp3"} < set(modes(home / "set"))
    assert json.loads((home / "results").read_text().splitlines()[0])["parts"][0]["path"].endswith("a-b-31m.png")


def test_text_that_was_reasoning_keeps_the_files(run: Run) -> None:
    script = (TextDelta("Hm"), PartReceived(PICTURE), TextWasReasoning(), TextDelta("Yes"), Finished("stop"))
    _, out, _ = run("ask", "-m", "demo/a", "--json", "Hi", script=script)
    assert [part["bytes"] for part in check_reply(lines_of(out))["parts"]] == [12]


# -- structure ---------------------------------------------------------------------------------------------------------


def test_a_reply_that_fits_its_schema(run: Run, home: Path) -> None:
    words = ("ask", "-m", "demo/a", "--schema", "name, age int", "Hi")
    assert run(*words, script=PERSON) == (0, '{"name": "Ada", "age": 36}', [])
    code, out, _ = run(*words, "--json", script=PERSON)
    assert (code, check_reply(lines_of(out))["schema"]) == (0, {"valid": True, "why": None})
    _, out, errors = run("compare", *words[1:], "--stats", script=PERSON)
    assert '=== demo/a ===\n{\n  "name": "Ada",\n  "age": 36\n}\n--- ' in out
    assert errors[-1].endswith("schema ✓")
    _, out, _ = run("compare", *words[1:], "--markdown", script=PERSON)
    assert '```json\n{\n  "name": "Ada",' in out
    (home / "person.json").write_text('{"type": "object", "required": ["size"]}')
    code, _, errors = run("ask", "-m", "demo/a", "--schema", "person.json", "Hi", script=PERSON)
    assert (code, errors) == (3, ["Schema: The reply lacks size."])


def test_one_that_does_not_is_3_and_a_failure_is_1(run: Run, home: Path) -> None:
    words = ("-m", "demo/a", "--schema", "age bool", "Hi")
    why = "age is not true or false: 36 at $.age."
    assert run("ask", *words, script=PERSON) == (3, '{"name": "Ada", "age": 36}', [f"Schema: {why}"])
    code, out, _ = run("ask", *words, "--json", script=PERSON)
    assert (code, check_reply(lines_of(out))["schema"]) == (3, {"valid": False, "why": why})
    code, _, errors = run("compare", "-n", "2", *words, script=PERSON)
    assert (code, sorted(errors)[:2]) == (3, [f"demo/a #{number}: Schema: {why}" for number in (1, 2)])
    code, out, _ = run("ask", *words, "--json", script=(TextDelta("{"), BadRequestError("No.")))
    assert (code, check_reply(lines_of(out))["schema"]) == (1, None)
    (home / "prompts").write_text("one\n")
    code, out, errors = run("compare", *words[:-1], "--prompts", "prompts", script=PERSON)
    assert (code, errors[0]) == (3, f"line 1, demo/a: Schema: {why}")
    assert lines_of(out)[0]["parameters"]["schema"]["properties"] == {"age": {"type": "boolean"}}


def test_an_answer_counts_for_effort_web_and_schema(run: Run, home: Path) -> None:
    (home / "prompts").write_text("one\n")
    secret = ["-o", "api_key", "sesame"]
    for options in (
        [],
        ["--effort", "low"],
        ["--web"],
        ["--schema", "name str"],
        ["--schema", "name, age int"],
        secret,
    ):
        words = ("compare", "-m", "demo/a", "--prompts", "prompts", "--results", "results", *options)
        before = len((home / "results").read_text().splitlines()) if options else 0
        for _ in range(2):
            run(*words, script=PERSON)
        assert len((home / "results").read_text().splitlines()) == before + 1, options
    assert "sesame" not in (home / "results").read_text()


# -- the prompt --------------------------------------------------------------------------------------------------------


def test_standard_input_can_be_a_file(run: Run) -> None:
    code, out, _ = run("ask", "-m", "demo/a", "--json", "--attach", "-", "What is it?", stdin=b"%PDF-1.7 \xff")
    (part,) = lines_of(out)[0]["parts"]
    assert (code, part) == (
        0,
        {"media_type": "application/pdf", "name": "stdin.pdf", "bytes": 10, "way": "native", "why": None},
    )


def test_each_pane_says_how_it_got_a_part(run: Run, home: Path) -> None:
    (home / "notes.md").write_text("Notes")
    (home / "paper.pdf").write_bytes(b"%PDF-1.7 \xff")
    attached = ("--attach", "notes.md", "--attach", "paper.pdf", "Hi")
    _, _, errors = run("compare", "-m", "demo/a", "-m", "openai/b", "--stats", *attached)
    got = [line for line in errors if " got " in line]
    assert got == [
        "demo/a got notes.md as it is, paper.pdf as it is.",
        "openai/b got notes.md as text, paper.pdf refused.",
    ]
    assert "openai/b: picky takes no PDF files. Remove paper.pdf, or ask a model that takes PDF files." in errors
    code, out, errors = run("ask", "-m", "openai/b", *attached)
    assert (code, out) == (2, "") and errors == [
        "picky takes no PDF files. Remove paper.pdf, or ask a model that takes PDF files."
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--attach", "https://a.example/x.png"], "--attach https://a.example/x.png: textchat fetches nothing."),
        (["--attach", "-", "--attach", "-"], "Standard input can be read once"),
        (["--attach", "-"], "--attach -: standard input is empty."),
        (["-o", "temperature", "hot"], "-o temperature: expected a number, 0 or more, found hot."),
        (["-o", "max-tokens", "0"], "-o max_tokens: expected a whole number, 1 or more, found 0."),
        (["-o", "effort", "hgih"], "-o effort: expected one of "),
        (["-o", "stop", '["a", ""]'], "-o stop: expected a string, or a list of them, none empty, found a list with"),
        (["-o", "x", "[" * 500], "-o x: the value is nested too deep."),
        (["-o", " ", "1"], "-o needs a key, as in -o top_k 40."),
        (["--schema", "missing.json"], "--schema: Cannot read the schema missing.json: No such file"),
        (
            ["--schema", "age"],
            "--schema: Cannot read the schema age: No such file or directory. For one field, write “age str”.",
        ),
        (["--schema", "age integer"], "--schema: The schema age integer is not a short form: "),
        (["--schema", "{"], "--schema: The schema is not valid JSON: line 1, column 2: Expecting property name"),
        (["--schema", '{"$ref": "http://a.example"}'], "--schema: the schema refers to “http://a.example”, which is"),
        (["-o", "schema", '{"type": 1}'], "-o schema: the schema is not a JSON Schema: 1 is not valid"),
    ],
)
def test_bad_usage_is_one_line_and_2(run: Run, words: list[str], said: str) -> None:
    code, out, (error,) = run("ask", "-m", "demo/a", "Hi", *words, stdin=b"")
    assert (code, out) == (2, "") and error.startswith(said)


def test_standard_input_is_not_read_twice(run: Run) -> None:
    code, _, (error,) = run("ask", "-m", "demo/a", "-", "--attach", "-", stdin=b"x")
    assert (code, error) == (2, "Standard input can be read once: as the prompt, or as one --attach -.")


def parameters(*words: str) -> Parameters:
    return Parameters(temperature=0.5, web=True).merged(given_parameters(parse(["ask", *words, "Hi"])))


def test_fields_of_the_request_are_json_or_text() -> None:
    assert parameters("-o", "top_k", "40", "-o", "user", "me", "-o", "f", '{"a": null}', "-o", "n", "NaN").extra == {
        **{"top_k": 40, "user": "me", "f": {"a": None}, "n": "NaN"},
    }
    known = parameters("-o", "top-p", "0.5", "-o", "stop", "5", "-o", "system", "7", "-o", "web", "false")
    assert (known.top_p, known.stop, known.system, known.web, known.extra) == (0.5, ("5",), "7", False, {})
    assert parameters("-o", "stop", '["a", "b"]', "-o", "temperature", "null").stop == ("a", "b")
    assert parameters("-o", "temperature", "null", "-o", "web", "null") == Parameters()
    assert parameters("--effort", "HIGH", "-o", "effort", "low", "--web").effort is Effort.HIGH
    assert parameters("--schema-multi", "a int").schema == {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "items": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            }
        },
        "required": ["items"],
    }


def test_an_option_that_is_no_text_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["ask", "-o", "user", "caf\udce9", "Hi"])
    assert "not UTF-8 text" in capsys.readouterr().err


def test_a_name_of_a_file_goes_before_the_short_form(home: Path) -> None:
    (home / "name, age").write_text('{"type": "string"}')
    assert parameters("--schema", "name, age").schema == {"type": "string"}
    (home / "large").write_bytes(b" " * (256 * 1024 + 1))
    with pytest.raises(ConfigurationError, match=r"^--schema: The schema large is larger than 256 KiB\.$"):
        parameters("--schema", "large")
