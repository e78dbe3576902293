"""One typed object for everything an operator can set. The only reader of the environment and of config files.

Order of precedence: command-line options, environment, the TOML file, defaults.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote

import platformdirs
from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError as UnreadableSetting

from cryptodesk.core.limits import Measure

__all__ = [
    "CONFIG_VARIABLE",
    "Settings",
    "SettingsError",
    "config_file",
    "environment_names",
    "forbid_colours",
    "load_settings",
    "variables_of",
]

DataMode = Literal["auto", "live", "snapshot", "simulated"]

CONFIG_VARIABLE = "CRYPTODESK_CONFIG"
_PASSWORD_IN_ADDRESS = re.compile(r"://[^\s/:@]{0,200}:(?P<password>[^\s/@]{1,500})@")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]{1,253}|\[[0-9a-f:]{2,45}\])(?::[0-9]{1,5})?")


class SettingsError(ValueError):
    """A setting is wrong. The message names it and says what would fix it. `problems` are the settings by name, each
    with what is wrong, where the error is about certain ones."""

    def __init__(self, message: str, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.problems = problems or {}


def _origin(text: str) -> str:
    if text != "*" and not _ORIGIN.fullmatch(text):
        raise ValueError("expected an origin such as https://app.example.org, in small letters and without a path")
    return text


def _network(text: str) -> str:
    ipaddress.ip_network(text)
    return text


def _exporter(value: object) -> object:
    """OpenTelemetry's rule: an empty variable is one that is not set."""
    return value.strip().lower() or "none" if isinstance(value, str) else value


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir("cryptodesk", appauthor=False))


