"""docs/security.md: every test that it leans on is there, and what it says of routes, scopes and headers is so."""

from __future__ import annotations

import re
from pathlib import Path

from cryptodesk.app.headers import HSTS, STANDARD_HEADERS
from cryptodesk.settings import Settings, variables_of
from cryptodesk.state.keys import KEY_SCOPES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")


def test_every_defence_names_tests_that_are_there() -> None:
    named = re.findall(r"`(tests/[^`]+)`", PAGE)
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert len(set(named)) > 30


def test_every_threat_has_a_defence_and_something_that_holds_it() -> None:
    threats = PAGE.partition("## Threats")[2].partition("## Keys")[0]
    rows = [line.strip("|").split("|") for line in threats.splitlines() if line.startswith("| ")]
    body = [row for row in rows if row[0].strip() != "threat"]
    assert [row for row in body if len(row) != 3 or not all(cell.strip() for cell in row)] == []
    kinds = ("Spoofing", "Tampering", "Repudiation", "Information disclosure", "Denial of service", "Elevation")
    assert [kind for kind in kinds if f"### {kind}" not in threats] == []


def test_settings_scopes_and_headers_are_those_of_the_product() -> None:
    variables = {variable for name in Settings.model_fields for variable in variables_of(name)}
    assert set(re.findall(r"CRYPTODESK_[A-Z_]+[A-Z]", PAGE)) <= variables
    assert [scope for scope in KEY_SCOPES if f"| `{scope}` |" not in PAGE] == []
    for name, value in (*STANDARD_HEADERS, HSTS):
        assert re.search(name.decode(), PAGE, re.IGNORECASE)
        assert value.decode() in PAGE
