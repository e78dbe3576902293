from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.catalog.models import CatalogError, ModelProfile, load_models
from cryptodesk.catalog.prices import load_prices
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import ModelNotFound
from cryptodesk.core.ports import ModelCatalog
from cryptodesk.models import openai_wire, scripted
from cryptodesk.models._kinds import ProviderConfig, ProviderKind, ProviderServices
from cryptodesk.models._router import ModelRouter

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
        return {
            "openai_wire": ProviderKind("openai_wire", self.build, needs_base_url=True),
            "analyst": ProviderKind("analyst", self.build),
            "scripted": ProviderKind("scripted", self.build, upstream_models=scripted.PROVIDER.upstream_models),
        }


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
    assert openai.profiles == {"gpt-5.1": ModelProfile({"minimal": "low"}, temperature_with_reasoning=False)}
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
    assert isinstance(found.provider("openai"), openai_wire.OpenAIWireProvider)
    assert isinstance(found.provider("scripted"), scripted.ScriptedProvider)
    assert served_by(found, DOCUMENTED) == ["openai:gpt-5.1"]


async def test_closing_closes_every_provider() -> None:
    closed: list[str] = []

    class Closing(scripted.ScriptedProvider):
        async def close(self) -> None:
            closed.append(self.name)

    kinds = {name: ProviderKind(name, lambda config: Closing(config.name)) for name in ("openai_wire", "analyst")}
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
