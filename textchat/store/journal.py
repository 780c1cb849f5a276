"""Stores the journal of requests, those that run among them (figures, no text), and votes; sums up both by model."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from textchat.core.blind.seal import is_sealed, model_of
from textchat.core.conversation import Message
from textchat.core.votes.scope import EVERYTHING, VoteScope
from textchat.core.votes.usual_reply import UsualReply
from textchat.core.votes.vote import Candidate, Vote
from textchat.store.blind.sealed_rows import SHOWN_MODEL, reveal, settle
from textchat.store.database import transaction
from textchat.store.rows import figures_row, storable


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Requests of one model that a cache had a part in, of about one length: prices have steps by the length."""

    longest: int
    """Input tokens of the longest."""
    cached_tokens: int
    cache_write_tokens: int


@dataclass(frozen=True, slots=True)
class ModelStats:
    """The figures of one model over all its requests and votes."""

    model: str
    requests: int = 0
    complete: int = 0
    failed: int = 0
    cancelled: int = 0
    """By the user, or by the end of the program."""
    input_tokens: int = 0
    output_tokens: int = 0
    priced: int = 0
    """Requests whose cost is known, be it by estimate."""
    cost_usd: float | None = None
    """Of the priced requests together; None where no cost is known."""
    first_token_s: float | None = None
    """Median."""
    tokens_per_s: float | None = None
    """Median."""
    is_input_estimated: bool = False
    """Whether some of the input tokens were not counted by the server; the next two likewise."""
    is_output_estimated: bool = False
    is_speed_estimated: bool = False
    votes: int = 0
    """In which the user judged it."""
    score: float = 0.0
    """The sum of its scores in these votes."""
    rating: float | None = None
    """See `core.votes.ratings`; None without votes."""
    charged: int = 0
    """Requests that left and were not refused: the only ones that have tokens, and a cost."""
    estimated_costs: int = 0
    """Requests whose cost is an estimate."""
    cached_tokens: int = 0
    """Of the input tokens, those that came from the server's cache."""
    cache_write_tokens: int = 0
    """Of the input tokens, those that were written to it."""
    cache_uses: tuple[CacheUse, ...] = ()


@dataclass(frozen=True, slots=True)
class RunningRequest:
    """A request that runs or is about to, by estimate. If its process dies, this is all that is known of it."""

    message_id: str
    model: str
    created_at: float
    input_tokens: int
    output_tokens: int
    """As many as are expected, at least 1."""
    input_usd: float | None = None
    output_usd: float | None = None
    """Of the expected tokens. Both costs are None where the price is unknown."""

    @property
    def cost_usd(self) -> float:
        return (self.input_usd or 0.0) + (self.output_usd or 0.0)


_PUT_RUNNING = """
    INSERT INTO running (message_id, owner, model, created_at, is_sent, input_tokens, output_tokens, input_usd,
        output_usd)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (message_id) DO UPDATE SET owner = excluded.owner, is_sent = excluded.is_sent,
        input_tokens = excluded.input_tokens, input_usd = excluded.input_usd, output_usd = excluded.output_usd
"""


def reserve(
    connection: sqlite3.Connection, owner: str, requests: Iterable[RunningRequest], since: float, ceiling: float
) -> float | None:
    """Note requests that are about to be sent, if with them the cost since `since` stays within `ceiling`.

    In one transaction, so that of two that ask at once the second sees the first. Returns None, or the cost so far
    where there is no room.
    """
    new = tuple(requests)
    with transaction(connection):
        spent = spent_since(connection, since)
        if spent + sum(request.cost_usd for request in new) > ceiling:
            return spent
        connection.executemany(_PUT_RUNNING, [_running_row(request, owner, is_sent=False) for request in new])
    return None


def spent_since(connection: sqlite3.Connection, since: float) -> float:
    """US dollars of the requests since `since` (Unix time in seconds) and of all that run."""
    (ended, running) = connection.execute(
        "SELECT (SELECT total(cost_usd) FROM requests WHERE created_at >= ?),"
        " (SELECT total(input_usd) + total(output_usd) FROM running)",
        (since,),
    ).fetchone()
    return float(ended + running)


