"""Random byte mutations of valid requests, of every route that the server has."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from itertools import count
from random import Random

from bench.proof.books import operators_view
from bench.proof.mutating.judging import fault_of
from bench.proof.mutating.mutations import encode, mutated
from bench.proof.mutating.seeds import Seed, seeds_of
from bench.proof.mutating.wire import Line, Unanswered
from bench.proof.part import Amount, Effort, Figure, Outcome, Part, ProofError
from bench.proof.server import ServerProcess, desk_environment, resident_kb, servers
from bench.survival.drive import KEY
from bench.targets import ROOT

__all__ = ["PART"]

_LINES = 12
_ANSWER_SECONDS = 20.0
_MOST_FAULTS = 5
_SECRET = "sk-upstream-of-the-proof-5d1f"  # noqa: S105 - of nobody
_DESCRIPTION = Seed("GET", "/openapi.json", "/openapi.json", 0, ("Host: 127.0.0.1",), b"")


async def _run(effort: Effort) -> Outcome:
    env = desk_environment(
        effort.folder,
        CRYPTODESK_SCRIPTED_MODELS="true",
        CRYPTODESK_RESEARCH_MODEL="scripted-research_lazy",
        CRYPTODESK_RECORDING="off",
        CRYPTODESK_HEADER_SECONDS="0.2",
        CRYPTODESK_BODY_SECONDS="0.2",
        CRYPTODESK_DRAIN_SECONDS="1",
        ANTHROPIC_API_KEY=_SECRET,
    )
    async with servers(1, env, effort.folder) as (server,):
        storm = _Storm(server, effort)
        seeds = await storm.seeds()
        for name, found in seeds.items():
            await storm.hit(name, found)
        answer = await Line(_port(server)).ask(encode(_DESCRIPTION), _ANSWER_SECONDS, anew=True)
        faults = [*storm.faults, *server.defects()[:_MOST_FAULTS]]
        whole_kb, _ = resident_kb(server.pid)
        code = await server.stop()
    faults += [] if answer.status == 200 else [f"afterwards the server says {answer.status}"]
    faults += [f"the server ended with {code}"] if code else []
    faults += await operators_view(effort.folder)
    return Outcome(storm.figures(whole_kb), faults, how=_how(storm))


def _how(storm: _Storm) -> str:
    return (
        f"one to six random changes of bytes each; four in five of the body with its length put right, the others of "
        f"any byte of the request; {_LINES} connections, seed {storm.seed}"
    )


def _port(server: ServerProcess) -> int:
    if server.port is None or server.is_over:
        raise ProofError("the server is gone")
    return server.port


class _Storm:
    def __init__(self, server: ServerProcess, effort: Effort) -> None:
        self.faults: list[str] = []
        self.seed = effort.seed
        self._server = server
        self._effort = effort
        self._statuses: Counter[int] = Counter()
        self._done: Counter[str] = Counter()
        self._hung = self._unanswered = self._wrong = 0
        self._secrets = tuple(text.encode() for text in (KEY, _SECRET, str(effort.folder), str(ROOT)))

    async def seeds(self) -> dict[str, list[Seed]]:
        """Of every route that the server says it has; each as it is must be answered well."""
        line = Line(_port(self._server))
        found = seeds_of(json.loads((await line.ask(encode(_DESCRIPTION), _ANSWER_SECONDS, anew=True)).body))
        for name, seeds in found.items():
            for seed in seeds:
                answer = await line.ask(encode(seed), _ANSWER_SECONDS, anew=True)
                fault = fault_of(seed.route, answer, is_framed=True, secrets=self._secrets)
                if fault is None and seed.body and answer.status >= 400 and "{" not in seed.route:
                    fault = f"{answer.status}: {answer.body[:200]!r}"
                if fault is not None:
                    self.faults.append(f"{name} as it should be: {fault}")
        return found

    async def hit(self, name: str, seeds: list[Seed]) -> None:
        """Until the count is done, or the seconds for one route are over."""
        numbers = count()
        began = asyncio.get_running_loop().time()
        over_at = began + self._effort.seconds

        async def drive(lane: int) -> None:
            line = Line(_port(self._server))
            while (number := next(numbers)) < self._effort.count:
                if asyncio.get_running_loop().time() > over_at:
                    break
                await self._one(line, name, seeds[number % len(seeds)], number)
            await line.close()

        await asyncio.gather(*map(drive, range(_LINES)))
        self._effort.say(f"{name}: {self._done[name]:,} in {asyncio.get_running_loop().time() - began:.1f} s")

    async def _one(self, line: Line, name: str, seed: Seed, number: int) -> None:
        sent = mutated(seed, Random(f"{self.seed} {name} {number}"))
        self._done[name] += 1
        fault: str | None = None
        try:
            answer = await line.ask(sent.data, _ANSWER_SECONDS, anew=not sent.is_framed)
        except TimeoutError:
            self._hung += 1
            fault = f"no answer within {_ANSWER_SECONDS:g} s"
        except Unanswered as error:
            _port(self._server)
            self._unanswered += 1
            fault = f"no answer: {error}" if sent.is_framed else None
        except (ValueError, asyncio.LimitOverrunError) as error:
            fault = str(error)
        else:
            self._statuses[answer.status] += 1
            fault = fault_of(seed.route, answer, is_framed=sent.is_framed, secrets=self._secrets)
        if fault is not None:
            self._wrong += 1
            if self._wrong <= _MOST_FAULTS:
                self.faults.append(f"{name}, mutation {number}: {fault} to {sent.data[:2_000]!r}")

    def figures(self, whole_kb: int) -> list[Figure]:
        fewest = min(self._done.values())
        by_status = ", ".join(f"{status}: {number:,}" for status, number in sorted(self._statuses.items()))
        return [
            Figure("routes", str(len(self._done))),
            Figure("mutations of each", f"{fewest:,} at least, {self._done.total():,} in all"),
            Figure("answers by status", by_status),
            Figure("closed without an answer, where the request was no whole HTTP any more", f"{self._unanswered:,}"),
            Figure("hung", str(self._hung), "0", not self._hung),
            Figure(
                "answers that were wrong in form, 5xx, or told what they must not",
                str(self._wrong),
                "0",
                not self._wrong,
            ),
            Figure("resident memory afterwards", f"{whole_kb / 1e3:.0f} MB"),
        ]


PART = Part(
    title="Mutated requests",
    does="Valid requests of every route are mutated by random bytes. Each must get a right answer or an error in its "
    "dialect's words: no 500, no hang, no path or key.",
    counts="mutations of each route",
    long=Amount(10_000, 150, 7_200),
    short=Amount(12, 10, 110),
    run=_run,
)
