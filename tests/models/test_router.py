from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import structs

import cryptodesk.models as models_package
from cryptodesk.catalog._published import PublishedPrices
from cryptodesk.catalog.models import CatalogError, ModelProfile, load_models
from cryptodesk.catalog.prices import load_prices
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.discover import discover
from cryptodesk.core.errors import ModelNotFound
from cryptodesk.core.ports import ModelCatalog
from cryptodesk.models import scripted
from cryptodesk.models._kinds import ProviderConfig, ProviderKind, ProviderServices
from cryptodesk.models._router import ModelRouter
from cryptodesk.models.openai_wire._provider import OpenAIWireProvider

NOW = datetime(2026, 9, 24, 12, tzinfo=UTC)
DOCUMENTED = "cmc-ai-v1-gpt-5.1"
KEY = {"OPENAI_API_KEY": "sk-secret"}
LOCAL = {"CRYPTODESK_LOCAL_BASE_URL": "http://127.0.0.1:11434/v1"}


class Recorder:
    """Stands in for the kinds: keeps what each instance was built with."""

    def __init__(self) -> None:
        self.built: dict[str, ProviderConfig] = {}

    def build(self, config: ProviderConfig) -> Any:
        self.built[config.name] = config
        return scripted.ScriptedProvider(config.name)

    @property
    def kinds(self) -> dict[str, ProviderKind]:
        found = discover(models_package, "PROVIDER")
        return {name: structs.replace(kind, build=self.build) for name, kind in found.items()}


def router(
    variables: dict[str, str] | None = None,
    *,
    recorder: Recorder | None = None,
    clock: FixedClock | None = None,
    models_file: Path | None = None,
    prices_file: Path | None = None,
    **options: Any,
) -> ModelRouter:
    return ModelRouter(
        load_models(models_file),
        load_prices(prices_file),
        services=ProviderServices(clock or FixedClock(NOW)),
        variables=variables or {},
        kinds=(recorder or Recorder()).kinds,
        **options,
    )


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def missing(found: ModelRouter, model_id: str) -> ModelNotFound:
    with pytest.raises(ModelNotFound) as caught:
        found.resolve(model_id)
    assert caught.value.message == f"The model `{model_id}` does not exist or you do not have access to it."
    assert caught.value.model_id == model_id
    return caught.value


def served_by(found: ModelRouter, model_id: str) -> list[str]:
    return [f"{route.provider}:{route.upstream_model}" for route in found.resolve(model_id)]


def test_with_a_key_the_vendor_comes_first_and_the_analyst_after_it() -> None:
    routes = router(KEY).resolve(DOCUMENTED)
    assert served_by(router(KEY), DOCUMENTED) == ["openai:gpt-5.1", "analyst:cryptodesk-analyst-1"]
    assert [route.price.version for route in routes] == ["gpt-5.1@2025-11-13", "cryptodesk-analyst@2020-01-01"]
    assert [route.model_id for route in routes] == [DOCUMENTED, DOCUMENTED]
    assert [route.max_output_tokens for route in routes] == [128_000, None]


@pytest.mark.parametrize("variables", [{}, {"OPENAI_API_KEY": ""}])
def test_without_a_key_the_analyst_serves(variables: dict[str, str]) -> None:
    assert served_by(router(variables), DOCUMENTED) == ["analyst:cryptodesk-analyst-1"]


def test_without_a_key_and_without_fallback_the_hint_names_what_to_set() -> None:
    error = missing(router(fallback_enabled=False), DOCUMENTED)
    assert error.hint == "provider 'openai' is not configured: set OPENAI_API_KEY"


def test_with_a_key_and_without_fallback_only_the_vendor_is_tried() -> None:
    assert served_by(router(KEY, fallback_enabled=False), DOCUMENTED) == ["openai:gpt-5.1"]


@pytest.mark.parametrize("model_id", ["gpt-4o", "", "local/", "local", "*", "local/*x"[:6], "scripted-plain"])
def test_an_unknown_id_is_not_found_and_has_no_hint(model_id: str) -> None:
    assert missing(router(KEY), model_id).hint is None


def test_the_analyst_can_be_asked_by_its_own_name_without_fallback() -> None:
    assert served_by(router(fallback_enabled=False), "cryptodesk-analyst") == ["analyst:cryptodesk-analyst-1"]


