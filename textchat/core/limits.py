"""Every limit on what comes from outside, with its value, what happens beyond it, and who may change it.

Modules import a limit from here and keep no number of their own. ARCHITECTURE.md has the table; `[limits]` of
config.toml changes those that have a key, and `textchat config --help` prints it.
"""

from __future__ import annotations

from dataclasses import dataclass

KIB, MIB = 1024, 1024 * 1024


@dataclass(frozen=True)
class Limit:
    """The most of something that is taken in."""

    most: int
    unit: str
    what: str
    """What is limited."""
    beyond: str
    """What happens to more."""
    key: str = ""
    """The key that changes it, in `[limits]` unless it has a dot; empty where none does."""

    @property
    def told(self) -> str:
        """The value with its unit: `16 MiB`, `1,000 entries`."""
        return quantity(self.most, self.unit)


def quantity(number: int, unit: str) -> str:
    """A number with its unit, whole MiB and KiB as such."""
    if unit != "bytes":
        return f"{number:,} {unit}"
    size, name = (MIB, "MiB") if number % MIB == 0 else (KIB, "KiB") if number % KIB == 0 else (1, "bytes")
    return f"{number // size:,} {name}"


def too_large(what: str, most: int, limit: Limit) -> str:
    """The sentence for something that is refused; `most` is what the user has made of the limit."""
    raised = f" Raise {limit.key} under [limits] of config.toml." if limit.key else ""
    return f"{what} is larger than {quantity(most, limit.unit)}.{raised}"


_FAILS = "the reply ends as failed (`protocol`); its text so far is kept"
_REFUSED = "refused before anything is sent"

