"""What a check of the configuration finds."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cryptodesk.app.configuration import check_configuration, show_configuration
from cryptodesk.app.finding import Finding
from cryptodesk.settings import Settings, environment_names


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in environment_names():
        if (
            name.startswith("CRYPTODESK_")
            or name.endswith(("_API_KEY", "_BASE_URL"))
            or name in {"PORT", "DATABASE_URL"}
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path))
    monkeypatch.setenv("CRYPTODESK_PORT", "0")


def found(about: str) -> Finding:
    matching = [finding for finding in check_configuration() if finding.about == about]
    assert len(matching) == 1, check_configuration()
    return matching[0]


def test_defaults_are_well() -> None:
    assert check_configuration() == ()


def test_every_setting_is_shown_with_what_it_does() -> None:
    shown = show_configuration()
    assert [setting.name for setting in shown] == list(Settings.model_fields)
    assert all(setting.meaning for setting in shown)


@pytest.mark.parametrize(
    ("variable", "value", "about"),
    [
        ("DEFAULT_MODEL", "cmc-ai-v1-gpt-51", "default_model"),
        ("RESEARCH_MODEL", "nope", "research_model"),
        ("PROXY", "127.0.0.1:3128", "proxy"),
        ("SERVER", "ftp://desk", "server"),
        ("MCP_ORIGINS", '["app.example.org"]', "mcp_origins[0]"),
        ("SOURCE_ADDRESSES", '{"ethereum_rpc": "nowhere"}', "source_addresses.ethereum_rpc"),
        ("DATABASE_URL", "mysql://desk@db/desk", "database_url"),
        ("HOST", "a..b", "host"),
        ("BOOTSTRAP_KEY", "short", "bootstrap_key"),
        ("METRICS_KEY", "short", "metrics_key"),
        ("OPENAI_API_KEY", "'sk-canary-0123456789'", "OPENAI_API_KEY"),
        ("OPENAI_API_KEY", "sk-canary 0123456789", "OPENAI_API_KEY"),
        ("OPENAI_BASE_URL", "api.example.org/v1", "OPENAI_BASE_URL"),
        ("CONFIG", "/nowhere.toml", "CRYPTODESK_CONFIG"),
        ("MODELS_FILE", "/nowhere.toml", "models_file"),
        ("PRICES_FILE", "/nowhere.toml", "prices_file"),
        ("KEY_LIMITS", "no json", "settings"),
    ],
)
def test_what_cannot_work_is_an_error(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, about: str) -> None:
    monkeypatch.setenv(f"CRYPTODESK_{variable}", value)
    finding = found(about)
    assert finding.level == "error"
    assert "canary" not in str(finding)


@pytest.mark.parametrize(
    ("variable", "value", "about", "advice"),
    [
        ("SOURCES_OFF", '["krakn"]', "sources_off", "Did you mean kraken?"),
        ("LOG_TEXTS", "true", "log_texts", ""),
        ("RUNS_AT_ONCE", "5000", "runs_at_once", ""),
        ("RECORDNG", "off", "CRYPTODESK_RECORDNG", "Did you mean CRYPTODESK_RECORDING?"),
        ("OPENAI_API_KYE", "x", "CRYPTODESK_OPENAI_API_KYE", "Did you mean CRYPTODESK_OPENAI_API_KEY?"),
    ],
)
def test_what_is_doubtful_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, about: str, advice: str
) -> None:
    monkeypatch.setenv(f"CRYPTODESK_{variable}", value)
    finding = found(about)
    assert (finding.level, finding.advice) == ("warning", advice)


def test_variables_of_providers_with_the_prefix_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTODESK_OPENAI_API_KEY", "sk-canary-0123456789")
    monkeypatch.setenv("CRYPTODESK_LOCAL_BASE_URL", "http://127.0.0.1:11434/v1")
    monkeypatch.setenv("CRYPTODESK_CMC_API_KEY", "canary-0123456789")
    assert check_configuration() == ()


def test_unknown_names_in_the_file_are_told_with_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "cryptodesk.toml"
    file.write_text("run_round = 3\n")
    assert found(f"{file}: run_round").advice == "Did you mean run_rounds?"


def test_a_file_that_is_no_toml_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "cryptodesk.toml").write_text("port = \n")
    (finding,) = check_configuration()
    assert (finding.level, finding.about) == ("error", str(tmp_path / "cryptodesk.toml"))


def test_a_secret_in_a_file_that_others_may_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "cryptodesk.toml"
    file.write_text('metrics_key = "canary-0123456789"\n')
    file.chmod(0o644)
    assert found(str(file)).problem == "others may read metrics_key in it"
    file.chmod(0o600)
    assert check_configuration() == ()


def test_a_port_that_is_taken_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("CRYPTODESK_PORT", str(taken.getsockname()[1]))
        assert found("port").level == "warning"


def test_a_home_that_is_a_file_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "file"))
    assert found("home").level == "error"


def test_errors_come_before_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTODESK_AAA", "1")
    monkeypatch.setenv("CRYPTODESK_PROXY", "nowhere")
    assert [finding.level for finding in check_configuration()] == ["error", "warning"]


def test_telemetry_that_cannot_be_sent_as_it_is_wanted_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    assert check_configuration() == (), "nothing is sent, so nothing is wrong"
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "otlp")
    assert found("otel_traces").level == "error"
    assert "OTEL_EXPORTER_OTLP_PROTOCOL" in found("otel_traces").problem
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert check_configuration() == ()
