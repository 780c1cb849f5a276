"""Personas and saved prompts on the disk: each mistake is one sentence, and all other files work."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.config.personas import folders
from textchat.config.personas.persona_file import persona_path, read_persona, write_persona
from textchat.config.personas.prompt_file import prompt_path, read_prompt, write_prompt
from textchat.core.errors import ConfigurationError
from textchat.core.limits import EXAMPLES, SAVED_FILES, SAVED_PROMPT
from textchat.core.parameters import Effort, Example, Parameters
from textchat.core.personas.persona import Persona

WHOLE = """
name = "Pirate"
system = "Arr, matey.\\nBe short."
model = "sea/ship"
[parameters]
temperature = 0.5
effort = "low"
top_k = 4
schema = "name, age int"
[[examples]]
prompt = "Hi"
answer = "Ahoy!"
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    for name in ("personas", "prompts"):
        (tmp_path / name).mkdir()
    return {"TEXTCHAT_CONFIG": str(tmp_path / "config.toml")}


def test_a_persona_with_everything(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "personas" / "pirate.toml").write_text(WHOLE)
    (tmp_path / "personas" / "empty.toml").write_text("")
    (tmp_path / "personas" / "notes.txt").write_text("[")
    empty, pirate = folders.personas(environ).listed().entries
    assert (empty.name, empty.about, empty.value) == ("empty", "", Persona("empty"))
    assert (pirate.name, pirate.about, pirate.value.model) == ("Pirate", "Arr, matey.", "sea/ship")
    parameters = Parameters().merged(pirate.value.values)
    assert (parameters.temperature, parameters.effort, parameters.extra) == (0.5, Effort.LOW, {"top_k": 4})
    assert parameters.examples == (Example("Hi", "Ahoy!"),) and parameters.system == "Arr, matey.\nBe short."
    assert parameters.schema is not None and set(parameters.schema["properties"]) == {"name", "age"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("sytem = 'x'", 'line 1: sytem: unknown key; did you mean "system"?'),
        ("\nmodel = 'x'", 'line 2: model: expected a model as "PROVIDER/MODEL", found a string.'),
        ("[parameters]\ntemperature = 'hot'\nseed = 0.5", "line 2: parameters.temperature: expected a number, 0 or"),
        ("[parameters]\neffort = 'hi'", "line 2: parameters.effort: expected one of"),
        ("[[examples]]\nprompt='a'\nanswer='b'\n\n[[examples]]\nprompt='a'", "line 5: examples 2: expected prompt and"),
        ("[[examples]]\nprompt='a'\nanswer=1", "line 1: examples 1: expected prompt and answer"),
        ("[[examples]]\nprompt='a'\nanswer='b'\n" * (EXAMPLES.most + 1), "found a list of 101."),
        ("examples = 'x'", "line 1: examples: expected a list of at most 100"),
        ("name = ''", "line 1: name: expected a non-empty string, found an empty string."),
        ("name = ", "line 1, column 8: not valid TOML: invalid value."),
        (b"name = '\xff'", "line 1: not UTF-8 text"),
        ("#" * 1_100_000, "is larger than 1 MiB"),
        ("a." * 50 + "b = 1", "nested deeper than 32 levels"),
    ],
)
def test_a_broken_file_is_one_sentence_and_all_others_work(
    environ: dict[str, str], tmp_path: Path, content: str | bytes, said: str
) -> None:
    path = tmp_path / "personas" / "broken.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "personas" / "good.toml").write_text(WHOLE)
    library = folders.personas(environ)
    listed = library.listed()
    assert [entry.name for entry in listed.entries] == ["Pirate"]
    (problem,) = listed.problems
    assert problem.startswith(str(path)) and said in problem and "\n" not in problem
    with pytest.raises(ConfigurationError, match="broken"):
        library.named("broken")
    path.write_text(WHOLE.replace("Pirate", "Mended"))
    assert [entry.name for entry in library.listed().entries] == ["Mended", "Pirate"]
    path.unlink()
    assert [entry.name for entry in library.listed().entries] == ["Pirate"]


