"""Words are found in any script and however they are spelled, and what was found is marked as it is written."""

from __future__ import annotations

import asyncio
import sqlite3
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.conversation import Conversation, Message, Role, new_id
from textchat.core.parts.part import Part
from textchat.store.database import connect, continue_word_index
from textchat.store.database_thread import DatabaseThread
from textchat.store.history import ConversationRecord, History, SearchHit
from textchat.store.search import index
from textchat.store.search.expressions import expression
from textchat.store.search.occurrences import sought
from textchat.store.search.query import Term
from textchat.store.search.snippets import MOST_CHARACTERS, Allowance, snippet
from textchat.store.search.stretches import Stretch
from textchat.store.search.words import parts, tokens, words

TABLE = [
    # text, queries that find it, queries that do not
    ("使用GPT模型和textchat工具", "GPT|gpt |textchat|textc|模型|用GPT|gpt模型|模", "GP |chat|型模"),
    ("プログラミング言語はPythonです", "Python|言語|はPython|ﾌﾟﾛｸﾞﾗﾐﾝｸﾞ|グラ", "ラグ|クラ"),
    ("ﾊﾛｰﾜｰﾙﾄﾞ", "ハロー|ﾜｰﾙ|ワールド", "ワールト"),
    ("서울대학교에서 만나요", "대학교|학교|서울 만나", "학생"),
    ("ภาษาไทยกำลังทดสอบ GPT4", "ไทย|กำลัง|gpt", "ทยไ"),
    ("ខ្ញុំស្រឡាញ់ភាសាខ្មែរ", "ភាសា|ខ្មែរ", "សាភា"),
    ("हिन्दी में लिखा", "हिन्दी|लिखा|लि", "हनद "),
    ("def snake_case(user_id): pass", 'snake_case|snake|case|user_id|SNAKE_CASE|"def snake"', "ake"),
    ("let fooBarBaz = 1", "fooBarBaz|foobarbaz|Bar|bar |Baz|fooBar |BarBaz |barb|foo |foo_bar", "oBar"),
    ("class HTTPServer2(Base)", "HTTPServer2|httpserver|Server|server2|HTTP |Server2 ", "TTPS"),
    ("parseURLFromHTML", "URL |From |urlfrom|parse ", "arse"),
    ("upgraded to v1.2.3-rc1 today", '1.2.3|v1.2.3|2.3|"1.2" |rc1|1.2.3-rc', "1.3 |v2|1.2.4"),
    ("GPT4 and gpt-4o", "gpt4|gpt-4|GPT 4|4o", "gpt5"),
    ("I write C++17, C# and F#", "c++|C#|C++17|f# |write c++", "c+# |g++|d#"),
    (".NET, #tag, @name, https://example.org/a/b?c=1", ".net|#tag|@name|https://example.org/a|example.org|a/b", "a/c"),
    ("/usr/local/lib/python3.11/site.py", "/usr/local|python3.11|site.py|python", "lib/usr"),
    ("a => b, 100% -- x != y", "=>|%|--|!=|100%", "==|<=|&"),
    ("family 👨\u200d👩\u200d👧 and ❤️ 👍🏽", "👨\u200d👩\u200d👧|❤|❤️|👍|👍🏽|👩|family 👍", "👎|family 👎"),
    ("Crème brûlée à l’œuvre", "creme|brulée|CRÈME|oeuvre|l'oeuvre|l’œuvre", "crame"),
    ("cafe\u0301 e\u0301te\u0301", "café|cafe |été", "cafes"),
    ("Die Straße in Łódź, Ærø und Smørrebrød", "strasse|STRASSE|straße|lodz|aero|smorrebrod|SMØRREBRØD", "strase"),
    ("ＧＰＴ－４ ｆｕｌｌ ﬁne ½", "gpt-4|full|fine|ＦＵＬＬ", "ful "),
    ("ещё мой ёжик", "еще|ЕЩЁ|ежик|мой", "мои"),
    ("İstanbul’da ısı DIŞ", "istanbul|ISI|isi |dış|dis ", "ista "),
    ("ὁ Σίσυφος", "σισυφος|ΣΊΣΥΦΟΣ|σίσυφοσ", "σισ "),
    ("مُحَمَّد كتب أحمد", "محمد|مُحَمَّد|احمد", "محم "),
    ("المدرسة الى کتاب علی", "المدرسه|إلى|كتاب|علي|على", "مدرس "),
    ("क़लम और ज़मीन", "कलम|ज़मीन|जमीन |क़लम", "लम"),
    ("שָׁלוֹם עולם", "שלום|שָׁלוֹם", "שלו "),
    ("I don’t, you don't", "don't|don’t|“don’t”|\"you don't\"", "dont"),
    ("Foo™ and m², H₂O — “quoted”…", 'foo |m2|h2o|m²|quoted |"h2o quoted"', "footm"),
    ("zero\u200bwidth so\xadft", "zerowidth|soft", "zero "),
    ("\x1b[1;31merror\x1b[0m: no such file", "error|error |such", "merror|31"),
    ("٣٤ and １２", "34|٣٤|12", "21"),
]


