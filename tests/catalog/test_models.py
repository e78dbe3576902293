from __future__ import annotations

from pathlib import Path

import pytest

from cryptodesk.catalog.models import CatalogError, ModelLimits, ModelProfile, load_models


def written(folder: Path, text: str) -> Path:
    path = folder / "own-models.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_documented_model_is_gpt_5_1_and_falls_back_to_the_analyst() -> None:
    entry = load_models().models["cmc-ai-v1-gpt-5.1"]
    assert (entry.provider, entry.upstream_model, entry.price) == ("openai", "gpt-5.1", "gpt-5.1")
    assert entry.fallbacks == ("cryptodesk-analyst",)
    assert entry.limits == ModelLimits(400_000, 128_000)
    assert entry.profile == ModelProfile(
        {"minimal": "low"}, temperature_with_reasoning=False, vision=True, reasons_over="responses"
    )


def test_openai_is_reached_at_its_own_address_with_a_key_from_the_environment() -> None:
    entry = load_models().providers["openai"]
    assert (entry.kind, entry.base_url) == ("openai_wire", "https://api.openai.com/v1")
    assert (entry.api_key_env, entry.base_url_env, entry.key_optional) == ("OPENAI_API_KEY", "OPENAI_BASE_URL", False)


def test_the_analyst_needs_no_key() -> None:
    table = load_models()
    entry = table.models["cryptodesk-analyst"]
    assert (entry.provider, entry.upstream_model) == ("analyst", "cryptodesk-analyst-1")
    assert table.providers["analyst"].api_key_env == ""


def test_the_script_ships_switched_off() -> None:
    assert load_models().providers["scripted"].enabled is False


def test_the_variables_are_those_the_instances_name() -> None:
    table = load_models()
    named = {entry.api_key_env for entry in table.providers.values()}
    named |= {entry.base_url_env for entry in table.providers.values()}
    assert set(table.variables) == named - {""}
    assert list(table.variables) == sorted(table.variables)
    assert {"CRYPTODESK_LOCAL_BASE_URL", "DEEPSEEK_API_KEY", "OPENAI_API_KEY", "ZAI_API_KEY"} <= set(table.variables)


def test_every_vendor_can_be_pointed_elsewhere_and_takes_its_key_from_the_environment() -> None:
    for name, entry in load_models().providers.items():
        if entry.base_url:
            assert entry.base_url.startswith("https://"), name
            assert entry.base_url_env, name
            assert entry.api_key_env, name


def test_a_vendors_own_id_never_quietly_becomes_another_model() -> None:
    shipped = load_models().models
    assert [name for name, entry in shipped.items() if entry.fallbacks] == ["cmc-ai-v1-gpt-5.1"]


def test_models_that_call_tools_at_no_effort_alone_are_marked() -> None:
    tools = {name: entry.profile.tools for name, entry in load_models().models.items()}
    assert tools["gpt-5.2"] == "always"
    assert tools["gpt-5.4"] == tools["gpt-6-sol"] == "without_reasoning"
    assert "never" not in tools.values()


def test_any_model_of_the_gateway_is_charged_as_the_gateway_says() -> None:
    entry = load_models().models["openrouter/*"]
    assert (entry.upstream_model, entry.price, entry.price_as_reported) == ("*", "openrouter/*", True)


def test_the_shipped_file_documents_a_server_of_ones_own_that_loads_as_written(tmp_path: Path) -> None:
    shipped = Path(load_models.__code__.co_filename).with_name("models.toml").read_text(encoding="utf-8")
    lines = [line.removeprefix("#   ") for line in shipped.splitlines() if line.startswith("#   ")]
    example = "\n".join(line for line in lines if not line.startswith("CRYPTODESK_"))
    table = load_models(written(tmp_path, example))
    assert table.models["house-model"].provider == "rack"
    assert table.providers["rack"].options == {"output_limit_field": "max_tokens"}
    assert "RACK_API_KEY" in table.variables


