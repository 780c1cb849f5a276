"""`textchat conversations`: list, search, show and delete stored conversations."""

from __future__ import annotations

import asyncio
import sys
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Sequence

from textchat.commands import conversation_files
from textchat.commands.open_store import arrival_of, id_of, opened_history
from textchat.commands.output.streams import Output, json_line, table
from textchat.commands.output.terminal import say, typed_line
from textchat.core.errors import ConfigurationError
from textchat.core.text.sanitize import plain_line
from textchat.store.history import ConversationSummary, History
from textchat.store.search.hits import SearchHit
from textchat.store.transfer.exchange import to_plain
from textchat.store.transfer.export import markdown

PAGE = 200
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"
DAY_S = 24 * 3600


def run(arguments: Namespace) -> int:
    """Run one action on the store; returns the exit code.

    Raises ConfigurationError, StoreError, OutputError and BrokenPipeError.
    """
    actions = {
        None: _overview,
        "list": _list,
        "search": _search,
        "show": _show,
        "delete": _delete,
        "vacuum": _vacuum,
        "export": conversation_files.export,
        "import": conversation_files.take_in,
    }
    return asyncio.run(_run(actions[arguments.action], arguments))


async def _run(action: conversation_files.Action, arguments: Namespace) -> int:
    async with opened_history() as history:
        return await action(history, arguments)


async def _overview(history: History, arguments: Namespace) -> int:
    number = await history.count()
    size = _mebibytes(await history.size())
    Output().put(f"{_counted(number)}, {size} in {history.path}\n")
    return 0


def _mebibytes(size: int) -> str:
    return f"{size / 1024**2:.1f} MiB"


async def all_summaries(history: History) -> AsyncIterator[ConversationSummary]:
    """Summaries of all conversations, newest first, archived ones included."""
    last = None
    while page := await history.summaries(PAGE, last, archived=None):
        for summary in page:
            yield summary
        last = page[-1]


async def _list(history: History, arguments: Namespace) -> int:
    rows = []
    async for summary in all_summaries(history):
        rows.append(json_line(_plain(summary)) if arguments.json else _row(summary))
        if len(rows) == arguments.limit:
            break
    return _put_rows(rows)


def _put_rows(rows: Sequence[str | tuple[str, ...]]) -> int:
    lines = [row for row in rows if isinstance(row, str)]
    cells = [row for row in rows if isinstance(row, tuple)]
    Output().put("".join(lines) + (table(cells) if cells else ""))
    return 0


def _row(summary: ConversationSummary) -> tuple[str, ...]:
    marks = ("* " if summary.is_pinned else "") + ("(archived) " if summary.is_archived else "")
    tags = "".join(f" #{tag}" for tag in summary.tags)
    return summary.id, _when(summary.updated_at), ", ".join(summary.models), f"{marks}{summary.title}{tags}"


def _plain(summary: ConversationSummary) -> dict[str, object]:
    return {
        "id": summary.id,
        "title": summary.title,
        "created_at": summary.created_at,
        "updated_at": summary.updated_at,
        "models": list(summary.models),
        "messages": summary.message_count,
        "pinned": summary.is_pinned,
        "archived": summary.is_archived,
        "tags": list(summary.tags),
    }


def _when(moment: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
    except (OverflowError, ValueError, OSError):
        return "–"


async def _search(history: History, arguments: Namespace) -> int:
    hits = await history.search(" ".join(arguments.words), arguments.limit)
    out = Output()
    for hit in hits:
        if arguments.json:
            out.put(json_line(_plain_hit(hit)))
        else:
            head = f"{hit.conversation_id}  {_when(hit.created_at)}  {plain_line(hit.title)}: "
            out.put_styled(head + _snippet(hit, out.has_colour) + "\n")
    return 0


def _plain_hit(hit: SearchHit) -> dict[str, object]:
    return {
        "conversation_id": hit.conversation_id,
        "title": hit.title,
        "message_id": hit.message_id,
        "role": None if hit.role is None else hit.role.value,
        "model": hit.model,
        "created_at": hit.created_at,
        "snippet": hit.snippet,
        "highlights": [list(span) for span in hit.highlights],
    }


def _snippet(hit: SearchHit, has_colour: bool) -> str:
    pieces, last = [], 0
    for start, end in hit.highlights if has_colour else ():
        pieces += [_line(hit.snippet[last:start]), BOLD, _line(hit.snippet[start:end]), PLAIN]
        last = end
    return "".join([*pieces, _line(hit.snippet[last:])])


def _line(text: str) -> str:
    """The text sanitised and on one line, with leading and trailing spaces kept."""
    return plain_line(f"|{text}|", 10_000)[1:-1]


async def _show(history: History, arguments: Namespace) -> int:
    arrival = await arrival_of(history, await id_of(history, arguments.id))
    Output().put(json_line(to_plain(arrival)) if arguments.json else markdown(arrival))
    return 0


async def _delete(history: History, arguments: Namespace) -> int:
    ids = [await id_of(history, prefix) for prefix in arguments.ids]
    if arguments.older_than is not None:
        limit = time.time() - arguments.older_than * DAY_S
        ids += [each.id async for each in all_summaries(history) if each.updated_at < limit and not each.is_pinned]
    elif not ids:
        raise ConfigurationError("Nothing to delete. Name conversations, or pass --older-than DAYS.")
    ids = list(dict.fromkeys(ids))
    if ids and not arguments.yes and not await _is_agreed(history, ids):
        return 1
    for id_ in ids:
        await history.delete(id_)
    say(f"Deleted {_counted(len(ids))}.")
    if ids:
        await history.vacuum()
    return 0


async def _vacuum(history: History, arguments: Namespace) -> int:
    before = await history.size()
    await history.vacuum()
    Output().put(f"{history.path}: {_mebibytes(before)} before, {_mebibytes(await history.size())} now\n")
    return 0


def _counted(number: int) -> str:
    return f"{number:,} conversation{'' if number == 1 else 's'}"


async def _is_agreed(history: History, ids: Sequence[str]) -> bool:
    """Ask for confirmation on the terminal; without a terminal, deleting needs `--yes`."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise ConfigurationError("Without a terminal, deleting needs --yes.")
    for id_ in ids[:10]:
        summary = await history.summary(id_)
        say(f"{id_}  {plain_line(summary.title) if summary else ''}")
    print(f"Permanently delete {_counted(len(ids))}? [y/N] ", end="", file=sys.stderr, flush=True)
    return (await typed_line()).strip().lower() in ("y", "yes")
