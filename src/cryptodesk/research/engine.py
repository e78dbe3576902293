"""The research desk as the dialects know it: a run request in, batches of events out, as the engine's own runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

from cryptodesk.core.deadline import Deadline
from cryptodesk.core.errors import CryptodeskError, RunTimeout
from cryptodesk.core.events import RunEvent, RunFailed, RunFinished, RunStarted
from cryptodesk.core.ids import new_time_ordered_id
from cryptodesk.core.messages import text_message
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import ResearchOptions, ResearchOutcome
from cryptodesk.core.usage import Cost
from cryptodesk.core.worst_case import RunShape, bounded_tokens
from cryptodesk.engine.ending import RunEnding
from cryptodesk.engine.settlement import total_usage
from cryptodesk.engine.state import RunState
from cryptodesk.research.graph import Graph
from cryptodesk.research.model_calls import MOST_OUTPUT_TOKENS
from cryptodesk.research.nodes import NODES
from cryptodesk.research.services import ResearchServices
from cryptodesk.research.state import ResearchState
from cryptodesk.research.steps import run_node

__all__ = ["ResearchEngine"]


class ResearchEngine:
    """Answers with the research graph. Without a language model on the request's routes every node runs in code."""

    def __init__(
        self,
        services: ResearchServices,
        graph: Graph[ResearchState] | None = None,
        new_id: Callable[[float], str] = new_time_ordered_id,
    ) -> None:
        self._services = services
        self._graph = graph or Graph(NODES)
        self._new_id = new_id
        self._ending = RunEnding(services.settlement, services.clock, services.observer)

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        """Batches of events: `RunStarted` first and `RunFinished` or `RunFailed` last, `Progress` and `TextDelta`
        between. Never raises, save when its consumer is cancelled or closes it: then every branch is cancelled, each
        upstream closed and what was used charged."""
        now = self._services.clock.unix()
        run = RunState(request, self._new_id(now), now, Deadline(request.limits.seconds))
        try:
            state = self._begin(run)
            if self._services.settlement.reserving.is_needed(run):
                await self._reserve(state)
            yield [self._start(state)]
            working = asyncio.create_task(self._work(state))
            try:
                async for batch in state.outbox.batches():
                    yield batch
                await working
            finally:
                await _stop(working)
            cost = await self._ending.finish(run)
            yield [self._finished(state, cost)]
        except CryptodeskError as error:
            await self._ending.fail(run, error)
            yield [RunFailed(error)]
        except Exception:
            yield [RunFailed(await self._ending.fail_by_defect(run))]
        except (asyncio.CancelledError, GeneratorExit):
            await self._ending.cancel(run)
            raise
        finally:
            run.deadline.close()

    def _begin(self, run: RunState) -> ResearchState:
        """Raises: ModelNotFound."""
        request, services = run.request, self._services
        routes = tuple(services.catalog.resolve(request.model_id))
        run.routes = routes
        run.conversation = list(request.messages)
        state = ResearchState(
            run, request.research or ResearchOptions(), services, request.as_of or services.clock.now()
        )
        state.model_routes = tuple(route for route in routes if route.is_language_model)
        return state

    async def _reserve(self, state: ResearchState) -> None:
        """Raises: OutOfCredit, BudgetSpent, LedgerUnavailable."""
        budgets = [node.budget for node in self._graph.nodes if node.model is not None]
        calls = max(1, sum(budget.model_calls for budget in budgets))
        shape = RunShape(
            input_tokens=sum(budget.tokens for budget in budgets) // calls,
            calls=calls,
            tool_calls=0,
            output_tokens=MOST_OUTPUT_TOKENS,
            built_in_listed=bool(state.run.request.built_in_tools),
            grows=False,
        )
        least = bounded_tokens(state.run.conversation, ())
        await self._services.settlement.reserving.open(state.run, shape, least)

    def _start(self, state: ResearchState) -> RunStarted:
        route = (*state.model_routes, self._services.analyst_route)[0]
        state.run.started = RunStarted(state.run.run_id, int(state.run.created_at), route.upstream_model, "default")
        return state.run.started

    async def _work(self, state: ResearchState) -> None:
        """Raises: the first error of a node, unwrapped."""
        try:
            await self._graph.run(lambda node: run_node(node, state))
            if not state.text:
                raise RunTimeout(f"No answer began within {state.run.request.limits.seconds:g} seconds.")
            state.run.conversation.append(text_message("assistant", state.text))
            state.run.verification = state.verification
        except BaseExceptionGroup as group:
            raise _first_of(group) from None
        finally:
            state.outbox.close()

    def _finished(self, state: ResearchState, cost: Cost) -> RunFinished:
        run = state.run
        estimated = any(spending.is_estimated for spending in run.spendings)
        outcome = ResearchOutcome(
            status="clarification" if state.is_question_back else "success",
            sources=state.numbering.sources(),
            charts=state.charts,
            related_questions=state.related,
            choices=state.clarification.choices if state.clarification is not None else (),
            steps=tuple(state.steps.values()),
        )
        usage = total_usage(run.spendings)
        return RunFinished(
            run.finish_reason,
            usage,
            cost,
            estimated,
            run.limit or state.model_limit,
            state.verification,
            research=outcome,
            receipt=self._services.settlement.receipt(run, cost),
        )


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first: an error of ours before a defect, a cancellation last."""
    leaves: list[BaseException] = []
    for error in group.exceptions:
        leaves.append(_first_of(error) if isinstance(error, BaseExceptionGroup) else error)
    ours = [error for error in leaves if isinstance(error, CryptodeskError)]
    return (ours or leaves)[0]


async def _stop(task: asyncio.Task[None]) -> None:
    """Every branch is over when this returns."""
    if not task.done():
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task
