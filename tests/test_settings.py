from __future__ import annotations

from pathlib import Path

import pytest

from cryptodesk.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PORT", "OPENAI_API_KEY", "CRYPTODESK_CONFIG", "CRYPTODESK_PORT", "CRYPTODESK_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path))


def test_options_win_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cryptodesk.toml").write_text('port = 1111\nhost = "::1"\nrun_rounds = 3\n')
    assert (load_settings().port, load_settings().host, load_settings().run_rounds) == (1111, "::1", 3)
    monkeypatch.setenv("CRYPTODESK_PORT", "2222")
    assert load_settings().port == 2222
    assert load_settings(port=3333).port == 3333


def test_the_plain_port_variable_counts_but_our_own_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "4444")
    assert load_settings().port == 4444
    monkeypatch.setenv("CRYPTODESK_PORT", "5555")
    assert load_settings().port == 5555


def test_a_named_config_file_is_read_and_must_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("run_tool_calls = 7\n")
    monkeypatch.setenv("CRYPTODESK_CONFIG", str(own))
    assert load_settings().run_tool_calls == 7
    monkeypatch.setenv("CRYPTODESK_CONFIG", str(tmp_path / "missing.toml"))
    with pytest.raises(SettingsError, match=r"missing\.toml"):
        load_settings()


def test_a_wrong_value_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTODESK_RUN_SECONDS", "canary")
    with pytest.raises(SettingsError, match="run_seconds") as raised:
        load_settings()
    assert "canary" not in str(raised.value)


def test_no_auth_is_for_loopback_only() -> None:
    assert load_settings(insecure_no_auth=True).insecure_no_auth
    with pytest.raises(SettingsError, match="loopback"):
        load_settings(insecure_no_auth=True, host="10.0.0.5")


def test_not_every_page_may_ask_where_no_key_is_asked() -> None:
    assert load_settings(cors_origins=("*",)).cors_origins == ("*",)
    with pytest.raises(SettingsError, match="any page that you open could spend your money"):
        load_settings(cors_origins=("*",), insecure_no_auth=True)


@pytest.mark.parametrize(
    "origin", ["app.example.org", "https://app.example.org/", "https://App.example.org", "ftp://a.b", "https://*.b", ""]
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match="cors_origins"):
        load_settings(cors_origins=(origin,))


@pytest.mark.parametrize("origin", ["https://app.example.org", "http://localhost:5173", "http://[::1]:80"])
def test_an_origin_has_a_scheme_a_host_and_perhaps_a_port(origin: str) -> None:
    assert load_settings(cors_origins=(origin,)).cors_origins == (origin,)


def test_a_proxy_is_believed_by_its_address_or_network() -> None:
    assert load_settings(trusted_proxies=("127.0.0.1", "10.0.0.0/8", "::1")).trusted_proxies[1] == "10.0.0.0/8"
    for wrong in ("proxy.lan", "10.0.0.1/8"):
        with pytest.raises(SettingsError, match="trusted_proxies"):
            load_settings(trusted_proxies=(wrong,))


def test_provider_variables_may_have_our_prefix_which_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "theirs")
    assert load_settings().variables(["SOME_KEY", "OTHER_KEY"]) == {"SOME_KEY": "theirs"}
    monkeypatch.setenv("CRYPTODESK_SOME_KEY", "ours")
    assert load_settings().variables(["SOME_KEY"]) == {"SOME_KEY": "ours"}


def test_own_model_and_price_files_are_found_in_the_data_folder(tmp_path: Path) -> None:
    assert (load_settings().own_models_file, load_settings().own_prices_file) == (None, None)
    (tmp_path / "models.toml").write_text("")
    assert load_settings().own_models_file == tmp_path / "models.toml"
    named = tmp_path / "elsewhere.toml"
    assert load_settings(models_file=named).own_models_file == named


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = load_settings(bootstrap_key="cd_canary-canary-canary")
    assert "canary" not in repr(settings)


def test_secrets_are_keys_by_name_and_passwords_inside_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_VENDOR_API_KEY", "sk-canary-1")
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk:pw-canary-2@db.example:5432/desk")
    monkeypatch.setenv("PLAIN_NAME", "https://example.org/no:secret@all")
    found = load_settings().secrets()
    assert {"sk-canary-1", "pw-canary-2"} <= set(found)
    assert "secret" not in found


def test_what_opens_a_collector_is_a_secret_in_each_of_its_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-team=blue,authorization=Bearer%20canary-1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "api-key=canary-2")
    assert {"Bearer%20canary-1", "Bearer canary-1", "canary-1", "canary-2"} <= set(load_settings().secrets())


def test_the_standard_variables_of_opentelemetry_turn_it_on_and_ours_win(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (load_settings().otel_traces, load_settings().otel_metrics) == ("none", "none")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "OTLP ")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "")
    assert (load_settings().otel_traces, load_settings().otel_metrics) == ("otlp", "none")
    monkeypatch.setenv("CRYPTODESK_OTEL_TRACES", "none")
    assert load_settings().otel_traces == "none"
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "console")
    with pytest.raises(SettingsError, match="otlp"):
        load_settings()