def test_any_model_of_a_local_server_is_served_under_its_own_name() -> None:
    found = router(LOCAL)
    assert served_by(found, "local/qwen3:8b") == ["local:qwen3:8b"]
    assert served_by(found, "local/org/model") == ["local:org/model"]
    assert found.resolve("local/qwen3:8b")[0].price.version == "local@2020-01-01"


def test_a_local_model_without_a_server_says_what_to_set() -> None:
    hint = missing(router(), "local/qwen3:8b").hint
    assert hint == "provider 'local' is not configured: set CRYPTODESK_LOCAL_BASE_URL"


def test_asking_for_ever_new_names_keeps_nothing() -> None:
    found = router(LOCAL)
    before = len(found._resolved)
    for number in range(100):
        found.resolve(f"local/{number}")
    assert len(found._resolved) == before


def test_an_id_is_resolved_once() -> None:
    found = router(KEY)
    assert found.resolve(DOCUMENTED) is found.resolve(DOCUMENTED)


def test_the_longest_pattern_wins(tmp_path: Path) -> None:
    own = '[models."local/big/*"]\nprovider = "local"\nupstream_model = "big-*-v2"\nprice = "local"\n'
    found = router(LOCAL, models_file=written(tmp_path / "m.toml", own))
    assert served_by(found, "local/big/one") == ["local:big-one-v2"]
    assert served_by(found, "local/small") == ["local:small"]


def test_scripted_models_exist_once_they_are_switched_on() -> None:
    found = router(enabled_providers=["scripted"])
    assert served_by(found, "scripted-plain") == ["scripted:plain"]
    price = found.resolve("scripted-plain")[0].price
    assert (price.input_usd, price.output_usd) == (Decimal("1.25"), Decimal(10))
    assert missing(found, "scripted-nonsense").hint is None
    assert "scripted-tool_call" in found.model_ids


def test_the_list_holds_what_can_be_served_now() -> None:
    assert router().model_ids == (DOCUMENTED, "cryptodesk-analyst")
    assert router(fallback_enabled=False).model_ids == ("cryptodesk-analyst",)


def test_providers_are_built_with_what_the_catalogue_and_the_variables_say() -> None:
    recorder = Recorder()
    router(KEY | LOCAL | {"OPENAI_BASE_URL": "https://proxy.example/v1"}, recorder=recorder)
    openai, local = recorder.built["openai"], recorder.built["local"]
    assert (openai.base_url, openai.api_key) == ("https://proxy.example/v1", "sk-secret")
    documented = ModelProfile(
        {"minimal": "low"}, temperature_with_reasoning=False, vision=True, reasons_over="responses"
    )
    assert openai.profiles["gpt-5.1"] == documented
    assert "deepseek-flash" not in openai.profiles
    assert (local.base_url, local.api_key) == ("http://127.0.0.1:11434/v1", None)
    assert local.options == {"output_limit_field": "max_tokens"}
    assert openai.services.clock.now() == NOW


def test_only_configured_instances_are_built() -> None:
    recorder = Recorder()
    found = router(recorder=recorder)
    assert set(recorder.built) == {"analyst"}
    assert found.provider("analyst").name == "analyst"
    with pytest.raises(KeyError):
        found.provider("openai")


def test_a_model_without_a_price_is_refused_with_a_hint_and_not_given_away(tmp_path: Path) -> None:
    own = f'[models."{DOCUMENTED}"]\nprice = "gpt-next"\n'
    error = missing(router(KEY, models_file=written(tmp_path / "m.toml", own)), DOCUMENTED)
    assert error.hint == "no price known: prices have no entry 'gpt-next' in force"


def test_a_fallback_without_a_price_is_left_out(tmp_path: Path) -> None:
    own = '[models.cryptodesk-analyst]\nprice = "nobody-knows"\n'
    path = written(tmp_path / "m.toml", own)
    assert served_by(router(KEY, models_file=path), DOCUMENTED) == ["openai:gpt-5.1"]
    assert missing(router(models_file=path), DOCUMENTED).hint == (
        "provider 'openai' is not configured: set OPENAI_API_KEY"
    )


def test_a_price_that_is_not_yet_in_force_is_no_price() -> None:
    error = missing(router(KEY, clock=FixedClock(datetime(2025, 11, 12, 23, 59, tzinfo=UTC))), DOCUMENTED)
    assert error.hint is not None
    assert "no price known" in error.hint


