"""The ledger as `cryptodesk ledger export` tells it, whatever it is kept in, beside the provider's bill."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from bench.proof.part import Figure, ProofError
from bench.proof.server import run_command
from bench.survival.clients import Acknowledged, Clients
from bench.survival.upstream import OUTPUT_USD, BillingUpstream, cost_usd

__all__ = ["read_by_command"]

_MOST_NAMED = 10


async def read_by_command(
    env: Mapping[str, str], folder: Path, clients: Clients, upstream: BillingUpstream
) -> tuple[list[Figure], list[str]]:
    """Figures and faults, by the commands that an operator has. The bill is written to the folder."""
    lines = msgspec.json.decode(await _output(env, "export", "--format", "json"))
    holds = {line["run_id"]: Decimal(line["amount_usd"]) for line in lines if line["kind"] == "hold"}
    charges = {line["run_id"]: Decimal(line["amount_usd"]) for line in lines if line["kind"] == "charge"}
    released = {line["run_id"] for line in lines if line["kind"] == "release"}
    numbers = _numbers(holds, clients.acknowledged)
    faults = [*_lost(clients.acknowledged, charges), *_unheld(set(numbers.values()), upstream)]
    known = {answer.run_id for answer in clients.acknowledged}
    faults += [f"never released: the hold of run {run_id}" for run_id in known & (holds.keys() - released)]
    bill = {run_id: cost_usd(number) for run_id, number in numbers.items() if upstream.billed[number]}
    apart, problems = await _reconcile(env, folder / "bill.csv", bill)
    unsettled = {line["name"] for line in apart if line["ledger_usd"] is None} - known
    faults += [f"unexplained: {line}" for line in apart if line["name"] not in unsettled]
    faults += [*problems, *await _broken_seals(env), *clients.refused]
    figures = [
        Figure("answers that clients have whole", f"{len(known):,}"),
        Figure("holds; not released yet", f"{len(holds):,}; {len(holds.keys() - released):,}"),
        Figure("charged", f"{len(charges):,} runs, {sum(charges.values(), Decimal(0)).normalize():f} USD"),
        Figure("billed by the provider", f"{upstream.billed.total():,} calls"),
        Figure(
            "runs on which bill and ledger are apart; cut down before they were settled",
            f"{len(apart):,}; {len(unsettled):,}",
            "the same",
            len(apart) == len(unsettled),
        ),
        Figure("faults of the books", str(len(faults)), "0", not faults),
    ]
    return figures, faults[:_MOST_NAMED]


def _numbers(holds: Mapping[str, Decimal], acknowledged: list[Acknowledged]) -> dict[str, int]:
    """Which question each run was about: its number is all that tells its hold from another's."""
    answer = next((found for found in acknowledged if found.run_id in holds), None)
    if answer is None:
        raise ProofError("no acknowledged answer was held")
    base = holds[answer.run_id] - answer.number * OUTPUT_USD
    return {run_id: int((amount - base) / OUTPUT_USD) for run_id, amount in holds.items()}


def _lost(acknowledged: list[Acknowledged], charges: Mapping[str, Decimal]) -> list[str]:
    return [
        f"lost: the answer to question {answer.number}, run {answer.run_id}: charged {charges.get(answer.run_id)}"
        for answer in acknowledged
        if not charges.get(answer.run_id) == answer.cost_usd == cost_usd(answer.number)
    ]


def _unheld(held: set[int], upstream: BillingUpstream) -> list[str]:
    return [
        f"question {number} reached the provider without a hold" for number in upstream.billed if number not in held
    ]


async def _reconcile(
    env: Mapping[str, str], path: Path, bill: Mapping[str, Decimal]
) -> tuple[list[dict[str, Any]], list[str]]:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("run_id", "amount"), *bill.items()])
    found = msgspec.json.decode(await _output(env, "reconcile", str(path), "--json"))
    return found["differences"], found["problems"]


async def _broken_seals(env: Mapping[str, str]) -> list[str]:
    books = msgspec.json.decode(await _output(env, "verify", "--json"))["books"]
    return [f"{book['book']}: {book['fault']}" for book in books if book["fault"]]


async def _output(env: Mapping[str, str], *arguments: str) -> bytes:
    code, output, errors = await run_command(env, "ledger", *arguments)
    if code not in (0, 1) or not output.strip():
        said = errors.decode(errors="replace")[-300:]
        raise ProofError(f"`cryptodesk ledger {arguments[0]}` ended with {code}: {said}")
    return output