def only(text: str, title: str = "") -> Conversation:
    message = Message(new_id(), None, Role.USER, text, created_at=1.7e9)
    return Conversation(new_id(), title, 1.7e9, {message.id: message})


async def put(history: History, conversation: Conversation) -> str:
    await history.save(conversation, list(conversation.messages.values()))
    return next(iter(conversation.messages), "")


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    history = History.open(tmp_path / "textchat.db")
    yield history
    await history.aclose()


def marked(hit: SearchHit) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.highlights]


async def test_what_is_found_and_what_is_not() -> None:
    history = History.in_memory()
    ids = {text: await put(history, only(text)) for text, _, _ in TABLE}
    wrong = []
    for text, found, missed in TABLE:
        finding = found.split("|")
        for query in (*finding, *missed.split("|")):
            hits = {hit.message_id: hit for hit in await history.search(query, 1000)}
            if (ids[text] in hits) != (query in finding):
                wrong.append(f"{query!r} in {text!r}")
            elif query in finding and not hits[ids[text]].highlights:
                wrong.append(f"{query!r} is not marked in {hits[ids[text]].snippet!r}")
    await history.aclose()
    assert wrong == []


async def test_titles_are_found_alike(history: History) -> None:
    await put(history, only("x", "数据库migration für fooBar"))
    for query, mark in (
        ("据库", "据库"),
        ("migration", "migration"),
        ("fur", "für"),
        ("Bar", "Bar"),
        ("foob", "fooBar"),
    ):
        (hit,) = await history.search(query)
        assert (hit.message_id, marked(hit)) == (None, [mark])


async def test_minus_leaves_out_what_is_found(history: History) -> None:
    await put(history, only("今天使用GPT模型"))
    kept = await put(history, only("今天没有"))
    for query in ("今天 -GPT", "今天 -模型", "今天 -gpt4 -gpt", "-GPT", "今天 -使用"):
        assert [hit.message_id for hit in await history.search(query)] == [kept], query


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
@example(["用HTTPServer2在ﬁx\u0301 Ⅷ", "ǆ ΐ ß\u0323", "가각\u11a8 ｶﾞ"])
def test_every_word_of_any_text_is_found_and_marked(texts: list[str]) -> None:
    async def ask() -> None:
        history = History.in_memory()
        try:
            for text in texts:
                id_ = await put(history, only(text))
                for word in text.replace('"', " ").split()[:3]:
                    hits = {hit.message_id: hit for hit in await history.search(f'"{word}"', 1000)}
                    if expression(Term(word)):
                        assert id_ in hits, word
                    for hit in hits.values():
                        assert "\n" not in hit.snippet
                        ends = [place for span in hit.highlights for place in span]
                        assert ends == sorted(ends)
                        assert not ends or (ends[0] >= 0 and ends[-1] <= len(hit.snippet))
        finally:
            await history.aclose()

    asyncio.run(ask())


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=200))
def test_words_are_the_same_in_every_spelling(text: str) -> None:
    assert tokens(words(text)) == tokens(text)
    assert tokens(unicodedata.normalize("NFD", text)) == tokens(unicodedata.normalize("NFC", text))


# -- snippets ---------------------------------------------------------------------------------------------------------


async def cut(history: History, text: str, query: str) -> SearchHit:
    await put(history, only(text))
    return (await history.search(query, 1))[0]


async def test_the_snippet_is_where_the_words_stand_near_each_other(history: History) -> None:
    filling = "nothing of note here " * 30
    hit = await cut(history, f"whales {filling} dogs {filling} whales and dogs sing {filling}", "dogs whales")
    assert marked(hit) == ["whales", "dogs"]
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) <= 162


@pytest.mark.parametrize("filling", ["lorem ipsum\n", "早上好，世界。", "größer älter\n"])
async def test_a_word_in_the_middle_or_at_the_end_of_a_long_text_is_shown(history: History, filling: str) -> None:
    for text in (filling * 3000 + " zyzzyva " + filling * 3000, filling * 20_000 + " zyzzyva"):
        assert marked(await cut(history, text, "zyzzyva")) == ["zyzzyva"]