def test_a_new_price_comes_into_force_while_the_server_runs(tmp_path: Path) -> None:
    own = (
        '[[prices]]\nname = "gpt-5.1"\neffective = 2026-10-01\ninput_usd = "1"\ncache_read_usd = "0.1"\n'
        'output_usd = "8"\nsource = "x"\n'
    )
    clock = FixedClock(NOW)
    found = router(KEY, clock=clock, prices_file=written(tmp_path / "p.toml", own))
    clock.moment = datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC)
    assert found.resolve(DOCUMENTED)[0].price.version == "gpt-5.1@2025-11-13"
    clock.moment = datetime(2026, 10, 1, tzinfo=UTC)
    assert found.resolve(DOCUMENTED)[0].price.version == "gpt-5.1@2026-10-01"


def test_an_unknown_kind_is_refused_by_name(tmp_path: Path) -> None:
    path = written(tmp_path / "m.toml", '[providers.odd]\nkind = "telepathy"\n')
    with pytest.raises(CatalogError, match=r"providers\.odd: kind: 'telepathy' is unknown"):
        router(models_file=path)


def test_kinds_are_those_the_package_declares(tmp_path: Path) -> None:
    own = "[providers.analyst]\nenabled = false\n"
    found = ModelRouter(
        load_models(written(tmp_path / "m.toml", own)),
        load_prices(),
        services=ProviderServices(FixedClock(NOW)),
        variables=KEY,
        enabled_providers=["scripted"],
    )
    assert isinstance(found.provider("openai"), OpenAIWireProvider)
    assert isinstance(found.provider("scripted"), scripted.ScriptedProvider)
    assert served_by(found, DOCUMENTED) == ["openai:gpt-5.1"]


async def test_closing_closes_every_provider() -> None:
    closed: list[str] = []

    class Closing(scripted.ScriptedProvider):
        async def close(self) -> None:
            closed.append(self.name)

    names = discover(models_package, "PROVIDER")
    kinds = {name: ProviderKind(name, lambda config: Closing(config.name)) for name in names}
    found = ModelRouter(
        load_models(),
        load_prices(),
        services=ProviderServices(FixedClock(NOW)),
        variables=KEY | LOCAL,
        kinds=kinds,
    )
    await found.close()
    assert sorted(closed) == ["analyst", "local", "openai"]


def test_no_secret_shows_in_a_configuration() -> None:
    recorder = Recorder()
    router(KEY, recorder=recorder)
    assert "sk-secret" not in f"{recorder.built['openai']!r} {recorder.built['openai']}"


def test_the_router_is_the_port_the_engine_knows() -> None:
    catalog: ModelCatalog = router()
    assert catalog.resolve("cryptodesk-analyst")


def published(rate: str = "5") -> PublishedPrices:
    rates = SimpleNamespace(input_mtok=Decimal(rate), output_mtok=Decimal(9))
    night = SimpleNamespace(start_time=time(1), end_time=time(4))
    dear = SimpleNamespace(input_mtok=Decimal(rate) * 2, output_mtok=Decimal(18))
    models = [
        SimpleNamespace(id="vendor/model", match=SimpleNamespace(), prices=rates),
        SimpleNamespace(
            id="by-hour",
            match=SimpleNamespace(),
            prices=[SimpleNamespace(constraint=None, prices=rates), SimpleNamespace(constraint=night, prices=dear)],
        ),
    ]
    return PublishedPrices("9.9", [SimpleNamespace(id=name, models=models) for name in ("openrouter", "v")])


def published_router(variables: dict[str, str], loads: list[int] | None = None, **options: Any) -> ModelRouter:
    def load() -> PublishedPrices:
        if loads is not None:
            loads.append(1)
        return published()

    clock = options.pop("clock", FixedClock(NOW))
    models_file = options.pop("models_file", None)
    return ModelRouter(
        load_models(models_file),
        load_prices(load_published=load),
        services=ProviderServices(clock),
        variables=variables,
        kinds=Recorder().kinds,
        **options,
    )


GATEWAY = {"OPENROUTER_API_KEY": "k"}


