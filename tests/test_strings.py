"""The words of textchat: all of them in one file, and what a machine can check of how they are written.

TEXTCHAT_ACCEPT=1 .venv/bin/python -m pytest -n0 tests/test_strings.py   # takes the words of now; read the difference

`visible_strings` says which texts are visible. The rules are those of CONTRIBUTING, "The words on the screen".
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.snapshots.pictures import ACCEPTS
from tests.visible_strings import DEMO, GAP, PACKAGE, VisibleText, listing, texts_of, visible_texts

ACCEPTED = Path(__file__).with_name("strings.txt")

SAY_INSTEAD = {
    r"\bsiblings?\b": "version",
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\b(is|are|was|as) no\b(?! longer)": "is not a … / no …",
    r"\bthere (is|are|was|were) no\b": "no …",
    r"\banswers?\b(?!\.jsonl)": "reply",
    r"\bwire\b": "request / trace",
    r"\bgoes? over\b": "send",
    r"\btak(e|es|en) in\b": "import",
    r"\bheld back\b": "paused",
    r"\bby the\b.*\bnames\b": "using the names",
    r"\bturn to\b": "switch to",
    r"\b(lets?|make) the model go on\b|\bgo on\b": "continue",
    r"\bnot there\b|\bthere already\b|\bthere is nothing\b": "nothing to … / already exists",
    r"\bleft as it (is|was)\b": "not changed",
    r"\bgive (it|no|another)\b": "choose / pass / write",
    r"\bthat can be had\b|\bto be found by\b": "say what it is for",
    r"\bplease\b|\bsuccessfully\b|\bsorry\b|\boops\b": "leave it out",
    r"\bEscape\b|\bPage ?(Up|Down)\b|\bctrl-\w": "Esc, PgUp, Ctrl+T",
    r"(?<![\[\w!`])!(?![\[=])(?=\s|$)|\w!(?=\s|$)": "no exclamation mark",
}
"""Words that nobody should read, and what to say instead."""
ALLOWED = frozenset(
    {
        *("escape", "go on", "page down", "page up"),  # the name of a key, and what somebody may search for
        '"Answer briefly."',  # the example of a system prompt
        "Below is the beginning of a conversation. Give it a title of at most six words, in the language of the "
        "prompt. Answer with the title alone.",  # to a model, as is the next
        "Answer:",
        "| Español | ¡Hola! |",
        *(
            '[{ prompt = "Hi", answer = "Ahoy!" }]',
            "prompt and answer, each a non-empty string",
        ),  # keys of the settings
        'a list of at most {…}, such as [{ prompt = "2+2", answer = "4" }]',
        "textchat ask -m openai/gpt-5 --system 'Answer in one line.' < question.txt",
    }
)
PROPER = re.compile(
    r"Anthropic|Claude|ChatGPT|Enter|Esc|Face|Gemini|Google|Groq|Markdown|Messages|Mistral|Moon|Ollama|Python|Lord|Rayleigh"
    r"|Studio|Textual"
)
"""Words that begin with a capital anywhere."""


@cache
def _texts() -> tuple[VisibleText, ...]:
    return tuple(visible_texts())


def _faults(text: VisibleText) -> Iterator[str]:
    """What is wrong with a text, by the rules that a machine can check."""
    for line in map(str.strip, text.text.splitlines()):
        if line in ALLOWED:
            continue
        for pattern, better in SAY_INSTEAD.items():
            if match := re.search(pattern, line, re.IGNORECASE):
                yield f"{line}   [{match[0]}: {better}]"
        if _is_title_case(line):
            yield f"{line}   [sentence case]"
        if _lacks_a_stop(text, line):
            yield f"{line}   [full stop]"
        if _is_misquoted(text, line):
            yield f"{line}   [quotes]"


def test_a_change_of_words_is_seen() -> None:
    """Lost otherwise: a label or an error that nobody has read."""
    now = listing(list(_texts()))
    if ACCEPTS:
        ACCEPTED.write_text(now, encoding="utf-8")
    was = ACCEPTED.read_text(encoding="utf-8")
    changed = "\n".join(difflib.unified_diff(was.splitlines(), now.splitlines(), "accepted", "now", lineterm="", n=0))
    assert was == now, f"Words have changed. If they are right, accept them with TEXTCHAT_ACCEPT=1.\n{changed}"


def test_every_text_keeps_the_rules() -> None:
    found = [f"{text.module}: {fault}" for text in _texts() for fault in _faults(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "words",
    [
        "Close the other panes; their answers stay",
        "There is no key.",
        "1 taken in",
        "'x' is no model",
        "Saved successfully",
        "Done!",
        "Add A Pane",
        "Cannot read it. Try again",
        "The server’s own",
        "Deleted “talk.",
        f'Deleted "{GAP}".',
    ],
)
def test_a_fault_is_seen(words: str) -> None:
    assert list(_faults(VisibleText("ui/some.py", words)))


@pytest.mark.parametrize(
    "words", ["Add a pane", "No key for x. Set it.", f"Deleted “{GAP}”.", "Copy as Markdown", "[-left out-]", "!x"]
)
def test_what_is_well_said_has_no_fault(words: str) -> None:
    assert not list(_faults(VisibleText("ui/some.py", words)))


def _is_title_case(line: str) -> bool:
    """Whether a label has capitals where a sentence has none: "Add A Pane"."""
    words = list(re.findall(r"(?<![\w/+.-])[A-Za-z][a-z]+(?![\w/+-])", re.sub(r"`[^`]*`", "", line)))
    later = [word for word in words[1:] if not PROPER.fullmatch(word)]
    is_label = not re.search(r"[.:|,(*]", line) and len(line.split()) > 1
    return is_label and bool(later) and all(word[0].isupper() for word in (words[0], *later))


def _lacks_a_stop(text: VisibleText, line: str) -> bool:
    """Whether a text of several sentences, or the message of an error that begins like one, ends without a stop."""
    whole = text.text.rstrip("\n")
    if line != whole.strip() or whole.endswith((" ", GAP)) or text.module.startswith("providers/demo/"):
        return False
    is_sentence = text.is_error and re.match(rf"[A-Z]\w* |{re.escape(GAP)} [a-z]+ ", line) is not None
    are_many = re.search(rf"[a-z)\]”`]{{2}}\. (?:[A-Z][a-z]|{re.escape(GAP)})", line) is not None
    return (is_sentence or are_many) and not re.search(r"[.?:…)”]$|[.?]`$", line)


def _is_misquoted(text: VisibleText, line: str) -> bool:
    """TOML and shell have straight quotes; a title or a foreign text stands between curly ones."""
    has_code = (
        text.module.startswith(("config/", "commands/", "ui/key", "ui/themes")) or "models." in line or "[" in line
    )
    return "’" in line or line.count("“") != line.count("”") or (f'"{GAP}"' in line and not has_code)


def test_what_is_visible_is_found_by_its_form() -> None:
    source = '''
"""No docstring."""
log.warning("No line of a log")
CSS = "Widget { color: red; }"
_SQL = "SELECT id FROM messages"
raise StoreError(f"Cannot read {path}." if path else "No file.")
say("Two " f"parts, {len(x)} in all")
Button("ok", id="no name")
notify(title="Done", severity="no name, either", x={"no key": "A value."})
if word == "no comparison" or re.match("no pattern", word): add("A new label", help="one word")
def f(a: "no type" = "A default") -> "no result": return "Quit"
'''
    found = [text.text for text in texts_of("ui/some.py", source)]
    assert found == [
        f"Cannot read {GAP}.",
        "No file.",
        f"Two parts, {GAP} in all",
        "ok",
        "Done",
        "no name, either",
        "A value.",
        "A new label",
        "one word",
        "A default",
        "Quit",
    ]


def test_the_demo_and_the_settings_are_among_them() -> None:
    texts = {text.text for text in _texts()}
    assert "## Welcome to textchat" in texts and DEMO.is_relative_to(PACKAGE)
    assert any(text.startswith("# Settings of textchat.") for text in texts)