def begin_request(connection: sqlite3.Connection, owner: str, request: RunningRequest) -> None:
    """Note that a request is being sent, whether it was reserved or not."""
    with transaction(connection):
        connection.execute(_PUT_RUNNING, _running_row(request, owner, is_sent=True))


def release(connection: sqlite3.Connection, message_ids: Iterable[str]) -> None:
    """Take back reservations of requests that are not to be sent."""
    with transaction(connection):
        connection.executemany("DELETE FROM running WHERE message_id = ?", [(id_,) for id_ in message_ids])


def _running_row(request: RunningRequest, owner: str, *, is_sent: bool) -> tuple[Any, ...]:
    numbers = (request.input_tokens, request.output_tokens, request.input_usd, request.output_usd)
    head = (request.message_id, owner, storable(request.model), storable(request.created_at) or 0.0, int(is_sent))
    return (*head, *(storable(number) for number in numbers))


def record_request(connection: sqlite3.Connection, message: Message) -> None:
    """Add an ended reply to the journal, or replace its entry; it is no running one any more."""
    row: dict[str, Any] = {
        "message_id": message.id,
        "model": message.model or "",
        "created_at": storable(message.created_at) or 0.0,
        "status": message.status.value,
        "error_kind": message.error and message.error.kind.value,
        "finish_reason": message.finish_reason,
        **figures_row(message),
    }
    row = {name: storable(value) for name, value in row.items()}
    with transaction(connection):
        connection.execute("DELETE FROM running WHERE message_id = ?", (row["message_id"],))
        connection.execute("DELETE FROM requests WHERE message_id = ?", (row["message_id"],))
        connection.execute(
            f"INSERT INTO requests ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})", row
        )


def record_vote(connection: sqlite3.Connection, vote: Vote) -> None:
    """Save a vote in place of all votes by the same judge on any of its answers; a blind one reveals the models."""
    with transaction(connection):
        _forget_votes_on(connection, vote)
        put_vote(connection, vote)
        _hide_or_reveal(connection, vote)


def _hide_or_reveal(connection: sqlite3.Connection, vote: Vote) -> None:
    """After a blind vote show the models of its conversation; seal those of any other while they are hidden."""
    row = connection.execute(
        "SELECT key FROM conversations WHERE id = ? AND blind IS NOT NULL", (storable(vote.conversation_id),)
    ).fetchone()
    if row is not None:
        (reveal if vote.is_blind else settle)(connection, row["key"])


def put_vote(connection: sqlite3.Connection, vote: Vote) -> None:
    """Insert a vote, within a transaction; there must be none on its answers yet."""
    key = connection.execute(
        "INSERT INTO votes (conversation_id, prompt_id, is_blind, judge, created_at) VALUES (?, ?, ?, ?, ?)",
        (
            storable(vote.conversation_id),
            storable(vote.prompt_id),
            int(vote.is_blind),
            storable(vote.judge),
            storable(vote.created_at) or time.time(),
        ),
    ).lastrowid
    connection.executemany(
        "INSERT INTO candidates (vote, position, message_id, model, score, rank, names_itself)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(key, position, *_candidate_row(candidate)) for position, candidate in enumerate(vote.candidates)],
    )


def _candidate_row(candidate: Candidate) -> tuple[Any, ...]:
    """The columns message_id, model, score, rank, names_itself."""
    names = storable(candidate.message_id), storable(candidate.model)
    return (*names, candidate.score, storable(candidate.rank), int(candidate.names_itself))


def take_back_vote(connection: sqlite3.Connection, vote: Vote) -> None:
    with transaction(connection):
        _forget_votes_on(connection, vote)


def _forget_votes_on(connection: sqlite3.Connection, vote: Vote) -> None:
    """Delete earlier votes on these answers, because an answer is judged only once."""
    connection.executemany(
        "DELETE FROM votes WHERE conversation_id = ? AND judge IS ?"
        " AND key IN (SELECT vote FROM candidates WHERE message_id = ?)",
        [
            (storable(vote.conversation_id), storable(vote.judge), storable(candidate.message_id))
            for candidate in vote.candidates
        ],
    )