def test_an_operators_entry_changes_the_fields_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    table = load_models(
        written(
            tmp_path,
            '[providers.openai]\nbase_url = "https://proxy.example/v1"\n[models."cmc-ai-v1-gpt-5.1"]\nfallbacks = []\n',
        )
    )
    assert table.providers["openai"].base_url == "https://proxy.example/v1"
    assert table.providers["openai"].api_key_env == "OPENAI_API_KEY"
    assert table.models["cmc-ai-v1-gpt-5.1"].fallbacks == ()
    assert table.models["cmc-ai-v1-gpt-5.1"].upstream_model == "gpt-5.1"


def test_new_entries_follow_the_shipped_ones(tmp_path: Path) -> None:
    text = '[models.mine]\nprovider = "local"\nupstream_model = "m"\nprice = "local"\n'
    assert list(load_models(written(tmp_path, text)).models) == [*load_models().models, "mine"]


MINE = '[models.mine]\nprovider = "local"\nupstream_model = "m"\nprice = "local"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[models.mine]\nprovider = "local"\n', "models.mine: Object missing required field `upstream_model`"),
        (MINE + "color = 1\n", "models.mine: Object contains unknown field `color`"),
        (MINE + "limits = { output_tokens = \"many\" }\n", "models.mine: limits.output_tokens: Expected `int | null`"),
        (MINE.replace('"local"\nup', '"lokal"\nup'), "models.mine: provider: 'lokal' is not among"),
        (MINE + 'fallbacks = ["nobody"]\n', "models.mine: fallbacks: 'nobody' is not a model id"),
        (MINE + 'fallbacks = ["local/*"]\n', "models.mine: fallbacks: 'local/*' is not a model id"),
        (MINE + 'profile = { reasoning_efforts = { huge = "x" } }\n', "models.mine: profile.reasoning_efforts"),
        (MINE.replace("models.mine", 'models."a*b"'), "models.a*b: a `*` may only end an id"),
        (MINE.replace("models.mine", 'models."*"'), "models.*: a `*` may only end an id"),
        ('[models."local/*"]\nprofile = { temperature_with_reasoning = false }\n', "profile: only a single model can"),
        ('[providers.openai]\nkey_optional = "yes"\n', "providers.openai: key_optional: Expected `bool`, got `str`"),
        ('[providers.openai]\napi_key = "sk-1"\n', "providers.openai: Object contains unknown field `api_key`"),
        ("[providers]\nopenai = 3\n", "providers.openai: expected a table"),
        ("models = 3\n", "models: expected a table"),
        ("[model.mine]\n", "unknown table 'model'; known are models, providers"),
        ("models = [\n", "is not valid TOML"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_file_entry_and_field(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(CatalogError) as caught:
        load_models(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own-models.toml"
    path.write_bytes(b"x = '\xff'")
    with pytest.raises(CatalogError, match="is not valid TOML"):
        load_models(path)


def documented() -> str:
    return (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")


def test_the_documented_entries_load_as_written(tmp_path: Path) -> None:
    table = load_models(written(tmp_path, documented().partition("```toml\n")[2].partition("```")[0]))
    assert table.models["house-model"].profile.structured_output == "json_object"
    assert table.providers["google"].enabled is False


def test_every_shipped_model_is_documented() -> None:
    table = load_models()
    named = [name for name, entry in table.models.items() if table.providers[entry.provider].enabled]
    assert [name for name in named if f"`{name.removesuffix('*')}" not in documented()] == []


def test_every_fact_of_a_profile_is_documented() -> None:
    assert [name for name in ModelProfile.__struct_fields__ if f"| `{name}` |" not in documented()] == []


def test_the_table_of_what_is_native_has_every_provider_with_its_format() -> None:
    _, _, rest = documented().partition("## What is native, and what is lost")
    lines = [line.split("|") for line in rest.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    rows = {line[1].strip(" `"): line[2].strip(" `") for line in lines if len(line) == 6}
    entries = load_models().providers
    assert rows == {name: entry.kind for name, entry in entries.items() if entry.base_url or entry.base_url_env}
    afterwards = {name.strip(" `") for line in lines if len(line) == 4 for name in line[1].split(",")}
    assert afterwards == rows.keys()
