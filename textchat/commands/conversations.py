"""`textchat conversations`: list, search, show and delete stored conversations."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from textchat.commands import conversation_export, conversation_import
from textchat.commands.arguments import USUAL_LIMIT
from textchat.commands.open_store import arrival_of, history_to_read, id_of, opened_history
from textchat.commands.output.progress import Progress
from textchat.commands.output.streams import Output, json_line, table
from textchat.commands.output.terminal import say, typed_line
from textchat.core.errors import ConfigurationError
from textchat.core.text.names import name_list, short_name
from textchat.core.text.sanitize import plain_line
from textchat.signals import ending_for_certain
from textchat.store.history import ConversationSummary, History
from textchat.store.search.hits import SearchHit
from textchat.store.transfer.exchange import to_plain
from textchat.store.transfer.export_markdown import markdown
from textchat.store.transfer.parts.markdown_parts import line_of

Action = Callable[[History, Namespace], Awaitable[int]]

PAGE = 200
STILL_IN_FILE = "Some of the text is still in the file: run textchat conversations vacuum."
ONLY_THE_FIRST = "Only the first {:,}. Pass a larger -n to show more."
CHANGES = ("delete", "vacuum", "import")
"""The actions that need a store that can be written."""
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"
DAY_S = 24 * 3600
LAST_MOMENT = 253_402_000_000
"""Unix time in seconds near the end of the year 9999: a file edited by hand may name a later one."""
LEAST_TITLE, MOST_MODELS = 24, 34
"""Cells that a title keeps beside other columns, and that the models take at the most."""


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
        "export": conversation_export.export,
        "import": conversation_import.import_files,
    }
    return asyncio.run(_run(actions[arguments.action], arguments))


async def _run(action: Action, arguments: Namespace) -> int:
    opened = opened_history if arguments.action in CHANGES else history_to_read
    with ending_for_certain():
        async with opened() as history:
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
    limit: int = arguments.limit or USUAL_LIMIT
    summaries: list[ConversationSummary] = []
    async for summary in all_summaries(history):
        summaries.append(summary)
        if len(summaries) > limit:
            break
    has_more = len(summaries) > limit
    summaries = summaries[:limit]
    out = Output()
    if arguments.json:
        out.put("".join(json_line(_plain(summary)) for summary in summaries))
    elif out.is_terminal:
        out.put(listed(summaries, shutil.get_terminal_size().columns, time.time()))
    elif summaries:  # scripts read these columns: they stay as they are, and whole
        out.put(table([_row(summary) for summary in summaries]))
    if has_more and arguments.limit is None:  # who names a number knows that there may be more
        say(ONLY_THE_FIRST.format(limit))
    return 0


def _row(summary: ConversationSummary) -> tuple[str, ...]:
    return summary.id, _when(summary.updated_at), ", ".join(_models(summary)), _titled(summary)


def _models(summary: ConversationSummary) -> tuple[str, ...]:
    return ("blind",) if summary.is_blind else summary.models


def _titled(summary: ConversationSummary) -> str:
    marks = ("* " if summary.is_pinned else "") + ("(archived) " if summary.is_archived else "")
    return f"{marks}{summary.title.strip() or 'untitled'}{''.join(f' #{tag}' for tag in summary.tags)}"


def _plain(summary: ConversationSummary) -> dict[str, object]:
    return {
        "id": summary.id,
        "title": summary.title,
        "created_at": summary.created_at,
        "updated_at": summary.updated_at,
        "models": list(summary.models),
        "blind": summary.is_blind,
        "messages": summary.message_count,
        "pinned": summary.is_pinned,
        "archived": summary.is_archived,
        "tags": list(summary.tags),
    }


# -- the list on a terminal ------------------------------------------------------------------------------------------


def listed(summaries: Sequence[ConversationSummary], width: int, now: float) -> str:
    """The conversations as lines of at most `width` cells: title, date, models, number of messages, id.

    Where there is no room for all, the models go first, then the messages; the title is cut, and the id never.
    """
    from textchat.render.cells import cut_end, fitted, width_of

    titles = [plain_line(_titled(summary), 300) for summary in summaries]
    dates = [_date(summary.updated_at, now) for summary in summaries]
    counts = [f"{summary.message_count:,}" for summary in summaries]
    ids = [summary.id for summary in summaries]
    fixed = sum(2 + max(map(len, column), default=0) for column in (dates, ids))
    counted = 2 + max(map(len, counts), default=0)
    counted = counted if width - fixed - counted >= LEAST_TITLE else 0
    widest = max(map(width_of, titles), default=0)
    spare = width - fixed - counted - min(widest, max(LEAST_TITLE, width // 3)) - 2
    models = [name_list(_models(summary), min(spare, MOST_MODELS)) for summary in summaries]
    modelled = 2 + max(map(width_of, models), default=0) if any(models) else 0
    titled = max(1, min(widest, width - fixed - counted - modelled))
    lines = []
    for title, date, model, count, id_ in zip(titles, dates, models, counts, ids, strict=True):
        cells = [fitted(cut_end(title, titled), titled), date.rjust(max(map(len, dates)))]
        cells += [fitted(model, modelled - 2)] if modelled else []
        cells += [count.rjust(counted - 2)] if counted else []
        lines.append(cut_end("  ".join([*cells, id_]), width) + "\n")
    return "".join(lines)


def _date(moment: float, now: float) -> str:
    """The hour of today, the day of this year, or the year."""
    when = time.localtime(moment) if 0 <= moment < LAST_MOMENT else None
    today = time.localtime(now)
    if when is None:
        return "–"
    if when[:3] == today[:3]:
        return time.strftime("%H:%M", when)
    return f"{when.tm_mday} {time.strftime('%b', when)}" if when.tm_year == today.tm_year else str(when.tm_year)


# -- searching and showing -------------------------------------------------------------------------------------------


def _when(moment: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
    except (OverflowError, ValueError, OSError):
        return "–"


async def _search(history: History, arguments: Namespace) -> int:
    if not arguments.words:
        raise ConfigurationError("Nothing to search for. Pass words or filters.")
    query = " ".join(arguments.words)
    with Progress("Indexing messages") as progress:
        await history.complete_index(progress.advance_to)
    found = await history.search(query, arguments.limit)
    for remark in found.remarks:
        say(remark)
    if not found:
        say(f"No messages match “{plain_line(query, 100)}”.")
    out = Output()
    for hit in found:
        if arguments.json:
            out.put(json_line(_plain_hit(hit)))
        elif out.is_terminal:
            out.put_styled(_found(hit, out.has_colour, shutil.get_terminal_size().columns))
        else:
            head = f"{hit.conversation_id}  {_when(hit.created_at)}  {plain_line(hit.title)}: "
            out.put_styled(head + _snippet(hit, out.has_colour) + "\n")
    if found.has_more:
        say(ONLY_THE_FIRST.format(arguments.limit))
    return 0


def _found(hit: SearchHit, has_colour: bool, width: int) -> str:
    """A hit on a terminal: title, date, model and id in one line, and the words around what was found below."""
    from textchat.render.cells import cut_end, width_of

    about = [
        _date(hit.created_at, time.time()),
        *([short_name(hit.writer, 24)] if hit.writer else []),
        hit.conversation_id,
    ]
    ends = "".join(f"  {part}" for part in about)
    title = cut_end(plain_line(hit.title) or "untitled", max(8, width - width_of(ends)))
    head = f"{BOLD}{title}{PLAIN}{ends}" if has_colour else f"{title}{ends}"
    where = "" if hit.is_whole else "in several messages: "
    return f"{head}\n  {where}{_snippet(hit, has_colour)}\n"


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
        "whole": hit.is_whole,
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
    Output().put(json_line(to_plain(arrival)) if arguments.json else markdown(arrival, line_of))
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
    await _delete_all(history, ids)
    if ids or await history.is_wasteful():
        await _free_space(history)
    return 0


async def _delete_all(history: History, ids: Sequence[str]) -> None:
    """Delete them at once, and show how they leave the file, which takes a while for many."""
    deleted = f"Deleted {_counted(len(ids))}."
    try:
        with Progress("Deleting") as progress:
            await history.delete_for_good(ids, progress.count)
    except asyncio.CancelledError:
        say(f"{deleted} {STILL_IN_FILE}")
        raise
    say(deleted)


async def _free_space(history: History) -> None:
    try:
        with Progress("Freeing disk space") as progress:
            progress.wait()
            await history.vacuum()
    except asyncio.CancelledError:
        say(f"Stopped. {STILL_IN_FILE}")
        raise


async def _vacuum(history: History, arguments: Namespace) -> int:
    before = await history.size()
    await _free_space(history)
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
