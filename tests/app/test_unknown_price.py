"""A model whose price nobody knows, served because the operator said so: marked everywhere, 0 nowhere."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from cryptodesk.app.desk import Desk
from cryptodesk.core.errors import ModelNotFound
from cryptodesk.core.events import RunFold
from cryptodesk.settings import load_settings

HOUSE = '[models.house]\nprovider = "scripted"\nupstream_model = "plain"\nprice = "nobody-knows"\n'


async def answered(home: Path, unknown_price: str, *, stream: bool = False) -> tuple[RunFold, list[tuple[str, str]]]:
    (home / "models.toml").write_text(HOUSE, encoding="utf-8")
    settings = load_settings(
        home=home, data="snapshot", scripted_models=True, unknown_price=unknown_price, default_model="house"
    )
    fold = RunFold()
    async with Desk(settings) as desk:
        asked = structs.replace(desk.question("hi"), stream=stream)
        async for batch in desk.engine.run(asked):
            for event in batch:
                fold.add(event)
        entries = [(str(entry.amount_usd), entry.price_version) for entry in desk.ledger.entries()]
    return fold, entries


async def test_it_is_refused_by_default_and_nothing_is_charged(tmp_path: Path) -> None:
    fold, entries = await answered(tmp_path, "refuse")
    assert fold.failed is not None
    error = fold.failed.error
    assert isinstance(error, ModelNotFound)
    assert error.hint == "no price known: prices have no entry 'nobody-knows' in force"
    assert entries == []


async def test_marked_its_cost_is_no_number_in_the_answer_and_in_every_line_of_the_ledger(tmp_path: Path) -> None:
    for number, stream in enumerate((True, False), 1):
        fold, entries = await answered(tmp_path, "mark", stream=stream)
        assert fold.finished is not None
        assert fold.text
        assert not fold.finished.cost.is_known
        # the charge, and the surcharge for the built-ins that are on offer
        assert entries == [("NaN", "unknown: nobody-knows")] * 2 * number