async def test_graphemes_stay_whole(history: History) -> None:
    text = "👨‍👩‍👧" * 60 + " target " + "e\u0301" * 300
    hit = await cut(history, text, "target")
    before, after = hit.snippet.strip("…").split(" target ")
    assert before.count("👨") == before.count("👧") > 0
    assert after.endswith("\u0301")
    assert not after.startswith("\u0301")
    assert marked(await cut(history, "cafe\u0301s", "cafe")) == ["cafe\u0301s"]
    assert marked(await cut(history, "so 👍🏽!", "👍")) == ["👍🏽"]


def test_whatever_the_size_of_a_text_no_more_than_so_much_is_looked_at() -> None:
    """One search shows many hits; a text without an end stands for one that is very long."""
    for part in ("t ", "没有"):
        given_out = 0

        def endless(part: str) -> Iterator[Stretch]:
            nonlocal given_out
            while True:
                given_out += 1
                yield Stretch(part * 5_000)

        allowance = Allowance()
        terms = sought([Term("t"), Term("absent"), Term("没", is_complete=False)])
        for _ in range(50):
            snippet(endless(part), terms, allowance)
        assert given_out < 50 + MOST_CHARACTERS / len(part * 5_000) / (1 if part.isascii() else 10) + 10


def test_a_million_signs_are_one_sign() -> None:
    assert len(parts("=> " * 100_000)) < 20


@pytest.mark.parametrize(
    "text", ["a" * 30_000 + " #", "aA" * 15_000, "A" * 30_000 + "a", "1a" * 15_000, "é" * 30_000 + " +"]
)
def test_a_line_without_a_blank_takes_no_longer_than_any_other(text: str) -> None:
    """With a step back for each letter, one of these takes minutes."""
    for _ in range(10):
        assert len(words(text)) + len(parts(text)) < 10 * len(text)


# -- the index and the texts ------------------------------------------------------------------------------------------


_COLUMNS = {
    "messages": (
        "message_words",
        "text, reasoning, parts",
        "words(text), textchat_words(reasoning || named), {}(text, reasoning || named)",
    ),
    "conversations": ("title_words", "title, parts", "words(title), {}(title, '')"),
}


def is_in_step(path: Path) -> bool:
    """Whether the index holds exactly what a new one would hold of the texts that are to be in it."""
    with closing(connect(path)) as connection:
        for table, (name, columns, values) in _COLUMNS.items():
            connection.execute(
                f"CREATE VIRTUAL TABLE temp.{name} USING fts5({columns}, content = '', tokenize = 'ascii')"
            )
            connection.execute(
                f"INSERT INTO temp.{name} (rowid, {columns}) SELECT key, textchat_{values.format('textchat_parts')}"
                f" FROM {table} WHERE key > (SELECT pending FROM word_index WHERE name = '{name}')"
            )
            if instances(connection, "main", name) != instances(connection, "temp", name):
                return False
            connection.execute(f"DROP TABLE temp.{name}")
        return [tuple(row) for row in connection.execute("PRAGMA integrity_check")] == [("ok",)]


def instances(connection: sqlite3.Connection, schema: str, name: str) -> list[tuple[object, ...]]:
    """Every token of an index with its places (https://www.sqlite.org/fts5.html#the_fts5vocab_virtual_table_module)."""
    connection.execute(f"CREATE VIRTUAL TABLE temp.instances USING fts5vocab('{schema}', '{name}', 'instance')")
    found = connection.execute("SELECT doc, col, offset, term FROM instances").fetchall()
    connection.execute("DROP TABLE temp.instances")
    return sorted(map(tuple, found))


