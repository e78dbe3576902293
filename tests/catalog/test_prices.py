from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cryptodesk.catalog._toml import CatalogError
from cryptodesk.catalog.models import load_models
from cryptodesk.catalog.prices import PriceTable, load_prices
from cryptodesk.core.generation import ModelPrice

NOW = datetime(2026, 9, 24, 12, tzinfo=UTC)


def written(folder: Path, text: str) -> Path:
    path = folder / "own-prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def entry(name: str = "house", effective: str = "2026-01-01", output_usd: str = '"2"', source: str = '"x"') -> str:
    return (
        f'[[prices]]\nname = "{name}"\neffective = {effective}\ninput_usd = "1"\ncache_read_usd = "0.5"\n'
        f"output_usd = {output_usd}\nsource = {source}\n"
    )


def test_gpt_5_1_has_its_list_price() -> None:
    assert load_prices().find("gpt-5.1", NOW) == ModelPrice(
        "gpt-5.1@2025-11-13", Decimal("1.25"), Decimal("0.125"), Decimal("10")
    )


def test_the_analyst_is_free() -> None:
    price = load_prices().find("cryptodesk-analyst", NOW)
    assert price is not None
    assert (price.input_usd, price.cache_read_usd, price.output_usd) == (0, 0, 0)


def test_scripted_models_cost_what_gpt_5_1_costs() -> None:
    scripted, real = load_prices().find("scripted", NOW), load_prices().find("gpt-5.1", NOW)
    assert scripted is not None
    assert real is not None
    assert scripted.version != real.version
    assert (scripted.input_usd, scripted.cache_read_usd, scripted.output_usd) == (
        real.input_usd,
        real.cache_read_usd,
        real.output_usd,
    )


def test_every_shipped_model_has_a_price() -> None:
    assert {entry.price for entry in load_models().models.values()} <= set(load_prices().names)


def test_an_unknown_name_has_no_price_rather_than_none_to_pay() -> None:
    assert load_prices().find("gpt-99", NOW) is None


def test_a_price_holds_from_the_first_moment_of_its_day_until_the_next(tmp_path: Path) -> None:
    prices = load_prices(written(tmp_path, entry() + entry(effective="2026-07-01", output_usd='"3"')))

    def version(*moment: int) -> str | None:
        found = prices.find("house", datetime(*moment, tzinfo=UTC))  # type: ignore[arg-type, misc]
        return found and found.version

    assert version(2025, 12, 31, 23, 59, 59) is None
    assert version(2026, 1, 1) == "house@2026-01-01"
    assert version(2026, 6, 30, 23, 59, 59) == "house@2026-01-01"
    assert version(2026, 7, 1) == "house@2026-07-01"
    assert version(2030, 1, 1) == "house@2026-07-01"


def test_the_order_in_the_file_does_not_matter(tmp_path: Path) -> None:
    prices = load_prices(written(tmp_path, entry(effective="2026-07-01") + entry()))
    found = prices.find("house", NOW)
    assert found is not None
    assert found.version == "house@2026-07-01"


def test_the_next_change_is_the_first_entry_still_to_come(tmp_path: Path) -> None:
    prices = load_prices(written(tmp_path, entry(effective="2027-03-01") + entry("other", "2027-02-01")))
    assert prices.next_change(NOW) == datetime(2027, 2, 1, tzinfo=UTC)
    assert prices.next_change(datetime(2027, 2, 1, tzinfo=UTC)) == datetime(2027, 3, 1, tzinfo=UTC)
    assert prices.next_change(datetime(2027, 3, 1, tzinfo=UTC)) is None


def test_the_operators_entry_wins_on_the_same_date_and_leaves_other_dates(tmp_path: Path) -> None:
    prices = load_prices(written(tmp_path, entry("gpt-5.1", "2025-11-13") + entry("gpt-5.1", "2026-08-01")))
    old, new = prices.find("gpt-5.1", datetime(2026, 1, 1, tzinfo=UTC)), prices.find("gpt-5.1", NOW)
    assert old is not None
    assert new is not None
    assert (old.version, old.output_usd) == ("gpt-5.1@2025-11-13", Decimal(2))
    assert new.version == "gpt-5.1@2026-08-01"


def test_an_empty_table_knows_nothing() -> None:
    assert PriceTable({}).find("x", NOW) is None
    assert PriceTable({}).next_change(NOW) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (entry(output_usd="2.5"), "prices entry 1: output_usd: Expected `str`, got `float`"),
        (entry(output_usd='"two"'), "house@2026-01-01: output_usd: 'two' is not a decimal number"),
        (entry(output_usd='"-1"'), "house@2026-01-01: output_usd: '-1' is not an amount of money"),
        (entry(output_usd='"NaN"'), "output_usd: 'NaN' is not an amount of money"),
        (entry(output_usd='"Infinity"'), "output_usd: 'Infinity' is not an amount of money"),
        (entry(effective='"soon"'), "prices entry 1: effective: Invalid RFC3339 encoded date"),
        (entry() + entry(), "house@2026-01-01: effective: this name and date stand twice"),
        (entry() + "inputs = 3\n", "prices entry 1: Object contains unknown field `inputs`"),
        ('[[prices]]\nname = "x"\n', "prices entry 1: Object missing required field `effective`"),
        ("prices = 3\n", "prices: expected entries under [[prices]]"),
        ("[[costs]]\n", "unknown table 'costs'; known are prices"),
        ("[[prices]\n", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_file_entry_and_field(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(CatalogError) as caught:
        load_prices(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"nowhere\.toml: cannot be read"):
        load_prices(tmp_path / "nowhere.toml")