def test_a_model_of_a_gateway_has_its_published_price_and_is_charged_as_reported() -> None:
    route = published_router(GATEWAY).resolve("openrouter/vendor/model")[0]
    assert (route.provider, route.upstream_model) == ("openrouter", "vendor/model")
    assert (route.price.input_usd, route.price.as_reported) == (Decimal(5), True)
    assert route.price.version == "as reported, else genai-prices 9.9: openrouter/vendor/model"


def test_a_model_of_a_gateway_without_a_published_price_is_refused() -> None:
    hint = missing(published_router(GATEWAY), "openrouter/vendor/new").hint
    assert hint == "no price known: prices have no entry 'openrouter/vendor/new' in force"


def test_or_it_is_served_and_its_cost_marked_as_unknown() -> None:
    route = published_router(GATEWAY, unknown_price="mark").resolve("openrouter/vendor/new")[0]
    assert not route.price.is_known
    assert route.price.version == "unknown: openrouter/vendor/new unless reported"


def test_a_fallback_may_be_marked_as_well(tmp_path: Path) -> None:
    own = '[models.cryptodesk-analyst]\nprice = "nobody-knows"\n'
    path = written(tmp_path / "m.toml", own)
    routes = published_router(KEY, unknown_price="mark", models_file=path).resolve(DOCUMENTED)
    assert [route.price.is_known for route in routes] == [True, False]


def test_published_prices_are_not_read_for_models_that_nobody_serves() -> None:
    loads: list[int] = []
    found = published_router({}, loads)
    assert found.model_ids == (DOCUMENTED, "cryptodesk-analyst")
    assert found.lacks()
    missing(found, "gpt-5.2")
    assert loads == []
    assert published_router(GATEWAY, loads).resolve("openrouter/vendor/model")
    assert loads == [1]


def test_a_price_by_the_hour_changes_with_the_hour(tmp_path: Path) -> None:
    own = '[models.hourly]\nprovider = "local"\nupstream_model = "h"\nprice = "v/by-hour"\n'
    clock = FixedClock(datetime(2026, 9, 24, 0, 59, 59, tzinfo=UTC))
    found = published_router(LOCAL, clock=clock, models_file=written(tmp_path / "m.toml", own))
    rates = []
    for hour in (0, 1, 3, 4):
        clock.moment = (
            datetime(2026, 9, 24, hour, 59, 59, tzinfo=UTC) if hour == 0 else datetime(2026, 9, 24, hour, tzinfo=UTC)
        )
        rates.append(found.resolve("hourly")[0].price.input_usd)
    assert rates == [Decimal(5), Decimal(10), Decimal(10), Decimal(5)]


def test_the_own_route_is_that_of_the_models_provider_alone() -> None:
    assert router(KEY).resolve_own(DOCUMENTED).provider == "openai"
    with pytest.raises(ModelNotFound) as caught:
        router().resolve_own(DOCUMENTED)
    assert caught.value.hint == "provider 'openai' is not configured: set OPENAI_API_KEY"
    with pytest.raises(ModelNotFound) as caught:
        router().resolve_own("nobody")
    assert caught.value.hint is None
    assert router(LOCAL).resolve_own("local/x").upstream_model == "x"


def test_every_entry_has_a_status_that_says_who_serves_it_or_what_it_lacks() -> None:
    found = {status.model_id: status for status in router(LOCAL).statuses()}
    documented, local, analyst = found[DOCUMENTED], found["local/*"], found["cryptodesk-analyst"]
    assert documented.lack == "provider 'openai' is not configured: set OPENAI_API_KEY"
    assert [route.provider for route in documented.routes] == ["analyst"]
    assert documented.price is not None
    assert (local.lack, local.routes, local.is_pattern) == (None, (), True)
    assert (analyst.lack, analyst.is_pattern) == (None, False)
    assert found["openrouter/*"].lack == "provider 'openrouter' is not configured: set OPENROUTER_API_KEY"
    assert found["openrouter/*"].price is None


def test_what_is_lacking_is_told_by_id() -> None:
    lacks = router(KEY | LOCAL).lacks()
    assert DOCUMENTED not in lacks
    assert "local/*" not in lacks
    assert lacks["deepseek-flash"] == "provider 'deepseek' is not configured: set DEEPSEEK_API_KEY"
    assert lacks["openrouter/*"] == "provider 'openrouter' is not configured: set OPENROUTER_API_KEY"
    assert router(KEY).missing["deepseek"] == "set DEEPSEEK_API_KEY"


