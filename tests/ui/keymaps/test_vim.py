"""The keymap of vim in an editor: a table of texts, keys and what vim makes of them, and any keys at all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.app import App, ComposeResult

from tests.examples import examples
from textchat.ui.input.plain_editor import PromptEditor
from textchat.ui.input.text_steps import settled
from textchat.ui.keymaps.vim.editor_keys import Mode, VimEditor

CONTROL = {"\x1b": "escape", "\x12": "ctrl+r", "\n": "ctrl+j", "\x7f": "backspace"}


class EditorApp(App[None]):
    def compose(self) -> ComposeResult:
        yield PromptEditor()


class Vim:
    """An editor in normal mode at the place of `|`, and the keys of vim for it."""

    def __init__(self, editor: PromptEditor) -> None:
        self.editor = editor

    def load(self, marked: str) -> None:
        before, _, behind = marked.partition("|")
        self.editor.killed.text = ""
        self.editor.load_text(before + behind)
        row = before.count("\n")
        self.keys = VimEditor(self.editor, lambda: None)
        self.keys.take(events.Key("escape", "\x1b"))
        self.editor.move_cursor((row, len(before) - before.rfind("\n") - 1))

    def press(self, keys: str) -> None:
        for key in keys:
            name = CONTROL.get(key, key)
            if self.keys.take(events.Key(name, None if key in CONTROL else key)):
                continue
            if key == "\x7f":
                self.editor.action_delete_left()
            elif key == "\n" or key not in CONTROL:
                self.editor.type_text(key)

    @property
    def marked(self) -> str:
        row, column = self.editor.cursor_location
        lines = self.editor.text.split("\n")
        lines[row] = f"{lines[row][:column]}|{lines[row][column:]}"
        return "\n".join(lines)


CASES = [
    # motions
    ("|one two", "w", "one |two"),
    ("|one two.three", "2w", "one two|.three"),
    ("|one two.three", "2W", "one two.thre|e"),
    ("one tw|o", "b", "one |two"),
    ("|one two", "e", "on|e two"),
    ("on|e two", "e", "one tw|o"),
    ("one |two", "ge", "on|e two"),
    ("  on|e", "0", "|  one"),
    ("  on|e", "^", "  |one"),
    ("|one\ntwo", "$", "on|e\ntwo"),
    ("|one\n  two", "G", "one\n  |two"),
    ("one\n  tw|o", "gg", "|one\n  two"),
    ("|a\nb\nc", "2G", "a\n|b\nc"),
    ("|one two", "fw", "one t|wo"),
    ("|one two", "tw", "one |two"),
    ("one tw|o", "Fn", "o|ne two"),
    ("one tw|o", "Tn", "on|e two"),
    ("|a.b.c.d", "f.;", "a.b|.c.d"),
    ("|a.b.c.d", "t.;", "a.|b.c.d"),
    ("|a.b.c.d", "2f.,", "a|.b.c.d"),
    ("|a\n\nb\n\nc", "}", "a\n|\nb\n\nc"),
    ("a\n\nb\n\n|c", "2{", "a\n|\nb\n\nc"),
    ("f|(a, (b))", "%", "f(a, (b)|)"),
    ("|ab", "5l", "a|b"),
    ("|", "w", "|"),
    ("one\n|\ntwo", "w", "one\n\n|two"),
    ("|one\n\ntwo", "w", "one\n|\ntwo"),
    # operators
    ("|one two three", "dw", "|two three"),
    ("|one two three", "d2w", "|three"),
    ("|one two three", "2dw", "|three"),
    ("one |two", "dw", "one| "),
    ("one |two\nthree", "dw", "one| \nthree"),
    ("|one\ntwo three", "2dw", "|three"),
    ("|one\ntwo", "dw", "|\ntwo"),
    ("|one two", "de", "| two"),
    ("one tw|o", "db", "one |o"),
    ("one |two three", "d$", "one| "),
    ("one |two three", "D", "one| "),
    ("one |two", "d0", "|two"),
    ("|a.b.c", "df.", "|b.c"),
    ("|a.b.c", "dt.", "|.b.c"),
    ("|a.b.c", "d2f.", "|c"),
    ("a\n|b\nc", "dd", "a\n|c"),
    ("a\nb\n|c", "dd", "a\n|b"),
    ("|a", "dd", "|"),
    ("|a\nb\nc", "2dd", "|c"),
    ("|a\nb\nc", "dj", "|c"),
    ("a\nb\n|c", "dk", "|a"),
    ("a\n|b\nc", "dG", "|a"),
    ("a\n|b\nc", "dgg", "|c"),
    ("|f(a, b) c", "d%", "| c"),
    ("one\n|two\n\nthree", "d}", "one\n|\nthree"),
    ("|one two", "cwab\x1b", "a|b two"),
    ("on|e two", "cwab\x1b", "ona|b two"),
    ("|one two three", "c2wx\x1b", "|x three"),
    ("  |one\ntwo", "ccx\x1b", "|x\ntwo"),
    ("|one two", "Cx\x1b", "|x"),
    ("|one", "sx\x1b", "|xne"),
    ("|one", "2sx\x1b", "|xe"),
    ("|one", "x", "|ne"),
    ("on|e", "x", "o|n"),
    ("|one", "9x", "|"),
    ("on|e", "X", "o|e"),
    ("|one\ntwo", "yyp", "one\n|one\ntwo"),
    ("one\n|two", "yyP", "one\n|two\ntwo"),
    ("|one two", "ywP", "one| one two"),
    ("|one two", "ywwp", "one tone| wo"),
    ("|ab", "xp", "b|a"),
    ("|a\nb\nc", "ddp", "b\n|a\nc"),
    ("|a\nb", "yy2p", "a\n|a\na\nb"),
    ("|ab", "x3p", "baa|a"),
    ("|abc", "rx", "|xbc"),
    ("|abc", "2rx", "x|xc"),
    ("|abc", "4rx", "|abc"),
    ("|abc", "~", "A|bc"),
    ("|abC", "3~", "AB|c"),
    ("|one two", "gUw", "|ONE two"),
    ("|ONE two", "guu", "|one two"),
    ("|One", "g~~", "|oNE"),
    ("|a\nb", "J", "a| b"),
    ("|a\n  b\nc", "3J", "a b| c"),
    ("|f(\n)", "J", "f(|)"),
    ("|a ", "J", "|a "),
    ("|a\nb", ">>", "    |a\nb"),
    ("|a\nb", ">j", "    |a\n    b"),
    ("      |a", "<<", "  |a"),
    ("|a\n\nb", ">G", "    |a\n\n    b"),
    # objects
    ("one t|wo three", "diw", "one | three"),
    ("one t|wo three", "daw", "one |three"),
    ("one tw|o", "daw", "on|e"),
    ("a| b", "diw", "a|b"),
    ('say "hel|lo" now', 'di"', 'say "|" now'),
    ('say "hel|lo" now', 'da"', "say |now"),
    ("|say 'x' y", "ci'abc\x1b", "say 'ab|c' y"),
    ("f(a, |b(c))", "di(", "f(|)"),
    ("f(a, b(|c))", "da(", "f(a, b|)"),
    ("f(a, b(|c))", "2di(", "f(|)"),
    ("x[|1]", "di[", "x[|]"),
    ("{\n  a|b\n}", "di{", "{\n|}"),
    ("<|a>", "di<", "<|>"),
    ("a\nb|\n\nc", "dip", "|\nc"),
    ("a\nb|\n\nc", "dap", "|c"),
    ("a\n\nb|", "dap", "|a"),
    ("one.t|wo three", "diW", "| three"),
    # insert
    ("o|ne", "iX\x1b", "o|Xne"),
    ("o|ne", "aX\x1b", "on|Xe"),
    ("  o|ne", "IX\x1b", "  |Xone"),
    ("o|ne", "AX\x1b", "one|X"),
    ("|a\nb", "ox\x1b", "a\n|x\nb"),
    ("|a", "Ox\x1b", "|x\na"),
    ("|", "3iab\x1b", "ababa|b"),
    ("|a", "2ox\x1b", "a\nx\n|x"),
    # repeat, undo
    ("|one two three", "dw.", "|three"),
    ("|one two", "cwx\x1bw.", "x |x"),
    ("|a\nb\nc", "dd.", "|c"),
    ("|a\nb", "Ax\x1bj.", "ax\nb|x"),
    ("|abcdef", "x3.", "|ef"),
    ("|a\nb\nc", ">>j.", "    a\n    |b\nc"),
    ("|one two", "dwu", "|one two"),
    ("|one two", "cwxy\x1bu", "|one two"),
    ("|one two", "dwu\x12", "|two"),
    ("|a b c d", "dwdwu", "|b c d"),
    ("|a b c d", "dwdw2u", "|a b c d"),
    # visual
    ("|one two", "ved", "| two"),
    ("|one two", "vlly$p", "one twoon|e"),
    ("|a\nb\nc", "Vjd", "|c"),
    ("a|bc", "vhd", "|c"),
    ("|abc", "vlU", "|ABc"),
    ("|abc", "vlrx", "|xxc"),
    ("|one two", "wviwd", "one| "),
    ("|ab cd", "vlywviwp", "ab a|b"),
    ("|a\nb\nc", "VjJ", "a| b\nc"),
    ("|a\nb", "Vj>", "    |a\n    b"),
    ("|abcd", "vld.", "|"),
    ("ab|cd", "vhod", "a|d"),
    ("|abcd", "vl\x1bx", "a|cd"),
    ("|ab", "vcx\x1b", "|xb"),
    # registers
    ("|ab", '"_xp', "|b"),
    ("|ab cd", '"+yw$"+p', "ab cdab| "),
    # drawn characters
    ("|👍🏽a", "x", "|a"),
    ("|👩‍👩‍👧b", "rx", "|xb"),
    ("a|🇩🇪b", "x", "a|b"),
    ("|e\u0301a", "lx", "|e\u0301"),
    ("|日本語 abc", "dw", "|abc"),
    ("a|👍🏽", "iX\x1b", "a|X👍🏽"),
]


KEYS = [
    *"hjklwbeWBEaAiIoOxXsSdcyYpPrfFtT;,.~uJDCvVgG0^$%{}()[]'<>|\"123 ab_",
    "\x1b",
    "\x1b",
    "\x12",
    "\x7f",
    "\n",
    "👍🏽",
    "界",
]
TEXTS = st.text(alphabet="ab .,(){}[]\"'\n\n\t👍🏽é界🇩🇪\u200d", max_size=60)


async def test_any_keys_leave_whole_characters_and_undo_brings_the_text_back() -> None:
    app = EditorApp()
    async with app.run_test():
        vim = Vim(app.query_one(PromptEditor))

        @settings(max_examples=examples(120), deadline=None)
        @given(TEXTS, st.lists(st.sampled_from(KEYS), max_size=40))
        def press(text: str, keys: list[str]) -> None:
            vim.load("|" + text)
            before = vim.editor.text
            for key in keys:
                vim.press(key)
                row, column = vim.editor.cursor_location
                line = vim.editor.document[row]
                assert settled(line, column) == column
                if vim.keys.mode is Mode.NORMAL:
                    assert column < len(line) or not column, "the cursor is on a character"
            vim.press("\x1b\x1b\x1b")
            vim.press("999u")
            assert vim.editor.text == before
            vim.press("999\x12999u")
            assert vim.editor.text == before

        press()


async def test_keys_do_what_they_do_in_vim() -> None:
    app = EditorApp()
    async with app.run_test():
        vim = Vim(app.query_one(PromptEditor))
        wrong = []
        for before, keys, after in CASES:
            vim.load(before)
            vim.press(keys)
            if vim.marked != after or vim.keys.mode is not Mode.NORMAL:
                wrong.append((before, keys, after, vim.marked))
        assert not wrong, "\n".join(map(repr, wrong))


async def test_nothing_of_a_text_comes_back_once_another_is_loaded() -> None:
    app = EditorApp()
    async with app.run_test():
        vim = Vim(app.query_one(PromptEditor))
        vim.load("|")
        vim.press("isecret\x1byy")
        vim.editor.killed.text = ""
        vim.editor.load_text("")
        vim.press(".pu\x12")
        assert vim.editor.text == ""
