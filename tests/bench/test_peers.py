from __future__ import annotations

from pathlib import Path

import pytest
from bench.peers import find_peers
from bench.targets import Place


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("litellm", "node"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "start-server.js").write_text("")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("LITELLM", raising=False)
    monkeypatch.delenv("PORTKEY", raising=False)
    return tmp_path


def test_a_peer_that_is_not_there_is_named_with_the_variable_that_would_help(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITELLM", str(tools / "absent"))
    found, missing = find_peers()
    assert found == []
    assert [line.partition(":")[0] for line in missing] == ["litellm", "portkey"]
    assert "not installed (set LITELLM" in missing[0]
    assert "not installed (set PORTKEY" in missing[1]


def test_litellm_is_configured_for_the_mock_alone(tools: Path) -> None:
    (peer,), _ = find_peers()
    assert peer.launch is not None
    launch = peer.launch(Place(8123, "http://127.0.0.1:9000/v1", tools))
    config = (tools / "litellm.yaml").read_text()
    assert launch.command[0] == str(tools / "litellm")
    assert launch.env["LITELLM_MODE"] == "PRODUCTION"
    assert 'api_base: "http://127.0.0.1:9000/v1"' in config
    key = peer.headers(Place(1, "", tools))[0].removeprefix("Authorization: Bearer ")
    assert f"master_key: {key}" in config


def test_portkey_is_told_its_upstream_with_each_request(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTKEY", str(tools / "start-server.js"))
    (_, portkey), missing = find_peers()
    place = Place(8123, "http://127.0.0.1:9000/v1", tools)
    assert missing == []
    assert portkey.launch is not None
    assert portkey.launch(place).command[1:] == [str(tools / "start-server.js"), "--port=8123", "--headless"]
    assert "x-portkey-custom-host: http://127.0.0.1:9000/v1" in portkey.headers(place)
