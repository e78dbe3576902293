"""The files that an operator installs fit the product: names of metrics, labels, settings, commands and paths."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cryptodesk.cli._commands import COMMANDS
from cryptodesk.observing.catalogue import METRICS, Metric
from cryptodesk.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "systemd" / "cryptodesk.service"
CONTAINERFILE = DEPLOY / "container" / "Containerfile"

# What Prometheus adds to every series, and the label of a histogram's buckets.
_GIVEN_LABELS = {"instance", "job", "le"}


def dashboard() -> Any:
    return json.loads((DEPLOY / "grafana" / "cryptodesk.json").read_text("utf-8"))


def queries() -> list[str]:
    panels = dashboard()["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def series_of(query: str) -> Iterator[tuple[str, set[str]]]:
    """Each series that a query names, with the labels that it is chosen by."""
    for name, chosen in re.findall(r"\b(cryptodesk_\w+|up)\b(?:\{([^}]*)\})?", query):
        yield name, set(re.findall(r"(\w+)\s*[=!]~?", chosen))


def metric_of(series: str) -> Metric:
    """Raises: KeyError for a series that the server does not tell."""
    found = METRICS.get(series)
    if found is not None and found.kind != "histogram":
        return found
    name, _, part = series.rpartition("_")
    assert part in {"bucket", "sum", "count"}, f"{series}: a histogram is asked for by its parts"
    return METRICS[name]


@pytest.mark.parametrize("query", [*queries(), *(rule["expr"] for rule in rules())])
def test_a_query_names_series_and_labels_that_there_are(query: str) -> None:
    series = [(name, labels) for name, labels in series_of(query) if name != "up"]
    assert series or "up{" in query
    known = set(_GIVEN_LABELS)
    for name, labels in series:
        metric = metric_of(name)
        assert labels <= {*metric.labels, *_GIVEN_LABELS}, name
        known |= set(metric.labels)
        is_rated = re.search(rf"(rate|increase)\({name}\b", query) is not None
        assert is_rated == (metric.kind != "gauge"), f"{name}: counters are rated, gauges are not"
    for grouped in re.findall(r"by \(([^)]*)\)", query):
        assert {label.strip() for label in grouped.split(",")} <= known
    assert query.count("(") == query.count(")")


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {metric_of(name).name for query in queries() for name, _ in series_of(query)}
    assert shown == set(METRICS)


def test_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    taken: set[tuple[int, int]] = set()
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_every_alert_says_what_it_is_and_where_to_read_on() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    sections = {line.removeprefix("## ").lower() for line in page.splitlines() if line.startswith("## ")}
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"] in sections, rule["alert"]


def test_labels_in_an_alerts_words_are_those_of_its_query() -> None:
    for rule in rules():
        series = [name for name, _ in series_of(rule["expr"]) if name != "up"]
        known = _GIVEN_LABELS | {label for name in series for label in metric_of(name).labels}
        assert set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"]))) <= known, rule["alert"]


def test_settings_that_the_files_name_exist() -> None:
    names = {f"CRYPTODESK_{name.upper()}" for name in Settings.model_fields}
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert set(re.findall(r"CRYPTODESK_[A-Z_]+", path.read_text("utf-8"))) <= names, path.name


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(UNIT, "utf-8")
    return parser


def test_the_unit_runs_commands_that_there_are_and_waits_long_enough() -> None:
    service = unit()["Service"]
    commands = {entry.name for entry in COMMANDS}
    for key in ("ExecStartPre", "ExecStart"):
        assert service[key].split()[1] in commands
    settings = Settings.model_fields
    drains = settings["drain_seconds"].default + settings["drain_notice_seconds"].default
    assert int(service["TimeoutStopSec"]) >= drains + 15
    assert int(service["LimitNOFILE"]) >= 2 * settings["connections"].default
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_unit_as_it_is(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text("utf-8").replace("/opt/cryptodesk/bin/cryptodesk", "/bin/true"), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert said == []


def steps() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", CONTAINERFILE.read_text("utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1].strip()) for line in (part.strip() for part in lines)]


def test_the_image_copies_only_what_there_is_and_installs_by_hash() -> None:
    copied = [rest.split() for step, rest in steps() if step == "COPY" and not rest.startswith("--from")]
    for *sources, _ in copied:
        assert [source for source in sources if not (ROOT / source).exists()] == []
    locks = [rest for step, rest in steps() if step == "RUN" and ".lock" in rest]
    assert locks
    for run in locks:
        assert all("--require-hashes" in part for part in run.split("&&") if ".lock" in part)


def test_the_image_has_no_root_and_a_health_check_and_serves() -> None:
    kinds = [step for step, _ in steps()]
    last = dict(steps())
    assert kinds.count("FROM") == 2
    assert last["USER"] == "cryptodesk"
    assert "/healthz" in last["HEALTHCHECK"]
    assert json.loads(last["ENTRYPOINT"]) == ["cryptodesk"]
    assert kinds.index("USER") > max(place for place, kind in enumerate(kinds) if kind == "RUN")
    assert last["STOPSIGNAL"] == "SIGTERM"
