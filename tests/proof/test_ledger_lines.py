"""The books as an operator's commands tell them: good ones pass, and each kind of loss is named."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bench.proof import ledger_lines
from bench.proof.part import ProofError
from bench.survival.clients import Acknowledged
from bench.survival.upstream import OUTPUT_USD, cost_usd

READING = Decimal("0.0004")


class Books:
    """A ledger as `export`, `reconcile` and `verify` would tell it."""

    def __init__(self) -> None:
        self.lines: list[dict[str, str]] = []
        self.fault: str | None = None
        self.problems: list[str] = []

    def hold(self, number: int) -> None:
        self._add(number, "hold", READING + number * OUTPUT_USD)

    def answer(self, number: int) -> None:
        self.hold(number)
        self._add(number, "charge", cost_usd(number))
        self._add(number, "release", -READING)

    def _add(self, number: int, kind: str, amount: Decimal) -> None:
        self.lines.append({"run_id": f"r{number}", "kind": kind, "amount_usd": str(amount)})

    async def run(self, env: Mapping[str, str], *arguments: str) -> tuple[int, bytes, bytes]:
        return 0, json.dumps(self._told(arguments)).encode(), b""

    def _told(self, arguments: tuple[str, ...]) -> Any:
        if arguments[1] == "export":
            return self.lines
        if arguments[1] == "verify":
            return {"books": [{"book": "entries", "fault": self.fault}]}
        with open(arguments[2], newline="") as file:
            bill = {row["run_id"]: Decimal(row["amount"]) for row in csv.DictReader(file)}
        ours = {line["run_id"]: Decimal(line["amount_usd"]) for line in self.lines if line["kind"] == "charge"}
        apart = [name for name in {**ours, **bill} if ours.get(name) != bill.get(name)]
        told = [{"name": name, "ledger_usd": str(ours[name]) if name in ours else None} for name in apart]
        return {"problems": self.problems, "differences": told}


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    found = Books()
    monkeypatch.setattr(ledger_lines, "run_command", found.run)
    return found


async def faults_of(folder: Path, answered: tuple[int, ...], billed: tuple[int, ...]) -> list[str]:
    acknowledged = [Acknowledged(number, f"r{number}", cost_usd(number)) for number in answered]
    clients = SimpleNamespace(acknowledged=acknowledged, refused=[])
    upstream = SimpleNamespace(billed=Counter(billed))
    return (await ledger_lines.read_by_command({}, folder, clients, upstream))[1]  # type: ignore[arg-type]


async def test_good_books_pass_with_a_run_that_was_cut_down(books: Books, tmp_path: Path) -> None:
    books.answer(100)
    books.hold(101)
    assert await faults_of(tmp_path, (100,), (100, 101)) == []


async def test_a_lost_charge_is_named(books: Books, tmp_path: Path) -> None:
    books.answer(100)
    books.hold(101)
    faults = await faults_of(tmp_path, (100, 101), (100, 101))
    assert faults[0] == "lost: the answer to question 101, run r101: charged None"
    assert "never released: the hold of run r101" in faults


async def test_what_reached_the_provider_unheld_is_named(books: Books, tmp_path: Path) -> None:
    books.answer(100)
    assert await faults_of(tmp_path, (100,), (100, 777)) == ["question 777 reached the provider without a hold"]


async def test_a_charge_that_nobody_bills_is_named(books: Books, tmp_path: Path) -> None:
    books.answer(100)
    books.answer(101)
    (fault,) = await faults_of(tmp_path, (100,), (100,))
    assert fault.startswith("unexplained: {'name': 'r101'")


async def test_problems_and_broken_seals_are_named(books: Books, tmp_path: Path) -> None:
    books.answer(100)
    books.problems, books.fault = ["the stored answer x has no charge"], "the entry at position 1"
    assert await faults_of(tmp_path, (100,), (100,)) == [
        "the stored answer x has no charge",
        "entries: the entry at position 1",
    ]


async def test_books_without_any_answer_prove_nothing(books: Books, tmp_path: Path) -> None:
    with pytest.raises(ProofError, match="no acknowledged answer was held"):
        await faults_of(tmp_path, (), ())