REPLY = Limit(16 * MIB, "bytes", "one reply: text, thinking and tool calls", _FAILS, "reply_bytes")
PIECES = Limit(2_000_000, "pieces", "the pieces of one reply", _FAILS, "reply_pieces")
REPLY_FILES = Limit(64 * MIB, "bytes", "the pictures, sounds and files of one reply", _FAILS)
REPLY_PARTS = Limit(500, "files", "the number of files of one reply", _FAILS)
CITATIONS = Limit(2_000, "citations", "the places and sources that one reply cites", "left out")
EVENT = Limit(
    16 * MIB, "bytes", "one line or event of a reply, or a silence of so many", _FAILS, "providers.NAME.max_event_bytes"
)
JSON_DEPTH = Limit(
    400, "levels", "nested JSON from a server or in an import", "not read as JSON; an import skips the entry"
)
UNPACKED = Limit(64 * KIB, "bytes", "unpacked at once from a compressed response", "unpacked in the next step")
ERROR_BODY = Limit(64 * KIB, "bytes", "the body of an error response, and text outside of events", "not read")
MODEL_LIST = Limit(3 * MIB, "bytes", "one page of a list of models", "the list fails with a sentence")
"""Three times the longest that was seen; read, each may take thirty times its length."""
MODEL_PAGES = Limit(50, "pages", "the pages of a list of models", "not asked for")
KEY_OUTPUT = Limit(64 * KIB, "bytes", "what `api_key_command` prints", "the command is ended, and no key is sent")
INPUT = Limit(16 * MIB, "bytes", "a prompt from standard input", _REFUSED, "input_bytes")
ATTACHMENT = Limit(20 * MIB, "bytes", "an attached file", _REFUSED, "attachment_bytes")
ATTACHED_TOGETHER = Limit(64 * MIB, "bytes", "all files of a prompt in the app", "not attached, with a sentence")
ATTACHED_AT_ONCE = Limit(200, "files", "the files of a folder or a pattern", "not attached, with a sentence")
FILES_LOOKED_AT = Limit(20_000, "entries", "the files below a folder that `@` looks through", "not offered")
PROMPT_FILE = Limit(64 * MIB, "bytes", "a file of `--prompts`", _REFUSED, "prompt_file_bytes")
PICTURE = Limit(32 * MIB, "bytes", "a picture that is drawn", "a card, with the reason")
PICTURE_PIXELS = Limit(100_000_000, "pixels", "the pixels of a picture that is drawn", "a card, with the reason")
PICTURE_S = Limit(10, "seconds", "the decoding of a picture", "a card, with the reason")
PIPE_S = Limit(10, "seconds", "the silence of a pipe that is named as a file", "refused; no other device is read")
PASTE = Limit(4 * MIB, "bytes", "a paste into the app", "cut off there, with a notice")
SCHEMA = Limit(256 * KIB, "bytes", "a JSON Schema", _REFUSED)
SCHEMA_DEPTH = Limit(100, "levels", "nested JSON that is checked against a schema", "not checked, with a sentence")
CHECKED = Limit(4_000_000, "characters", "a reply that is checked against a schema", "not checked, with a sentence")
CHECK_S = Limit(5, "seconds", "the check of a reply against a schema", "ended; the reply counts as not valid")
CHECKS = Limit(100, "checks", "the checks of one prompt", _REFUSED)
TAGS = Limit(20, "tags", "the tags of one prompt", _REFUSED)
CHECK_TEXT = Limit(100_000, "characters", "the text or the command of a check", _REFUSED)
CHECK_COMMAND_S = Limit(10, "seconds", "a command that checks a reply", "ended; the check fails")
CHECK_OUTPUT = Limit(1 * MIB, "bytes", "what a command that checks a reply prints", "ended; the check fails")
RESULTS_FILE = Limit(512 * MIB, "bytes", "an existing file of `--results`", _REFUSED)
RECORDING = Limit(256 * MIB, "bytes", "a recording that is played", "refused")
REPLAY = Limit(128 * MIB, "bytes", "a file that is replayed", "refused")
REPLAYED_PIECES = Limit(
    20_000, "pieces", "the pieces of one reply of a replay", "refused in a file; of a longer reply several become one"
)
REPLAYED_SECONDS = Limit(24 * 60 * 60, "seconds", "the times of one reply of a replay", "refused in a file")
IMPORT_ENTRY = Limit(500_000_000, "characters", "one conversation of an import", "the rest of the file is skipped")
IMPORT_DOCUMENT = Limit(250_000_000, "characters", "a web page of an import", "not read, with a sentence")
IMPORT_CELL = Limit(128 * MIB, "bytes", "one value in an imported database", "what stands behind it is not read")
IMPORT_COPY = Limit(
    2048 * MIB, "bytes", "a zip or a database in a zip, or a zip from a pipe", "refused: it would be copied first"
)
IMPORT_FILE = Limit(20 * MIB, "bytes", "a file inside an export", "left out")
SETTINGS_FILE = Limit(
    1 * MIB, "bytes", "config.toml, preferences.toml, a theme or a persona", "not read, with a sentence"
)
SETTINGS_DEPTH = Limit(32, "levels", "nested tables and dotted keys in such a file", "not read, with a sentence")
SAVED_PROMPT = Limit(1 * MIB, "bytes", "a saved prompt", "not used, with a sentence")
SAVED_FILES = Limit(500, "files", "the files of personas/ and of prompts/", "not listed, with a sentence")
EXAMPLES = Limit(100, "examples", "the examples of a persona or a model", "not used, with a sentence")
VARIABLES = Limit(30, "variables", "the variables of a saved prompt", "left as they stand in the text")
KEY_ENTRIES = Limit(1_000, "entries", "the entries of `[keys]`", "not used, with a sentence")
PROBLEMS = Limit(100, "problems", "the problems that are told of one file", "counted")

TABLE = tuple(limit for limit in dict(globals()).values() if isinstance(limit, Limit))


def markdown_table() -> str:
    """The table for ARCHITECTURE.md."""
    rows = [f"| {limit.what} | {limit.told} | {limit.beyond} | {_code(limit.key)} |\n" for limit in TABLE]
    return "| limit | most | beyond it | key |\n|---|---|---|---|\n" + "".join(rows)


def plain_table() -> str:
    """The table for the help of a command."""
    from textwrap import fill  # no start needs it

    indent = max(len(limit.told) for limit in TABLE) + 4
    rows = [f"  {limit.told:<{indent - 2}}{_named(limit)}: {limit.beyond.replace('`', '')}" for limit in TABLE]
    return "\n".join(fill(row, 79, subsequent_indent=" " * indent) for row in rows)


def _named(limit: Limit) -> str:
    what, key = limit.what.replace("`", ""), limit.key if "." in limit.key else f"limits.{limit.key}"
    return f"{what} ({key})" if limit.key else what


def _code(key: str) -> str:
    return f"`{key}`" if key else ""
