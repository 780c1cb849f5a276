"""Search by size of the store and kind of query, with a message of 20 MB in it; what the index costs."""

from __future__ import annotations

import asyncio
import itertools
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

from tests.benchmarks.report import Table
from textchat.core.conversation import Conversation, Message, Role, new_id
from textchat.store.history import ConversationRecord, History
from textchat.store.search.expressions import expression_of
from textchat.store.search.query import parse

SIZES = (1_000, 10_000, 100_000)
A_CONVERSATION = 10
BIG_FROM = 10_000
"""The size from which a message of 20 MB is among the others."""
BIG_LINE = "2024-05-17 12:00:{:02} WARNING the cache of worker {} was not written, trying again\n"
BIG_BYTES = 20_000_000
SEARCHES = 25
HITS = 50
PATIENCE_MS = 150.0

_SENTENCE = (
    "the of and to a in is that it for you as with on this are be at or have from can not an by which but if will"
    " what there their one all so when time they then than how like just more some into only use two way about many"
)
_COMMON = _SENTENCE.split()
_HANZI = [chr(code) for code in range(0x4E00, 0x4E00 + 3_000)]
_KANA = [chr(code) for code in range(0x3041, 0x3094)]
_WEIGHTS = list(itertools.accumulate(1 / (number + 2) for number in range(20_000)))


class Texts:
    """Messages as people and models write them: English, code, Chinese, Japanese, German."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        made = random.Random(1)
        syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "er", "in", "al", "on")]
        self.english = [*_COMMON, *("".join(made.choices(syllables, k=made.randint(1, 4))) for _ in range(15_000))]
        self.german = [
            word.replace("u", "ü").replace("o", "ö").capitalize() + "straße" for word in self.english[60:9_000]
        ]

    def words(self, vocabulary: list[str], count: int) -> list[str]:
        return self._random.choices(vocabulary, cum_weights=_WEIGHTS[: len(vocabulary)], k=count)

    def text(self) -> str:
        count = self._random.randint(20, 180)
        kind = self._random.random()
        if kind < 0.5:
            return " ".join(self.words(self.english, count))
        if kind < 0.75:
            return "\n".join(self._code() for _ in range(count // 5))
        if kind < 0.85:
            return "".join(self.words(_HANZI, count * 2)) + "使用GPT模型。"
        if kind < 0.9:
            return "".join(self.words(_KANA + _HANZI, count * 2)) + "。"
        return " ".join(self.words(self.english[:60] + self.german, count))

    def _code(self) -> str:
        a, b, c = self.words(self.english, 3)
        number = self._random.randint(0, 999)
        return f"    self.{a}{b.capitalize()} = {c}_{a}({number}, x={b}[v{number}.2.3]) != None  # => {c}"


def big_text() -> str:
    lines = (BIG_LINE.format(number % 60, number) for number in itertools.count())
    length, parts = 0, []
    while length < BIG_BYTES:
        parts.append(next(lines))
        length += len(parts[-1])
    return "".join(parts) + "zyzzyva"


def run() -> list[Table]:
    with tempfile.TemporaryDirectory(prefix="textchat-bench-") as folder:
        return _run(Path(folder))


def _run(folder: Path) -> list[Table]:
    costs, tables = [], []
    for size in SIZES:
        path = folder / str(size) / "textchat.db"
        costs.append(_cost(path, size))
        tables.append(asyncio.run(_search_table(path, size)))
        path.unlink()
    header = ["messages", "text, MB", "import, s per MB", "file, MB", "a plain index: s per MB", "file, MB"]
    return [*tables, Table("What the index costs", header, costs)]


def _records(size: int) -> Iterator[ConversationRecord]:
    texts = Texts(size)
    for number in range(size // A_CONVERSATION):
        messages: dict[str, Message] = {}
        parent = None
        for place in range(A_CONVERSATION):
            role, model = (Role.ASSISTANT, f"bench/model-{number % 7}") if place % 2 else (Role.USER, None)
            is_big = size >= BIG_FROM and number == size // A_CONVERSATION - 20 and place == 1
            text = big_text() if is_big else texts.text()
            parent, above = new_id(), parent
            messages[parent] = Message(parent, above, role, text, model=model, created_at=1.6e9 + number * 600)
        title = " ".join(texts.words(texts.english, 5))
        tags = ("work",) if number % 10 == 0 else ()
        yield ConversationRecord(Conversation(new_id(), title, 1.6e9, messages), 1.6e9 + number, tags=tags)


async def _filled(path: Path, size: int) -> None:
    history = History.open(path)
    records = _records(size)
    while some := list(itertools.islice(records, 100)):
        await history.add(some)
    await history.aclose()


def _cost(path: Path, size: int) -> list[str]:
    """Fill a store, and another one with a plain index; the row of the table of costs."""
    texts = [message.text for record in _records(size) for message in record.conversation.messages.values()]
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    started = time.process_time()
    asyncio.run(_filled(path, size))
    ours = time.process_time() - started
    plain = path.with_name("plain.db")
    theirs = _plain_import(plain, texts)
    row = [f"{size:,}", f"{megabytes:.0f}", f"{ours / megabytes:.2f}", f"{path.stat().st_size / 1e6:.0f}"]
    row += [f"{theirs / megabytes:.2f}", f"{plain.stat().st_size / 1e6:.0f}"]
    plain.unlink()
    return row


def _plain_import(path: Path, texts: list[str]) -> float:
    """Seconds for the same texts in a table beside an index as SQLite's manual has it."""
    started = time.process_time()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE texts (key INTEGER PRIMARY KEY, text TEXT)")
        connection.execute(
            "CREATE VIRTUAL TABLE words USING fts5(text, content = 'texts', content_rowid = 'key', prefix = '1 2 3')"
        )
        connection.executemany("INSERT INTO texts (text) VALUES (?)", ((text,) for text in texts))
        connection.execute("INSERT INTO words (rowid, text) SELECT key, text FROM texts")
        connection.commit()
    return time.process_time() - started


