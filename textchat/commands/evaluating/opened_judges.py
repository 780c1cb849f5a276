"""Opens judges for a command: their providers, the journal of their requests, and the ceilings of the budget."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from textchat.commands.asking.pending_replies import Journal
from textchat.commands.asking.prompt_results import Results
from textchat.commands.evaluating.judged_rows import Bench, JudgedRows
from textchat.commands.open_store import history_of_costs
from textchat.commands.output.terminal import say
from textchat.core.configuration import Settings
from textchat.live.budget import Budget
from textchat.live.evaluation.judges import Judges
from textchat.live.library import open_services
from textchat.store.history import History


@asynccontextmanager
async def opened_judges(
    names: Sequence[str], settings: Settings, history: History | None = None
) -> AsyncGenerator[Judges, None]:
    """Judges that can be asked within the block; what they cost is recorded in `history`, or in the store.

    Raises ConfigurationError for one that cannot be opened, and StoreError. Says once of which no ceiling holds.
    """
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(settings))
        costs = history if history is not None else await stack.enter_async_context(history_of_costs())
        journal = Journal(costs)
        stack.push_async_callback(journal.aclose)
        services = replace(services, journal=journal)
        budget = Budget(services.current, services.catalog, services.metering, costs)
        judges = Judges(names, services, budget)
        if warning := budget.warning(names):
            say(warning)
        yield judges


@asynccontextmanager
async def judged_rows(bench: Bench, settings: Settings, results: Results) -> AsyncGenerator[JudgedRows, None]:
    """As `opened_judges`, for the answers to a prompt set."""
    async with opened_judges(bench.judges, settings) as judges:
        yield JudgedRows(bench, judges, results)
