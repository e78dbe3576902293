from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from cryptodesk.catalog._published import PublishedPrices
from cryptodesk.catalog._toml import CatalogError
from cryptodesk.catalog.models import load_models
from cryptodesk.catalog.prices import PriceTable, load_prices
from cryptodesk.core.generation import ModelPrice, PriceTier

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


def test_every_shipped_model_has_an_entry_or_names_a_published_price() -> None:
    named = {entry.price for entry in load_models().models.values()}
    assert all("/" in name for name in named - set(load_prices().names))


def test_every_shipped_model_has_a_price_in_force() -> None:
    pytest.importorskip("genai_prices", reason="the published prices are not installed")
    prices, now = load_prices(), datetime(2026, 11, 22, 12, tzinfo=UTC)
    named = {entry.price for entry in load_models().models.values() if "*" not in entry.price}
    assert [name for name in sorted(named) if prices.find(name, now) is None] == []


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
    assert prices.next_change("other", NOW) == datetime(2027, 2, 1, tzinfo=UTC)
    assert prices.next_change("house", NOW) == datetime(2027, 3, 1, tzinfo=UTC)
    assert prices.next_change("house", datetime(2027, 3, 1, tzinfo=UTC)) is None
    assert prices.next_change("nobody", NOW) is None


def test_the_operators_entry_wins_on_the_same_date_and_leaves_other_dates(tmp_path: Path) -> None:
    prices = load_prices(written(tmp_path, entry("gpt-5.1", "2025-11-13") + entry("gpt-5.1", "2026-08-01")))
    old, new = prices.find("gpt-5.1", datetime(2026, 1, 1, tzinfo=UTC)), prices.find("gpt-5.1", NOW)
    assert old is not None
    assert new is not None
    assert (old.version, old.output_usd) == ("gpt-5.1@2025-11-13", Decimal(2))
    assert new.version == "gpt-5.1@2026-08-01"


def test_an_empty_table_knows_nothing() -> None:
    assert PriceTable({}).find("x", NOW) is None
    assert PriceTable({}).next_change("x", NOW) is None


WEEK = (
    '[[prices]]\nname = "v/m"\neffective = 2026-01-01\ninput_usd = "1"\noutput_usd = "2"\nsource = "x"\n'
    '[[prices]]\nname = "v/m"\neffective = 2026-01-01\ninput_usd = "3"\noutput_usd = "6"\nsource = "x"\n'
    'hours = ["mon-fri 01:00-04:00"]\n'
)


def test_a_price_of_some_hours_holds_in_them_alone(tmp_path: Path) -> None:
    prices = load_prices(written(tmp_path, WEEK))

    def found(day: int, hour: int) -> tuple[str, Decimal]:
        price = prices.find("v/m", datetime(2026, 9, day, hour, tzinfo=UTC))
        assert price is not None
        return price.version, price.input_usd

    friday, saturday = 25, 26
    assert found(friday, 0) == ("v/m@2026-01-01", Decimal(1))
    assert found(friday, 1) == ("v/m@2026-01-01 mon-fri 01:00-04:00 UTC", Decimal(3))
    assert found(friday, 4) == ("v/m@2026-01-01", Decimal(1))
    assert found(saturday, 2) == ("v/m@2026-01-01", Decimal(1))
    assert prices.next_change("v/m", datetime(2026, 9, friday, 2, tzinfo=UTC)) == datetime(2026, 9, 25, 4, tzinfo=UTC)


def test_what_an_operator_says_of_a_day_replaces_all_that_is_shipped_of_it(tmp_path: Path) -> None:
    own = entry("deepseek/deepseek-flash", "2026-09-10", '"9"')
    prices = load_prices(written(tmp_path, own))
    peak = datetime(2026, 9, 25, 2, tzinfo=UTC)
    shipped, his = load_prices().find("deepseek/deepseek-flash", peak), prices.find("deepseek/deepseek-flash", peak)
    assert shipped is not None
    assert his is not None
    assert (shipped.output_usd, his.output_usd) == (Decimal("1.2"), Decimal(9))