def votes(connection: sqlite3.Connection, scope: VoteScope = EVERYTHING) -> list[Vote]:
    """All votes in a scope, of conversations that are not deleted, oldest first."""
    deleted = "SELECT id FROM conversations WHERE deleted_at IS NOT NULL"
    tagged = (
        "SELECT conversations.id FROM conversations JOIN tags ON tags.conversation = conversations.key"
        " WHERE tags.name = :tag"
    )
    where = (
        f"WHERE {_IN_TIME} AND conversation_id NOT IN ({deleted}) AND (:tag IS NULL OR conversation_id IN ({tagged}))"
    )
    return [vote for vote in _votes(connection, where, _limits(scope)) if scope.takes(vote)]


def votes_in(connection: sqlite3.Connection, conversation_id: str) -> list[Vote]:
    """The user's votes in a conversation, oldest first."""
    return _votes(connection, "WHERE conversation_id = ? AND judge IS NULL", (storable(conversation_id),))


def _votes(connection: sqlite3.Connection, where: str, values: tuple[object, ...] | Mapping[str, object]) -> list[Vote]:
    candidates: dict[int, list[Candidate]] = {}
    for row in connection.execute(
        f"SELECT * FROM candidates WHERE vote IN (SELECT key FROM votes {where}) ORDER BY vote, position", values
    ):
        model = model_of(row["model"])[1] if is_sealed(row["model"]) else row["model"]
        candidate = Candidate(row["message_id"], model, row["score"], row["rank"], bool(row["names_itself"]))
        candidates.setdefault(row["vote"], []).append(candidate)
    return [
        Vote(
            row["conversation_id"],
            row["prompt_id"],
            tuple(candidates.get(row["key"], ())),
            bool(row["is_blind"]),
            row["judge"],
            row["created_at"],
        )
        for row in connection.execute(f"SELECT * FROM votes {where} ORDER BY created_at, key", values)
    ]


_IN_TIME = "created_at >= :since AND (:until IS NULL OR created_at < :until)"
_IN_SCOPE = f"""{_IN_TIME} AND (:tag IS NULL OR message_id IN (
        SELECT messages.id FROM messages JOIN tags ON tags.conversation = messages.conversation
        WHERE tags.name = :tag
    ))"""
"""Of requests: those of a deleted message have lost its tags."""


def _limits(scope: VoteScope) -> dict[str, object]:
    """What `_IN_TIME` and `_IN_SCOPE` ask for."""
    tag = None if scope.tag is None else storable(scope.tag)
    return {"since": scope.since, "until": scope.until, "tag": tag}


CACHE_STEP = 8_000
"""Input tokens: the steps of all known prices (32,000, 128,000, 200,000, 272,000) are multiples of it."""
_REQUESTS = f"""(
    SELECT {SHOWN_MODEL} AS model, message_id, created_at, status, input_tokens, output_tokens, cached_tokens,
        cache_write_tokens, input_source, usage_source, first_token_s, total_s, tokens_per_s, cost_usd, cost_source
    FROM requests)
"""
_SUMS = f"""
    SELECT model, count(*) AS requests, sum(status = 'complete') AS complete, sum(status = 'failed') AS failed,
        sum(status IN ('cancelled', 'interrupted')) AS cancelled,
        total(input_tokens) AS input_tokens, total(output_tokens) AS output_tokens,
        count(input_tokens) AS charged, count(cost_usd) AS priced,
        total(cost_usd IS NOT NULL AND cost_source = 'estimated') AS estimated_costs, sum(cost_usd) AS cost_usd
    FROM {_REQUESTS} WHERE {_IN_SCOPE} GROUP BY model ORDER BY model
"""
_ESTIMATED = f"""
    SELECT model, max(ifnull(input_source, usage_source) = 'estimated') AS input,
        max(usage_source = 'estimated') AS output,
        max(usage_source = 'estimated' AND tokens_per_s IS NOT NULL) AS speed
    FROM {_REQUESTS} WHERE {_IN_SCOPE} GROUP BY model
"""
_CACHED = f"""
    SELECT model, max(input_tokens) AS longest, sum(cached) AS cached, sum(written) AS written FROM (
        SELECT model, input_tokens, min(ifnull(cached_tokens, 0), input_tokens) AS cached,
            min(ifnull(cache_write_tokens, 0), max(0, input_tokens - ifnull(cached_tokens, 0))) AS written
        FROM {_REQUESTS} WHERE {_IN_SCOPE} AND input_tokens > 0 AND (cached_tokens > 0 OR cache_write_tokens > 0)
    ) GROUP BY model, (input_tokens - 1) / {CACHE_STEP} ORDER BY model, longest
"""
_MEDIANS = f"""
    SELECT model, avg({{column}}) AS median FROM (
        SELECT model, {{column}}, row_number() OVER (PARTITION BY model ORDER BY {{column}}) AS place,
            count(*) OVER (PARTITION BY model) AS many
        FROM {_REQUESTS} WHERE {_IN_SCOPE} AND {{column}} IS NOT NULL AND {{status}}
    ) WHERE place IN ((many + 1) / 2, (many + 2) / 2) GROUP BY model
"""


