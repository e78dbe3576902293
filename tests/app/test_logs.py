"""The one handler of a server, and what it may never write."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from cryptodesk.app.logs import Logs
from cryptodesk.core.clock import SystemClock
from cryptodesk.observing.scrubbing import SecretsFilter
from cryptodesk.settings import Settings, SettingsError


@pytest.fixture(autouse=True)
def root_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def settings(home: Path, **more: object) -> Settings:
    return Settings(home=home, log_file=home / "desk.log", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("log_format", ["json", "text", "off"])
def test_no_secret_of_any_setting_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_format: str) -> None:
    monkeypatch.setenv("SOME_VENDOR_API_KEY", "canary-environment")
    canaries = settings(
        tmp_path,
        log_format=log_format,
        metrics_key=SecretStr("canary-metrics"),
        bootstrap_key=SecretStr("canary-bootstrap"),
        proxy="http://user:canary-proxy@127.0.0.1:1",
        source_addresses={"ethereum_rpc": "http://127.0.0.1:1/v3/canary-0123456789abcdef"},
    )
    logs = Logs(canaries, SystemClock())
    logs.install()
    said = (
        "canary-environment canary-metrics canary-bootstrap canary-proxy http://127.0.0.1:1/v3/canary-0123456789abcdef"
    )
    logging.getLogger("cryptodesk.deep.child").error("upstream said %s", said)
    logging.getLogger("uvicorn.error").error(said)
    try:
        raise ValueError(said)
    except ValueError:
        logging.getLogger("aiohttp.client").exception("failed")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn_explicit(said, UserWarning, "file.py", 1)
    logs.close()
    written = (tmp_path / "desk.log").read_text("utf-8")
    assert written.count("upstream said") == 1
    assert "ValueError" in written
    assert "UserWarning" in written
    assert "canary" not in written


def test_every_handler_of_the_process_has_the_filter(tmp_path: Path) -> None:
    logging.getLogger().addHandler(logging.NullHandler())
    logs = Logs(settings(tmp_path), SystemClock())
    logs.install()
    (handler,) = logging.getLogger().handlers
    assert [type(found) for found in handler.filters] == [SecretsFilter]
    logs.close()


def test_the_level_is_the_operators(tmp_path: Path) -> None:
    for level, expected in (("warning", ["w"]), ("info", ["i", "w"])):
        logs = Logs(settings(tmp_path, log_level=level, log_format="text"), SystemClock())
        logs.install()
        logging.getLogger("cryptodesk.x").info("i")
        logging.getLogger("cryptodesk.x").warning("w")
        logs.close()
        lines = (tmp_path / "desk.log").read_text().splitlines()
        assert [line[-1] for line in lines] == expected
        (tmp_path / "desk.log").unlink()


def test_a_log_file_that_cannot_be_written_ends_the_start_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"log_file: .*nowhere"):
        Logs(Settings(home=tmp_path, log_file=tmp_path / "nowhere" / "desk.log"), SystemClock())
