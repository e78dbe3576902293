"""The operator's catalogue for a drill: every model and every fact of it, and no address or key of the operator's."""

from __future__ import annotations

from pathlib import Path

from cryptodesk.catalog.models import load_models
from cryptodesk.drills.catalogue import redirected, write_catalogue
from cryptodesk.drills.wires import WIRES

ORIGIN = "http://127.0.0.1:9"

OWN = """
[providers.rack]
kind = "openai_wire"
base_url = "https://rack.example/v1"
api_key_env = "RACK_API_KEY"
options = { output_limit_field = "max_tokens", headers = { X-Token = "secret \\"value\\"" }, timeouts = { first_byte = 5.5 } }

[models."house: \\"größe\\""]
provider = "rack"
upstream_model = "qwen"
price = "local"
fallbacks = ["cryptodesk-analyst"]
limits = { context_tokens = 10 }
profile = { reasoning_efforts = { minimal = "low" }, vision = true }
"""  # noqa: E501


def test_a_written_catalogue_is_read_back_as_it_was(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN, "utf-8")
    table = redirected(load_models(own), ORIGIN)
    write_catalogue(table, tmp_path / "written.toml")
    assert load_models(tmp_path / "written.toml") == table


def test_every_model_stays_and_no_provider_keeps_its_address(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN, "utf-8")
    before = load_models(own)
    table = redirected(before, ORIGIN)
    assert table.models == before.models
    assert table.variables == ()
    for name, entry in table.providers.items():
        is_wire = entry.kind in WIRES
        assert entry.base_url == (ORIGIN + WIRES[entry.kind].base_path if is_wire else ""), name
        assert "headers" not in entry.options, "a header may be a key"


def test_other_options_stay_as_the_operator_has_them(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN, "utf-8")
    table = redirected(load_models(own), ORIGIN)
    options = table.providers["rack"].options
    assert options["output_limit_field"] == "max_tokens"
    assert options["timeouts"]["first_byte"] == 5.5
    deepseek = load_models().providers["deepseek"]
    kept = {name: table.providers["deepseek"].options[name] for name in deepseek.options}
    assert kept == deepseek.options