def usual_replies(connection: sqlite3.Connection, scope: VoteScope = EVERYTHING) -> dict[str, UsualReply]:
    """What the complete replies of each model in a scope cost and took, as medians."""
    columns = ("cost_usd", "first_token_s", "total_s")
    costs, firsts, totals = (_medians(connection, column, scope, "status = 'complete'") for column in columns)
    estimated = {row["model"] for row in connection.execute(_SUMS, _limits(scope)) if row["estimated_costs"]}
    return {
        model: UsualReply(costs.get(model), model in estimated, firsts.get(model), totals.get(model))
        for model in {*costs, *firsts, *totals}
    }


def model_stats(connection: sqlite3.Connection, scope: VoteScope = EVERYTHING) -> list[ModelStats]:
    """Figures of every model asked or voted on in a scope, by name."""
    from textchat.core.votes.ratings import ratings  # behind the first paint

    first = _medians(connection, "first_token_s", scope)
    speed = _medians(connection, "tokens_per_s", scope)
    cast = [vote for vote in votes(connection, scope) if vote.judge is None]
    judged = [candidate for vote in cast for candidate in vote.candidates]
    rated = ratings(cast)
    estimated = {row["model"]: row for row in connection.execute(_ESTIMATED, _limits(scope))}
    sums = {row["model"]: row for row in connection.execute(_SUMS, _limits(scope))}
    cached = _cache_uses(connection, scope)
    return [
        replace(
            _asked(model, sums.get(model)),
            first_token_s=first.get(model),
            tokens_per_s=speed.get(model),
            is_input_estimated=model in estimated and bool(estimated[model]["input"]),
            is_output_estimated=model in estimated and bool(estimated[model]["output"]),
            is_speed_estimated=model in estimated and bool(estimated[model]["speed"]),
            votes=sum(candidate.model == model for candidate in judged),
            score=sum(candidate.score for candidate in judged if candidate.model == model),
            rating=rated.get(model),
            cached_tokens=sum(use.cached_tokens for use in cached.get(model, ())),
            cache_write_tokens=sum(use.cache_write_tokens for use in cached.get(model, ())),
            cache_uses=tuple(cached.get(model, ())),
        )
        for model in sorted({*sums, *rated})
    ]


def _cache_uses(connection: sqlite3.Connection, scope: VoteScope) -> dict[str, list[CacheUse]]:
    uses: dict[str, list[CacheUse]] = {}
    for row in connection.execute(_CACHED, _limits(scope)):
        uses.setdefault(row["model"], []).append(CacheUse(row["longest"], row["cached"], row["written"]))
    return uses


def _medians(connection: sqlite3.Connection, column: str, scope: VoteScope, status: str = "TRUE") -> dict[str, float]:
    rows = connection.execute(_MEDIANS.format(column=column, status=status), _limits(scope))
    return {row["model"]: row["median"] for row in rows}


def _asked(model: str, sums: sqlite3.Row | None) -> ModelStats:
    if sums is None:
        return ModelStats(model)
    return ModelStats(
        model=model,
        requests=sums["requests"],
        complete=sums["complete"],
        failed=sums["failed"],
        cancelled=sums["cancelled"],
        input_tokens=int(sums["input_tokens"]),
        output_tokens=int(sums["output_tokens"]),
        charged=sums["charged"],
        priced=sums["priced"],
        estimated_costs=int(sums["estimated_costs"]),
        cost_usd=sums["cost_usd"],
    )