def test_a_tier_changes_what_it_says_and_keeps_the_rest(tmp_path: Path) -> None:
    text = entry() + 'cache_write_usd = "1.25"\ntiers = [{ above_input_tokens = 1000, input_usd = "2" }]\n'
    price = load_prices(written(tmp_path, text)).find("house", NOW)
    assert price is not None
    tier = PriceTier(1000, Decimal(2), Decimal("0.5"), Decimal(2), Decimal("1.25"))
    assert price.tiers == (tier,)
    assert price.rates(1000) is price
    assert price.rates(1001) == tier


def test_without_a_cache_rate_cached_input_costs_what_input_costs(tmp_path: Path) -> None:
    text = entry().replace('cache_read_usd = "0.5"\n', "") + 'tiers = [{ above_input_tokens = 9, input_usd = "7" }]\n'
    price = load_prices(written(tmp_path, text)).find("house", NOW)
    assert price is not None
    assert (price.cache_read_usd, price.tiers[0].cache_read_usd) == (Decimal(1), Decimal(7))
    assert (price.cache_write_usd, price.reasoning_usd) == (None, None)


class Published:
    """Stands in for the published prices; says how often it was read."""

    def __init__(self) -> None:
        self.reads = 0

    def load(self) -> PublishedPrices:
        self.reads += 1
        rates = SimpleNamespace(input_mtok=Decimal(5), output_mtok=Decimal(6))
        model = SimpleNamespace(id="m", match=SimpleNamespace(), prices=rates)
        return PublishedPrices("9.9", [SimpleNamespace(id="v", models=[model])])


def test_a_name_without_an_entry_is_looked_up_among_the_published_prices_once_they_are_needed() -> None:
    published = Published()
    prices = load_prices(load_published=published.load)
    assert prices.find("gpt-5.1", NOW) is not None
    assert prices.find("gpt-99", NOW) is None
    assert published.reads == 0
    found = prices.find("v/m", NOW)
    assert found is not None
    assert (found.version, found.input_usd) == ("genai-prices 9.9: v/m", Decimal(5))
    assert prices.find("v/other", NOW) is None
    assert published.reads == 1


def test_an_entry_goes_before_the_published_price_of_its_name_from_its_date_on(tmp_path: Path) -> None:
    prices = load_prices(written(tmp_path, entry("v/m", "2026-09-01")), Published().load)
    before, since = prices.find("v/m", datetime(2026, 8, 31, 23, tzinfo=UTC)), prices.find("v/m", NOW)
    assert before is not None
    assert since is not None
    assert (before.version, since.version) == ("genai-prices 9.9: v/m", "v/m@2026-09-01")
    assert prices.next_change("v/m", datetime(2026, 8, 31, tzinfo=UTC)) == datetime(2026, 9, 1, tzinfo=UTC)


def test_without_the_package_there_are_entries_alone() -> None:
    prices = load_prices(load_published=lambda: None)
    assert prices.find("openai/gpt-5.2", NOW) is None
    assert prices.next_change("openai/gpt-5.2", NOW) is None
    assert prices.find("gpt-5.1", NOW) is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (entry() + 'hours = ["at night"]\n', "house@2026-01-01: hours: 'at night': expected hours in UTC such as"),
        (
            entry() + "tiers = [{ above_input_tokens = 9 }, { above_input_tokens = 9 }]\n",
            "house@2026-01-01: tiers: above_input_tokens must rise",
        ),
        (entry() + "tiers = [{ above_input_tokens = 0 }]\n", "tiers: above_input_tokens must rise"),
        (
            entry() + 'tiers = [{ above_input_tokens = 9, input_usd = "-1" }]\n',
            "tiers: input_usd: '-1' is not an amount",
        ),
        (entry() + 'reasoning_usd = "x"\n', "house@2026-01-01: reasoning_usd: 'x' is not a decimal number"),
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


def test_the_documented_entries_load_as_written(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "money.md").read_text(encoding="utf-8")
    written_there = page.partition("```toml\n")[2].partition("```")[0]
    prices = load_prices(written(tmp_path, written_there))
    contract = prices.find("openai/gpt-5.2", datetime(2026, 12, 7, 7, tzinfo=UTC))  # Monday
    at_night = prices.find("openai/gpt-5.2", datetime(2026, 12, 7, 5, tzinfo=UTC))
    assert contract is not None
    assert at_night is not None
    assert (contract.input_usd, contract.rates(200_001).output_usd) == (Decimal("1.5"), Decimal(18))
    assert at_night.input_usd == Decimal(1)