async def test_index_and_texts_stay_in_step(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    history = History.open(path)
    texts = [text for text, _, _ in TABLE]
    conversation = only(" ".join(texts), "使用 fooBar")
    first = next(iter(conversation.messages.values()))
    second = Message(new_id(), first.id, Role.ASSISTANT, texts[8], reasoning=texts[0], created_at=1.7e9)
    second = replace(second, parts=(Part("使用 fooBar.txt", "text/plain", b"x"),))
    conversation = conversation.with_message(second)
    await history.save(conversation, [first, second])
    await history.save(conversation, [replace(second, text=texts[9], reasoning="")])
    await history.shelf.rename(conversation.id, "C++ 模型")
    removed = await history.remove_messages(conversation.id, [second.id])
    assert is_in_step(path)
    await history.restore_messages(conversation.id, removed)
    assert is_in_step(path)
    await history.delete(conversation.id)
    assert not await history.search("HTTPServer2")
    await history.undelete(conversation.id)
    assert len(await history.search("HTTPServer2")) == 2
    await put(history, only("stays 用 fooBar"))
    await history.delete(conversation.id)
    await history.vacuum()
    await history.aclose()
    assert is_in_step(path)
    with closing(connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM message_words").fetchone()[0] == 1


def indexed(connection: sqlite3.Connection, word: str) -> list[str]:
    """The ids of the messages that the index finds, newest first."""
    rows = connection.execute(
        "SELECT id FROM message_words JOIN messages ON key = message_words.rowid WHERE message_words MATCH ?"
        " ORDER BY key DESC",
        (word,),
    )
    return [row["id"] for row in rows]


async def test_a_long_message_does_not_hold_up_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History.in_memory()
    old, long, new = [await put(history, only(text)) for text in ("old word", "long word " * 9, "new word")]
    monkeypatch.setattr(index, "VERSION", "another")
    monkeypatch.setattr(index, "SOME_CHARACTERS", 20)

    def some(connection: sqlite3.Connection, also_long: bool) -> list[str]:
        continue_word_index(connection, also_long=also_long)
        return indexed(connection, "word")

    assert await history._writes.run(some, False) == [new]
    assert await history._writes.run(some, False) == [new]
    assert await history._writes.run(some, True) == [new, long]
    assert await history._writes.run(some, False) == [new, long, old]
    await history.aclose()


async def test_what_was_there_before_is_indexed_newest_first_and_goes_on_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "textchat.db"
    history = History.open(path)
    ids = [await put(history, only(f"number{place} fooBar", "一 title")) for place in range(5)]
    await history.aclose()
    monkeypatch.setattr(index, "VERSION", "another")
    monkeypatch.setattr(index, "SOME_ROWS", 1)

    with closing(connect(path)) as connection:  # as far as a program comes that is killed
        assert continue_word_index(connection)
        assert indexed(connection, "bar") == ids[:-2:-1]
        assert continue_word_index(connection)
        assert indexed(connection, "bar") == ids[:-3:-1]
    assert is_in_step(path)
    history = History.open(path)
    removed = await history.remove_messages((await history.search("number4"))[0].conversation_id, [ids[4]])
    assert removed.final_ids == {ids[4]}
    await history.aclose()
    with closing(connect(path)) as connection:
        while continue_word_index(connection):
            pass
        assert not index.is_incomplete(connection)
        assert indexed(connection, "bar") == ids[3::-1]
    assert is_in_step(path)


async def test_the_words_of_a_long_message_are_made_while_others_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History.open(tmp_path / "textchat.db")
    connection = history._writer.connection
    made: list[bool] = []

    def watched(text: str) -> str:
        made.append(connection.in_transaction) if "long" in text else None
        return words(text)

    monkeypatch.setattr(index, "SOME_CHARACTERS", 20)
    monkeypatch.setattr("textchat.store.search.words.words", watched)
    await put(history, only("a long message that is saved"))
    imported = only("a long message that is imported")
    await history.add([ConversationRecord(imported, 1.7e9)])
    await history.add([ConversationRecord(imported, 1.7e9)])
    assert made == [False, False]
    assert len(await history.search("message")) == 2

    monkeypatch.setattr(index, "VERSION", "another")
    await history._writes.run(continue_word_index)  # nothing but one message at a time fits
    history._writes.index_words()
    while (await history.search("message")).remarks:
        await asyncio.sleep(0.001)
    assert made == [False] * 4
    assert index._prepared == {}
    await history.delete(imported.id)
    await history.vacuum()
    assert made == [False] * 5
    assert index._prepared == {}
    await history.aclose()
    monkeypatch.undo()
    assert is_in_step(tmp_path / "textchat.db")


async def test_who_searches_once_can_have_all_of_it_indexed_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History.open(tmp_path / "textchat.db")
    for place in range(4):
        await put(history, only(f"number{place}"))
    await history.aclose()
    monkeypatch.setattr(index, "VERSION", "another")
    monkeypatch.setattr(index, "SOME_ROWS", 1)
    monkeypatch.setattr(DatabaseThread, "index_words", lambda self: None)
    history = History.open(tmp_path / "textchat.db")
    assert (await history.search("number0")).remarks
    shares: list[float] = []
    await history.complete_index(shares.append)
    assert shares == pytest.approx([0, 1 / 3, 2 / 3])
    found = await history.search("number0")
    assert (len(found), found.remarks) == (1, ())
    await history.aclose()
