"""The catalogue of a running desk: what is lacking is told, and changed files are taken over."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cryptodesk.app.catalogue import CatalogueWatch, open_models, start_hint
from cryptodesk.catalog.models import CatalogError
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import ModelNotFound
from cryptodesk.models._kinds import ProviderServices
from cryptodesk.models._router import ModelRouter
from cryptodesk.settings import Settings, load_settings

SERVICES = ProviderServices(FixedClock(datetime(2026, 9, 24, 12, tzinfo=UTC)))
HOUSE = '[models.house]\nprovider = "scripted"\nupstream_model = "plain"\nprice = "scripted"\n'
DEAR = '[[prices]]\nname = "scripted"\neffective = 2026-09-01\ninput_usd = "7"\noutput_usd = "8"\nsource = "x"\n'


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_BASE_URL")):
            monkeypatch.delenv(name)
    return load_settings(home=tmp_path, scripted_models=True)


@pytest.fixture
async def models(settings: Settings) -> AsyncIterator[ModelRouter]:
    opened = open_models(settings, SERVICES)
    yield opened
    await opened.close()


def served(models: ModelRouter, model_id: str) -> bool:
    try:
        models.resolve(model_id)
    except ModelNotFound:
        return False
    return True


async def test_nothing_is_read_again_while_nothing_changes(settings: Settings, models: ModelRouter) -> None:
    watch = CatalogueWatch(settings, models)
    before = models.resolve("scripted-plain")
    assert not await watch.look()
    assert models.resolve("scripted-plain") is before


async def test_a_file_that_appears_changes_and_goes_is_taken_over(settings: Settings, models: ModelRouter) -> None:
    watch, path = CatalogueWatch(settings, models), settings.home / "models.toml"
    path.write_text(HOUSE, encoding="utf-8")
    assert await watch.look()
    assert served(models, "house")
    path.write_text(HOUSE.replace("models.house", "models.cottage"), encoding="utf-8")
    assert await watch.look()
    assert (served(models, "house"), served(models, "cottage")) == (False, True)
    path.unlink()
    assert await watch.look()
    assert not served(models, "cottage")


async def test_other_prices_are_taken_over(settings: Settings, models: ModelRouter) -> None:
    watch = CatalogueWatch(settings, models)
    (settings.home / "prices.toml").write_text(DEAR, encoding="utf-8")
    assert await watch.look()
    assert models.resolve("scripted-plain")[0].price.input_usd == Decimal(7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[models\n", "is not valid TOML"),
        ('[models.house]\nprovider = "nobody"\nupstream_model = "x"\nprice = "y"\n', "'nobody' is not among"),
        ('[providers.odd]\nkind = "telepathy"\n', "'telepathy' is unknown"),
        (
            '[providers.rack]\nkind = "openai_wire"\nbase_url = "http://127.0.0.1/v1"\noptions = { colour = 1 }\n',
            "provider 'rack': options",
        ),
    ],
)
async def test_a_broken_file_keeps_the_old_table_and_is_told_once(
    settings: Settings, models: ModelRouter, caplog: pytest.LogCaptureFixture, text: str, said: str
) -> None:
    watch, path = CatalogueWatch(settings, models), settings.home / "models.toml"
    path.write_text(HOUSE, encoding="utf-8")
    assert await watch.look()
    path.write_text(text, encoding="utf-8")
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        assert not await watch.look()
        assert not await watch.look()
    assert served(models, "house")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert said in caplog.text
    path.write_text(HOUSE + HOUSE.replace("models.house", "models.cottage"), encoding="utf-8")
    assert await watch.look()
    assert served(models, "cottage")


async def test_a_named_file_that_goes_missing_keeps_the_old_table(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HOUSE, encoding="utf-8")
    settings = load_settings(home=tmp_path, scripted_models=True, models_file=path)
    models = open_models(settings, SERVICES)
    watch = CatalogueWatch(settings, models)
    path.unlink()
    assert not await watch.look()
    assert served(models, "house")
    assert "cannot be read" in caplog.text
    await models.close()


async def test_the_signal_has_it_read_even_unchanged(settings: Settings, models: ModelRouter) -> None:
    class Counting(CatalogueWatch):
        looks: asyncio.Queue[bool] = asyncio.Queue()

        async def look(self, *, even_unchanged: bool = False) -> bool:
            changed = await super().look(even_unchanged=even_unchanged)
            if even_unchanged:
                self.looks.put_nowait(changed)
            return changed

    watch = Counting(settings, models)
    serving = asyncio.create_task(watch.serve())
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGHUP)
    assert await asyncio.wait_for(watch.looks.get(), 5)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL


def test_a_wrong_file_ends_the_start(settings: Settings) -> None:
    (settings.home / "prices.toml").write_text("[[prices]\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"prices\.toml: is not valid TOML"):
        open_models(settings, SERVICES)


def test_the_hint_names_what_to_set_and_no_secret(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-canary")
    hint = start_hint(open_models(settings, SERVICES))
    assert hint is not None
    assert "OPENAI_API_KEY" in hint
    assert "DEEPSEEK" not in hint
    assert "sk-canary" not in hint
    assert "`cryptodesk models list`" in hint


def test_the_hint_names_models_without_a_price(settings: Settings) -> None:
    own = HOUSE.replace('price = "scripted"', 'price = "nobody-knows"')
    (settings.home / "models.toml").write_text(own, encoding="utf-8")
    assert "no price is known for house" in (start_hint(open_models(settings, SERVICES)) or "")


def test_without_anything_lacking_there_is_no_hint(settings: Settings) -> None:
    providers = ("anthropic", "deepseek", "google", "local", "openai", "openrouter", "zai")
    table = open_models(settings, SERVICES)
    off = "".join(f"[providers.{name}]\nenabled = false\n" for name in providers if name in table.missing)
    (settings.home / "models.toml").write_text(off, encoding="utf-8")
    assert start_hint(open_models(settings, SERVICES)) is None


def test_a_model_without_a_price_is_served_only_by_setting(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text(HOUSE.replace('price = "scripted"', 'price = "x"'), encoding="utf-8")
    refusing = open_models(load_settings(home=tmp_path, scripted_models=True), SERVICES)
    assert not served(refusing, "house")
    marking = open_models(load_settings(home=tmp_path, scripted_models=True, unknown_price="mark"), SERVICES)
    assert not marking.resolve("house")[0].price.is_known