class Settings(BaseSettings):
    """Each field is read from `CRYPTODESK_<NAME>` or from the config file under its own name."""

    model_config = SettingsConfigDict(env_prefix="CRYPTODESK_", extra="ignore", frozen=True, populate_by_name=True)

    home: Path = Field(default_factory=_default_home, description="Data folder: database, config file, own models.")
    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("CRYPTODESK_DATABASE_URL", "DATABASE_URL", "database_url"),
        description="A PostgreSQL that any number of servers share, in place of the file in the data folder.",
    )
    database_pool: Annotated[int, Field(ge=1, le=1000)] = Field(
        8, description="How many connections of one process read PostgreSQL at once. A few more write."
    )
    database_connect_seconds: Annotated[float, Field(gt=0)] = Field(
        5.0, description="How long a PostgreSQL that restarts or fails over is waited for."
    )
    database_statement_seconds: Annotated[float, Field(gt=0)] = Field(
        30.0, description="How long one statement may take in PostgreSQL."
    )
    database_pooler: bool = Field(
        False, description="Whether sessions share connections on the way to PostgreSQL, as behind pgbouncer."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8080, validation_alias=AliasChoices("CRYPTODESK_PORT", "PORT", "port"), description="Port; 0 picks a free one."
    )
    bootstrap_key: SecretStr | None = Field(
        None, description="An API key that is accepted from the first start on, so that none is made and printed."
    )
    insecure_no_auth: bool = Field(False, description="Accept requests without a key. Loopback addresses only.")
    default_model: str = Field("cmc-ai-v1-gpt-5.1", description="The model `cryptodesk ask` uses.")
    server: str | None = Field(
        None, description="A running server that `cryptodesk ask` and `chat` ask, instead of a desk of their own."
    )
    key: SecretStr | None = Field(None, description="The API key with which they ask it.")
    research_model: str = Field(
        "", description="The model behind the research routes (/ai/…). Empty: the default model."
    )
    related_questions: Annotated[int, Field(ge=0, le=5)] = Field(
        2, description="How many related questions a researched answer brings where the request says nothing."
    )
    citation_entailment: bool = Field(
        False,
        description="Have the research model read every citation of its answer to a text before the answer is sent.",
    )
    annotations: bool = Field(
        True, description="Put the links of citations into standard annotations as well, on the OpenAI research route."
    )
    openai_tools: Literal["on", "off", "research"] = Field(
        "on",
        description="What the OpenAI dialect (/openai/v1) does unasked: on (offer the built-in tools), off, or "
        "research (answer by the research graph).",
    )
    helper_prompts: bool = Field(
        True,
        description="Answer the prompts with which chat applications ask for a title, tags or follow-up questions by "
        "the embedded analyst, free of charge (OpenAI dialect).",
    )
    cors_origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = Field(
        (), description="Origins of pages that may call the server from a browser; * for all. Without any: its own."
    )
    allowed_hosts: tuple[str, ...] = Field(
        (), description="Host names by which the server may be called where it asks no key, beside loopback ones."
    )
    behind_tls: bool = Field(
        False, description="Whether clients reach the server over TLS alone, by a proxy: browsers are then told so."
    )
    trusted_proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(
        (), description="Addresses and networks of reverse proxies whose X-Forwarded-For is believed."
    )
    address_requests_a_minute: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Requests that one client address may send a minute, with whatever key."
    )
    mcp_origins: tuple[str, ...] = Field(
        (), description="Origins of pages that may call /mcp from a browser, for instance https://app.example.org."
    )
    mcp_hosts: tuple[str, ...] = Field(
        (), description="Host names by which /mcp may be called beside loopback ones, as behind a reverse proxy."
    )
    mcp_passages: bool = Field(
        True,
        description="Give MCP clients the passages that cmc_content_search found, and not only where they stand.",
    )
    research_jobs: Annotated[int, Field(ge=1)] = Field(2, description="Deep research jobs that run at once.")
    research_retention_days: Annotated[float, Field(ge=1)] = Field(
        30.0, description="How long a finished research job can be read before it is deleted."
    )
    credits_a_month: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Credits that the allowance route tells an account it has. Told, not enforced."
    )
    analyst_fallback: bool = Field(
        True, description="Serve a model whose provider has no key, or does not answer, by the embedded analyst."
    )
    scripted_models: bool = Field(False, description="Offer the scripted models that tests and drills use.")
    models_file: Path | None = Field(
        None, description="Your own models and providers, merged over the shipped ones. Default: models.toml in home."
    )
    prices_file: Path | None = Field(
        None, description="Your own prices, laid over the shipped ones. Default: prices.toml in home."
    )
    unknown_price: Literal["refuse", "mark"] = Field(
        "refuse",
        description="What becomes of a model whose price is not known: refuse (a 404 that says so), or mark (served, "
        "with its cost said to be unknown).",
    )
    max_body_bytes: Annotated[int, Field(ge=1024)] = Field(4 * 2**20, description="Largest request body.")
    body_seconds: Annotated[float, Field(gt=0)] = Field(30.0, description="Time a request body may take to arrive.")
    key_limits: dict[Measure, Annotated[int, Field(ge=0)]] = Field(
        {}, description="What every key may use unless it has limits of its own: requests_a_minute, tokens_a_day, …"
    )
    account_limits: dict[Measure, Annotated[int, Field(ge=0)]] = Field(
        {}, description="The same for every account, over all of its keys."
    )
    runs_at_once: Annotated[int, Field(ge=1)] = Field(1024, description="Runs that one process has under way at once.")
    runs_waiting: Annotated[int, Field(ge=0)] = Field(
        256, description="Further runs that wait for their turn; what comes on top is refused at once with a 503."
    )
    run_wait_seconds: Annotated[float, Field(gt=0)] = Field(2.0, description="How long such a run waits.")
    connections: Annotated[int, Field(ge=1)] = Field(
        4096, description="Open connections, beyond which one process answers health checks alone."
    )
    header_seconds: Annotated[float, Field(gt=0)] = Field(
        15.0, description="Time in which a connection has to send the head of a request, once it is open or has begun."
    )
    max_header_bytes: Annotated[int, Field(ge=1024)] = Field(
        64 * 2**10, description="Largest head of a request: its line and headers."
    )
    data: DataMode = Field(
        "auto",
        description="Where market data come from: auto (live, else the store), live, snapshot (the store alone) or "
        "simulated (an invented world, labelled as such).",
    )
    simulated_seed: int = Field(1, description="Which simulated world.")
    simulated_coins: Annotated[int, Field(ge=500, le=20_000)] = Field(5000, description="How large it is.")
    sources_off: tuple[str, ...] = Field((), description="Live sources that are never asked, by name.")
    source_addresses: dict[str, str] = Field(
        {}, description="Other base addresses of live sources, by name: a proxy, or your own Ethereum node."
    )
    source_patience_seconds: Annotated[float, Field(gt=0)] = Field(
        4.0, description="How long a question waits for live sources before the store answers."
    )
    documents_sync: bool = Field(
        True, description="Keep what the desk subscribed to fresh while it serves. Snapshot mode reads own files only."
    )
    verification: Literal["mark", "repair", "cut", "off"] = Field(
        "mark",
        description="What happens to figures of an answer that no tool result bears out: mark (say so to those who "
        "ask), repair, cut, or off (nothing is checked).",
    )
    proxy: str | None = Field(None, description="HTTP proxy for live sources.")
    model_retries: Annotated[int, Field(ge=0, le=5)] = Field(
        2, description="How often a model's route that failed for a moment is asked again before the next one is."
    )
    model_retry_seconds: Annotated[float, Field(ge=0)] = Field(
        10.0, description="What the pauses before such attempts may take together, in one model call."
    )
    breaker_failures: Annotated[int, Field(ge=0)] = Field(
        5, description="Failures in a row after which a model's route is left alone for a while; 0 for never."
    )
    breaker_window_seconds: Annotated[float, Field(gt=0)] = Field(
        60.0, description="The time within which those failures must fall."
    )
    breaker_open_seconds: Annotated[float, Field(gt=0)] = Field(
        30.0, description="How long such a route is left alone before one request probes it."
    )
    run_seconds: Annotated[float, Field(gt=0)] = Field(120.0, description="Time one run may take.")
    run_rounds: Annotated[int, Field(ge=1)] = Field(6, description="Model calls in one run.")
    run_tool_calls: Annotated[int, Field(ge=0)] = Field(24, description="Built-in tool calls in one run.")
    run_tokens: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Tokens, in and out, after which a run starts no further round of tools."
    )
    run_cost_usd: Annotated[Decimal, Field(ge=0)] | None = Field(
        None, description="The most one run may cost, in USD. A request may ask for less, never for more."
    )
    response_retention_hours: Annotated[float, Field(ge=1)] = Field(
        24.0, description="How long a response can be resumed before it is deleted."
    )
    idempotency_hours: Annotated[float, Field(gt=0)] = Field(
        24.0, description="How long an answer is kept under the Idempotency-Key of its request."
    )

    workers: Annotated[int, Field(ge=1, le=256)] = Field(
        1, description="Processes that serve side by side on one address."
    )
    drain_seconds: Annotated[float, Field(ge=0)] = Field(
        10.0, description="How long answers that are under way may go on once the server is told to stop."
    )
    drain_notice_seconds: Annotated[float, Field(ge=0)] = Field(
        0.0, description="How long it goes on taking requests before that, while /readyz already says 503."
    )
    log_format: Literal["json", "text", "off"] = Field(
        "json", description="How the server logs: json or text, with a line for each run, or off (text without those)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="How much the server logs beside the lines of runs."
    )
    log_file: Path | None = Field(None, description="A file for the log, in place of standard error.")
    log_texts: bool = Field(
        False, description="Put what was asked and answered into the lines of runs, its first 2000 characters."
    )
    metrics: bool = Field(True, description="Tell what the server does in numbers, at /metrics.")
    metrics_key: SecretStr | None = Field(
        None, description="The bearer token with which /metrics is read from anywhere. Without one: this machine alone."
    )
    otel_traces: Annotated[Literal["otlp", "none"], BeforeValidator(_exporter)] = Field(
        "none",
        validation_alias=AliasChoices("CRYPTODESK_OTEL_TRACES", "OTEL_TRACES_EXPORTER", "otel_traces"),
        description="Send traces to an OpenTelemetry collector: otlp, or none. OTEL_* variables say where and how.",
    )
    otel_metrics: Annotated[Literal["otlp", "none"], BeforeValidator(_exporter)] = Field(
        "none",
        validation_alias=AliasChoices("CRYPTODESK_OTEL_METRICS", "OTEL_METRICS_EXPORTER", "otel_metrics"),
        description="Send the numbers of /metrics to an OpenTelemetry collector: otlp, or none.",
    )
    recording: Literal["full", "redacted", "off"] = Field(
        "full",
        description="What is kept of each run for its replay and its evidence: full, redacted (texts of the user and "
        "of the answer replaced by their hashes: evidence without replay) or off.",
    )
    recording_days: Annotated[float, Field(gt=0)] = Field(7.0, description="How long recordings of runs are kept.")
    recording_mb: Annotated[int, Field(ge=64)] = Field(
        1024, description="What all recordings may take on disk, in megabytes; the oldest go first."
    )
    recording_run_kb: Annotated[int, Field(ge=16)] = Field(
        4096, description="What one run's recording may take; a longer run is recorded without its texts."
    )
    history_days: Annotated[float, Field(ge=0)] = Field(
        365.0,
        description="How long a conversation shared by signed-in browsers is kept after its last change; 0 keeps none.",
    )
    history_mb: Annotated[int, Field(ge=1)] = Field(
        256, description="What all conversations of one key may take, in megabytes; what comes on top is refused."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        path = config_file()
        if path is not None:
            sources.append(TomlConfigSettingsSource(settings_cls, toml_file=path))
        return tuple(sources)

    @property
    def database_path(self) -> Path:
        return self.home / "cryptodesk.db"

    @property
    def recordings_folder(self) -> Path:
        return self.home / "recordings"

    @property
    def index_folder(self) -> Path:
        """The search index of the documents: derived, and built anew when it is missing."""
        return self.home / "documents-index"

    @property
    def own_models_file(self) -> Path | None:
        """The operator's models: the file that is named, which must exist, else models.toml in the data folder."""
        return self._own(self.models_file, "models.toml")

    @property
    def own_prices_file(self) -> Path | None:
        return self._own(self.prices_file, "prices.toml")

    def _own(self, named: Path | None, default_name: str) -> Path | None:
        if named is not None:
            return named
        default = self.home / default_name
        return default if default.is_file() else None

    def secrets(self) -> tuple[str, ...]:
        """Whatever the environment holds under the name of a key, a token or a password, whoever it is for, and the
        passwords inside addresses."""
        ends = ("_KEY", "_TOKEN", "_SECRET", "_PASSWORD")
        named = (value for name, value in os.environ.items() if value and name.upper().endswith(ends))
        inside = (match["password"] for value in os.environ.values() for match in _PASSWORD_IN_ADDRESS.finditer(value))
        return (*named, *inside, *_header_values(os.environ))

    def telemetry(self, name: str) -> str:
        """What a standard variable of OpenTelemetry says, OTEL_<NAME>; empty where it is not set."""
        return os.environ.get(f"OTEL_{name}", "").strip()

    def variables(self, names: Iterable[str]) -> dict[str, str]:
        """Provider keys and addresses among the environment variables that the model catalogue names.

        `CRYPTODESK_<NAME>` wins over `<NAME>`, so that the desk can have a key of its own."""
        found = {}
        for name in names:
            value = os.environ.get(f"CRYPTODESK_{name}") or os.environ.get(name)
            if value:
                found[name] = value
        return found


def _header_values(variables: Mapping[str, str]) -> Iterator[str]:
    """What is sent to a collector to be let in, as it is written and as it is sent."""
    for name, value in variables.items():
        if name.startswith("OTEL_EXPORTER_OTLP_") and name.endswith("HEADERS"):
            for pair in value.split(","):
                written = pair.partition("=")[2].strip()
                yield from dict.fromkeys((written, unquote(written), unquote(written).rpartition(" ")[2]))


def config_file() -> Path | None:
    """The file that is read; None if there is none. Raises: SettingsError."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise SettingsError(f"{CONFIG_VARIABLE} names no file: {named!r}")
        return Path(named)
    home = os.environ.get("CRYPTODESK_HOME")
    default = (Path(home) if home else _default_home()) / "cryptodesk.toml"
    return default if default.is_file() else None


def environment_names() -> tuple[str, ...]:
    """The variables that are set, whatever for."""
    return tuple(os.environ)


def variables_of(name: str) -> tuple[str, ...]:
    """The variables that a setting is read from, the one that wins first."""
    aliases = Settings.model_fields[name].validation_alias
    if isinstance(aliases, AliasChoices):
        return tuple(alias for alias in aliases.choices if isinstance(alias, str) and alias != name)
    return (f"CRYPTODESK_{name.upper()}",)


def forbid_colours() -> None:
    """Whatever this process prints, and whatever it starts, does without colours."""
    os.environ["NO_COLOR"] = "1"


def load_settings(**overrides: object) -> Settings:
    """The settings of this process; `overrides` (command-line options that were given) win.

    Raises: SettingsError."""
    try:
        settings = Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(_explain(error), _problems(error)) from None
    except UnreadableSetting as error:  # names the setting, not its value
        raise SettingsError(f"{error}; expected JSON") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{config_file()}: no TOML that can be read: {error}") from None
    if settings.insecure_no_auth and settings.host not in _LOOPBACK:
        raise SettingsError(
            f"insecure_no_auth needs a loopback host, got {settings.host!r}: "
            "anyone who reaches the server could spend your money"
        )
    if settings.insecure_no_auth and "*" in settings.cors_origins:
        raise SettingsError("cors_origins cannot be * without keys: any page that you open could spend your money")
    return settings


def _explain(error: ValidationError) -> str:
    """Names and reasons only: a wrong value may be a secret."""
    return "; ".join(f"{name}: {problem}" for name, problem in _problems(error).items())


def _problems(error: ValidationError) -> dict[str, str]:
    return {".".join(map(str, item["loc"])): item["msg"] for item in error.errors()}
