from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from bench.targets import HELD, MODES, PRODUCT, YARDSTICK, Place, clean_environment, product_environment, request_body

PLACE = Place(8123, "http://127.0.0.1:9000/v1", Path("/tmp/place"))


@pytest.mark.parametrize(
    "name",
    [
        "OPENAI_API_KEY",
        "CRYPTODESK_HOME",
        "PORT",
        "DATABASE_URL",
        "https_proxy",
        "HTTP_PROXY",
        "OPENAI_BASE_URL",
        "LITELLM_LOG",
    ],
)
def test_nothing_that_turns_a_server_elsewhere_is_handed_on(name: str) -> None:
    assert clean_environment({name: "x", "PATH": "/bin", "HOME": "/h", "PORTABLE": "y"}) == {
        "PATH": "/bin", "HOME": "/h", "PORTABLE": "y"
    }  # fmt: skip


def test_the_product_is_started_as_a_user_would_with_the_mock_as_its_provider() -> None:
    assert PRODUCT.launch is not None
    launch = PRODUCT.launch(PLACE)
    assert launch.command == [sys.executable, "-m", "cryptodesk", "serve"]
    assert launch.env["CRYPTODESK_HOME"] == "/tmp/place"
    assert launch.env["CRYPTODESK_PORT"] == "8123"
    assert launch.env["CRYPTODESK_OPENAI_BASE_URL"] == PLACE.upstream
    assert PRODUCT.headers(PLACE) == (f"X-CMC_PRO_API_KEY: {launch.env['CRYPTODESK_BOOTSTRAP_KEY']}",)


def test_for_start_times_the_product_has_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-user")
    environment = product_environment(Path("/tmp/home"))
    assert "OPENAI_API_KEY" not in environment
    assert "CRYPTODESK_OPENAI_BASE_URL" not in environment


def test_every_target_is_asked_the_same_but_for_the_model() -> None:
    ours, base = (json.loads(request_body(target, MODES["buffered"])) for target in (PRODUCT, YARDSTICK))
    assert ours.pop("model") == "cmc-ai-v1-gpt-5.1"
    assert base.pop("model") == "mock-model"
    assert ours == base
    assert "stream" not in ours


def test_the_pace_is_said_in_the_last_prompt_only_of_paced_modes() -> None:
    dense, paced, held = (json.loads(request_body(PRODUCT, mode)) for mode in (MODES["dense"], MODES["paced"], HELD))
    assert dense["stream"] is True
    assert "bench-pace" not in json.dumps(dense)
    assert paced["messages"][-1]["content"].endswith(" bench-pace-5ms")
    assert held["messages"][-1]["content"].endswith(" bench-pace-1000ms")


def test_each_dialect_has_its_own_terminator() -> None:
    assert "data:[DONE]" in PRODUCT.holds(MODES["dense"])
    assert "data: [DONE]" in YARDSTICK.holds(MODES["dense"])
    assert "data:[DONE]" not in PRODUCT.holds(MODES["buffered"])