HOUSE = '[models.house]\nprovider = "local"\nupstream_model = "h"\nprice = "local"\n'


async def test_other_tables_are_taken_over_and_unchanged_providers_stay(tmp_path: Path) -> None:
    recorder = Recorder()
    found = router(KEY | LOCAL, recorder=recorder)
    openai, local = found.provider("openai"), found.provider("local")
    own = HOUSE + '[providers.openai]\nbase_url = "https://proxy.example/v1"\n'
    await found.reload(load_models(written(tmp_path / "m.toml", own)), load_prices(), KEY | LOCAL)
    assert served_by(found, "house") == ["local:h"]
    assert "house" in found.model_ids
    assert found.provider("openai") is not openai
    assert recorder.built["openai"].base_url == "https://proxy.example/v1"
    assert found.provider("local") is not local  # it knows a model more
    again = found.provider("local")
    await found.reload(load_models(tmp_path / "m.toml"), load_prices(), KEY | LOCAL)
    assert found.provider("local") is again


async def test_another_price_is_taken_over(tmp_path: Path) -> None:
    found = router(KEY)
    assert found.resolve(DOCUMENTED)[0].price.input_usd == Decimal("1.25")
    own = '[[prices]]\nname = "gpt-5.1"\neffective = 2026-09-01\ninput_usd = "1"\noutput_usd = "8"\nsource = "x"\n'
    await found.reload(load_models(), load_prices(written(tmp_path / "p.toml", own)), KEY)
    assert found.resolve(DOCUMENTED)[0].price.input_usd == Decimal(1)


async def test_a_key_of_a_new_provider_is_looked_for_when_it_is_taken_over(tmp_path: Path) -> None:
    found = router()
    own = '[providers.rack]\nkind = "openai_wire"\nbase_url = "http://10.0.0.7/v1"\napi_key_env = "RACK_KEY"\n'
    own += HOUSE.replace("local", "rack").replace('price = "rack"', 'price = "local"')
    table = load_models(written(tmp_path / "m.toml", own))
    assert "RACK_KEY" in table.variables
    await found.reload(table, load_prices(), {"RACK_KEY": "k"})
    assert served_by(found, "house") == ["rack:h"]


async def test_tables_that_are_wrong_leave_the_old_ones_in_force(tmp_path: Path) -> None:
    found = router(KEY | LOCAL)
    before, provider = found.model_ids, found.provider("openai")
    wrong = load_models(written(tmp_path / "m.toml", HOUSE + '[providers.odd]\nkind = "telepathy"\n'))
    with pytest.raises(CatalogError, match="telepathy"):
        await found.reload(wrong, load_prices(), KEY | LOCAL)
    assert found.model_ids == before
    assert found.provider("openai") is provider


async def test_a_provider_that_was_taken_away_still_answers_whoever_is_about_to_ask_it(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    closed: list[str] = []

    class Closing(scripted.ScriptedProvider):
        async def close(self) -> None:
            closed.append(self.name)

    kinds = {
        name: structs.replace(kind, build=lambda config: Closing(config.name))
        for name, kind in Recorder().kinds.items()
    }
    found = ModelRouter(
        load_models(), load_prices(), services=ProviderServices(clock), variables=KEY | LOCAL, kinds=kinds
    )
    route, old = found.resolve(DOCUMENTED)[0], found.provider("openai")
    off = load_models(written(tmp_path / "m.toml", "[providers.openai]\nenabled = false\n"))
    await found.reload(off, load_prices(), KEY | LOCAL)
    assert missing(found, DOCUMENTED).hint is None
    assert found.provider(route.provider) is old
    assert closed == []
    clock.moment += timedelta(hours=2)
    await found.reload(off, load_prices(), KEY | LOCAL)
    assert closed == ["openai"]
    with pytest.raises(KeyError):
        found.provider("openai")
    await found.close()
    assert sorted(closed) == ["analyst", "local", "openai"]


def test_an_operator_may_name_a_price_that_is_published(tmp_path: Path) -> None:
    own = HOUSE.replace('price = "local"', 'price = "v/vendor/model"')
    found = published_router(LOCAL, models_file=written(tmp_path / "m.toml", own))
    assert found.resolve("house")[0].price.version == "genai-prices 9.9: v/vendor/model"