def _kinds(size: int) -> dict[str, Callable[[], str]]:
    """What is looked for, by the name of its kind."""
    texts, random_ = Texts(size + 1), random.Random(3)

    def some(count: int) -> str:
        return " ".join(texts.words(texts.english, count))

    def hanzi(count: int) -> str:
        return "".join(texts.words(_HANZI, count))

    return {
        "one letter": lambda: random_.choice("abcdefgilmnoprstw"),
        "a word": lambda: some(1),
        "a common word": lambda: f"{random_.choice(_COMMON)} ",
        "a rare word": lambda: f"{random_.choice(texts.english[8_000:])} ",
        "two words": lambda: some(2),
        "three words": lambda: some(3),
        "a phrase": lambda: f'"{some(2)}"',
        "a phrase of common words": lambda: f'"{" ".join(random_.choices(_COMMON, k=3))}"',
        "a word that nobody wrote": lambda: "qqxyz",
        "two words never together": lambda: "zyzzyva the worker qqxyz",
        "a word of the big message": lambda: "warning",
        "a word at its end": lambda: "zyzzyva",
        "one sign of Chinese": lambda: hanzi(1),
        "two signs": lambda: hanzi(2),
        "a rare phrase of common signs": lambda: "".join(random_.choices(_HANZI[:20], k=4)),
        "Latin in Chinese": lambda: "GPT",
        "German": lambda: texts.words(texts.german, 1)[0],
        "a part of camelCase": lambda: some(1).capitalize(),
        "a version": lambda: f"{random_.randint(0, 999)}.2.3",
        "signs": lambda: random_.choice(["=>", "%", "!=", "[", "#"]),
        "a word without another": lambda: f"{some(1)} -{some(1)} ",
        "without a common word": lambda: f"-{random_.choice(_COMMON)} ",
        "with role:": lambda: f"role:user {some(1)}",
        "with role:, none there": lambda: "role:tool t",
        "with a model": lambda: f"model:model-3 {some(1)}",
        "with a model, none there": lambda: "model:nowhere t",
        "with before:": lambda: f"before:2020-10 {some(1)}",
        "with before:, none there": lambda: "before:2000 the t",
        "with tag:": lambda: f"tag:work {some(1)}",
        "with tag:, none there": lambda: "tag:nothing t",
        "with is:": lambda: f"is:pinned {some(1)}",
        "is:comparison, none there": lambda: "is:comparison t",
        "filters alone": lambda: "model:model-3 role:assistant",
        "filters alone, none there": lambda: "model:nowhere",
    }


async def _search_table(path: Path, size: int) -> Table:
    history = History.open(path)
    rows, worst = [], 0.0
    with closing(sqlite3.connect(path)) as plain:
        for name, query in _kinds(size).items():
            queries = [query() for _ in range(SEARCHES)]
            times, reference = [], []
            for text in queries:
                started = time.perf_counter()
                await history.search(text, HITS)
                times.append((time.perf_counter() - started) * 1000)
                reference.append(_plain_ms(plain, text))
            p95 = _p95(times)
            worst = max(worst, p95)
            plain_times = [each for each in reference if each is not None]
            of_plain = [f"{median(plain_times):.1f}", f"{_p95(plain_times):.1f}"] if plain_times else ["", ""]
            rows.append([name, f"{median(times):.1f}", f"{p95:.1f}", f"{max(times):.1f}", *of_plain])
    await history.aclose()
    header = ["query", "p50 ms", "p95 ms", "worst ms", "bare MATCH, p50 ms", "p95 ms"]
    promise = f"p95 of the slowest kind is {worst:.0f} ms, at most {PATIENCE_MS:.0f}"
    return Table(f"Search in {size:,} messages", header, rows, [(promise, worst <= PATIENCE_MS)])


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _plain_ms(connection: sqlite3.Connection, text: str) -> float | None:
    """Milliseconds that the index alone takes to name the newest rows, without filters; None without words."""
    if not (match := expression_of(parse(text).groups[0].terms)):
        return None
    started = time.perf_counter()
    connection.execute(
        "SELECT rowid FROM message_words WHERE message_words MATCH ? ORDER BY rowid DESC LIMIT ?", (match, HITS)
    ).fetchall()
    return (time.perf_counter() - started) * 1000
