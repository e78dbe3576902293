"""Every fault against the shipped catalogue: the contract is kept, the page says so, and nobody's ledger is touched."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import SecretStr

from cryptodesk.app.desk import Desk
from cryptodesk.catalog.models import load_models
from cryptodesk.drills import FAULTS, DrillReport, fault_names, run_drills
from cryptodesk.drills.deployment import deployed
from cryptodesk.drills.surroundings import FullDisk
from cryptodesk.ledger.pricing import PriceBook
from cryptodesk.settings import Settings

pytestmark = pytest.mark.xdist_group("drills")

SCRIPT = Path(__file__).parents[2] / "scripts" / "write_drills.py"
WIRES = {"openai_wire", "anthropic_wire", "gemini_wire"}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_drills", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def report(script: ModuleType) -> DrillReport:
    found: DrillReport = script.play_all()
    return found


def settings(home: Path, **fields: object) -> Settings:
    return Settings(home=home, data="snapshot", **fields)  # type: ignore[arg-type]


def test_every_fault_keeps_the_contract_through_every_way_in(report: DrillReport) -> None:
    broken = [(row.fault, row.way, row.wire, row.at, row.saw, row.breaches) for row in report.rows if not row.is_kept]
    assert (broken, report.books) == ([], ())


def test_every_fault_was_played_on_every_wire_and_through_every_dialect(report: DrillReport) -> None:
    assert tuple(dict.fromkeys(row.fault for row in report.rows)) == fault_names()
    for fault in FAULTS:
        rows = [row for row in report.rows if row.fault == fault.name]
        assert {row.wire for row in rows} == WIRES
        ways = {row.way for row in rows}
        assert {"cmc", "messari_v1", "messari_v2", "messari_openai", "messari_vercel"} <= ways


def test_a_stream_is_cut_after_each_of_its_frames(report: DrillReport) -> None:
    for wire, frames in (("openai_wire", 10), ("anthropic_wire", 12), ("gemini_wire", 7)):
        cuts = [row.at for row in report.rows if (row.fault, row.way, row.wire) == ("cut", "cmc", wire)]
        assert cuts == list(range(frames + 1))


def test_the_page_has_the_table_that_was_found(report: DrillReport, script: ModuleType) -> None:
    page = script.PAGE.read_text("utf-8")
    assert script.rewritten(page, report) == page, "run python scripts/write_drills.py"


async def test_the_operators_folder_is_not_touched_and_the_drills_is_gone(tmp_path: Path) -> None:
    home = tmp_path / "own"
    own = settings(home, database_url=SecretStr("postgresql://own:secret@127.0.0.1:1/desk"))
    async with deployed(own) as deployment:
        assert deployment.desk.settings.database_url is None
        drilled = deployment.desk.settings.home
        assert drilled.is_dir()
        assert deployment.desk.database.path.is_relative_to(drilled)
    assert not drilled.exists()
    assert not home.exists()


async def test_no_key_and_no_address_of_the_operator_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    async with deployed(settings(tmp_path)) as deployment:
        drilled = deployment.desk.settings
        table = load_models(drilled.own_models_file)
    assert table.variables == ()
    assert drilled.variables(("OPENAI_API_KEY",)) == {"OPENAI_API_KEY": "sk-canary"}, "the test would see nothing"
    for entry in table.providers.values():
        assert (entry.base_url or "http://127.0.0.1:").startswith("http://127.0.0.1:")
        assert "127.0.0.1:1/" not in entry.base_url


async def test_each_row_is_told_as_it_is_done(tmp_path: Path) -> None:
    told: list[object] = []
    found = await run_drills(settings(tmp_path), ["html_answer"], told.append)
    assert {id(row) for row in told} == {id(row) for row in found.rows}


async def test_the_operators_own_models_and_prices_are_drilled(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text(
        '[providers.rack]\nkind = "openai_wire"\nbase_url = "http://10.0.0.7:8000/v1"\napi_key_env = "RACK_API_KEY"\n'
        '[models."house \\"model\\""]\nprovider = "rack"\nupstream_model = "qwen"\nprice = "house"\n'
        "profile = { structured_output = 'none' }\n"
    )
    (tmp_path / "prices.toml").write_text(
        '[[prices]]\nname = "house"\neffective = 2020-01-01\ninput_usd = "3"\ncache_read_usd = "1"\noutput_usd = "7"\n'
        'source = "ours"\n'
    )
    own = settings(tmp_path, default_model='house "model"')
    found = await run_drills(own, ["split_utf8"])
    row = next(row for row in found.rows if (row.way, row.wire) == ("cmc", "openai_wire"))
    # 80 fresh, 20 cached and 17 written tokens.
    assert (row.model_id, str(row.charged_usd), row.breaches) == ('house "model"', "0.000379", ())


async def test_a_catalogue_without_any_wire_has_nothing_to_drill(tmp_path: Path) -> None:
    names = ("openai", "anthropic", "google", "deepseek", "zai", "openrouter", "local")
    (tmp_path / "models.toml").write_text("".join(f"[providers.{name}]\nenabled = false\n" for name in names))
    with pytest.raises(LookupError, match="nothing to drill"):
        await run_drills(settings(tmp_path), ["html_answer"])


async def test_a_desk_that_charges_wrongly_breaks_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = PriceBook.cost

    def wrong(self: PriceBook, *arguments: object, **more: object) -> object:
        cost = right(self, *arguments, **more)  # type: ignore[arg-type]
        return type(cost)(cost.tokens_usd * 2, cost.surcharge_usd)

    monkeypatch.setattr(PriceBook, "cost", wrong)
    found = await run_drills(settings(tmp_path), ["slow_first_token"])
    assert not found.is_kept
    assert all("where the provider reported" in " ".join(row.breaches) for row in found.rows)


async def test_a_disk_that_is_full_takes_no_row_and_one_that_is_freed_does(tmp_path: Path) -> None:
    async with Desk(settings(tmp_path)) as desk:
        disk = FullDisk(desk)
        await disk.fill()
        rows = desk.database.read("SELECT count(*) FROM ledger_holds")
        await disk.fill()
        assert desk.database.read("SELECT count(*) FROM ledger_holds") == rows
        await disk.free()
        await desk.holds.reserve(disk._wanted())