def test_a_persona_is_found_by_its_name_and_by_that_of_its_file(environ: dict[str, str], tmp_path: Path) -> None:
    library = folders.personas(environ)
    with pytest.raises(ConfigurationError, match=r"No persona is called “x”\. Put a file into .*personas\."):
        library.named("x")
    (tmp_path / "personas" / "one.toml").write_text("name = 'Reviewer'")
    (tmp_path / "personas" / "two.toml").write_text("name = 'one'")
    found = {name: library.named(name).path.stem for name in ("Reviewer", "REVIEWER", "two", "ONE")}
    assert found == {"Reviewer": "one", "REVIEWER": "one", "two": "two", "ONE": "two"}
    for wrong, said in (("reviwer", "Did you mean “Reviewer”?"), ("zzz\x1b[31m", "Known: one, Reviewer.")):
        with pytest.raises(ConfigurationError) as caught:
            library.named(wrong)
        assert said in str(caught.value) and "\x1b" not in str(caught.value)
    (tmp_path / "personas" / "three.toml").write_text("name = 'reviewer'")
    assert library.listed().problems == (
        f"{tmp_path}/personas/three.toml: one.toml has the name “reviewer” too. Change one.",
    )


def test_names_and_texts_are_foreign(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "personas" / "odd.toml").write_text('name = "a\\u001b[31m\\nb"\nsystem = "x\\u202ey\\u0007"')
    (entry,) = folders.personas(environ).listed().entries
    assert entry.name.isprintable() and entry.about.isprintable() and entry.value.values["system"] == "x\u202ey\a"


def test_only_so_many_files_are_listed(environ: dict[str, str], tmp_path: Path) -> None:
    for number in range(SAVED_FILES.most + 1):
        (tmp_path / "prompts" / f"{number:03}.md").write_text("x")
    listed = folders.prompts(environ).listed()
    assert len(listed.entries) == SAVED_FILES.most
    assert listed.problems == (f"{tmp_path}/prompts: only the first 500 files are listed.",)


def test_prompts_are_named_by_their_files(environ: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    (folder / "review.md").write_bytes(b"\xef\xbb\xbf\n# Review {{this}}\r\nnow\r\n\n")
    (folder / "empty.md").write_text(" \n")
    (folder / "binary.md").write_bytes(b"a\n\xff")
    (folder / "large.md").write_bytes(b"x" * (SAVED_PROMPT.most + 1))
    os.mkfifo(folder / "pipe.md")
    listed = folders.prompts(environ).listed()
    (entry,) = listed.entries
    assert (entry.name, entry.about, entry.value.text) == (
        "review",
        "# Review {{this}}",
        "\n# Review {{this}}\nnow",
    )
    said = ("line 2: not UTF-8", "is empty. Write", "is larger than 1 MiB", "pipe.md: not a regular file")
    assert len(listed.problems) == 4 and all(map(str.__contains__, listed.problems, said))
    assert folders.prompts({"TEXTCHAT_CONFIG": str(tmp_path / "nowhere" / "c.toml")}).listed().entries == ()


JSON = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
TEXTS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), min_size=1, max_size=20)
FILLED = TEXTS.filter(str.strip)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "system": TEXTS,
        "temperature": st.floats(0, 2),
        "seed": st.integers(-(2**53), 2**53),
        "effort": st.sampled_from(Effort),
        "stop": st.lists(TEXTS, min_size=1, max_size=2),
        "stream": st.just(False),
        "examples": st.lists(st.fixed_dictionaries({"prompt": FILLED, "answer": FILLED}), min_size=1, max_size=2),
        "schema": st.just({"type": "object", "properties": {"a": {"default": None}}}),
        "x-own": JSON,
        "x-null": st.none(),
    },
)


@settings(max_examples=examples(60), deadline=None)
@given(VALUES)
def test_what_is_saved_is_read_as_it_was(tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("textchat") / "personas" / "one.toml"
    parameters = Parameters().merged(values)
    remark = write_persona(path, Persona("One", "a/b", parameters.as_dict()))
    read = read_persona(path).value
    assert (read.name, read.model) == ("One", "a/b")
    assert Parameters().merged(read.values) == parameters.without({"x-null"})
    assert remark == ("Left out, because TOML has no null: x-null." if "x-null" in values else "")


def test_nothing_is_written_over_unless_it_is_said_so(tmp_path: Path) -> None:
    folder = tmp_path / "textchat" / "personas"
    path = persona_path(folder, "../Grüner Pirat \x1b")
    assert path == folder / "grüner-pirat.toml"
    write_persona(path, Persona("One"))
    with pytest.raises(FileExistsError):
        write_persona(path, Persona("Two"))
    assert read_persona(path).name == "One"
    write_persona(path, Persona("Two"), replaces=True)
    assert read_persona(path).name == "Two"
    prompt = prompt_path(tmp_path / "textchat" / "prompts", "…")
    write_prompt(prompt, "a\n{{b}}")
    with pytest.raises(FileExistsError):
        write_prompt(prompt, "x")
    assert (prompt.name, read_prompt(prompt).value.text) == ("prompt.md", "a\n{{b}}")
    for file in (path, prompt):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
