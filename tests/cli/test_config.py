"""`cryptodesk config` as a process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.support import cryptodesk


def shown(home: Path, **variables: str) -> dict[str, Any]:
    done = cryptodesk(home, "config", "show", "--json", **variables)
    assert done.returncode == 0, done.stderr
    assert "canary" not in done.stdout
    return {setting["name"]: setting for setting in json.loads(done.stdout)["settings"]}


def test_show_says_where_each_value_comes_from(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    file = tmp_path / "desk" / "cryptodesk.toml"
    file.write_text("run_rounds = 3\nport = 1111\n")
    found = shown(tmp_path, PORT="2222", CRYPTODESK_HEADER_SECONDS="7")
    assert (found["run_rounds"]["value"], found["run_rounds"]["origin"]) == (3, "file")
    assert found["run_rounds"]["where"] == str(file)
    assert (found["port"]["value"], found["port"]["where"]) == (2222, "PORT")
    assert (found["header_seconds"]["value"], found["header_seconds"]["where"]) == (7.0, "CRYPTODESK_HEADER_SECONDS")
    assert (found["run_seconds"]["value"], found["run_seconds"]["origin"]) == (120.0, "default")
    assert found["run_seconds"]["meaning"] == "Time one run may take."


def test_show_masks_every_secret(tmp_path: Path) -> None:
    found = shown(
        tmp_path,
        CRYPTODESK_BOOTSTRAP_KEY="canary-bootstrap-0123",
        CRYPTODESK_METRICS_KEY="canary-metrics-01234",
        CRYPTODESK_PROXY="http://user:canary-proxy@127.0.0.1:3128",
        CRYPTODESK_SOURCE_ADDRESSES='{"ethereum_rpc": "http://127.0.0.1/v3/canary0123456789abcdef"}',
    )
    assert found["bootstrap_key"]["value"] == found["metrics_key"]["value"] == "[secret]"
    assert found["proxy"]["value"] == "http://user:[secret]@127.0.0.1:3128"
    assert found["source_addresses"]["value"] == {"ethereum_rpc": "http://127.0.0.1/v3/[secret]"}


def test_show_for_people_can_be_kept_to_what_was_changed(tmp_path: Path) -> None:
    done = cryptodesk(tmp_path, "config", "show", "--changed", CRYPTODESK_RUN_ROUNDS="3")
    names = [line.split()[0] for line in done.stdout.splitlines()[1:] if not line.startswith(" ")]
    assert "run_rounds" in names
    assert "run_seconds" not in names


def test_check_of_a_good_configuration_ends_with_0(tmp_path: Path) -> None:
    done = cryptodesk(tmp_path, "config", "check", CRYPTODESK_PORT="0")
    assert (done.returncode, done.stdout.splitlines()[-1].split(": ")[1]) == (0, "0 errors, 0 warnings")


def test_check_names_every_wrong_setting_at_once_and_shows_no_value(tmp_path: Path) -> None:
    wrong = {"CRYPTODESK_RUN_SECONDS": "canary", "CRYPTODESK_PORT": "99999", "CRYPTODESK_DATA": "canary"}
    done = cryptodesk(tmp_path, "config", "check", "--json", **wrong)
    said = json.loads(done.stdout)
    assert (done.returncode, said["is_well"], said["errors"]) == (1, False, 3)
    assert {finding["about"] for finding in said["findings"]} == {"run_seconds", "CRYPTODESK_PORT", "data"}
    assert "Time one run may take." in next(f["advice"] for f in said["findings"] if f["about"] == "run_seconds")
    assert "canary" not in done.stdout + done.stderr


def test_a_warning_alone_ends_with_0(tmp_path: Path) -> None:
    done = cryptodesk(tmp_path, "config", "check", CRYPTODESK_PORT="0", CRYPTODESK_RUN_SECOND="3")
    assert done.returncode == 0
    assert "warning: CRYPTODESK_RUN_SECOND: " in done.stdout
    assert "Did you mean CRYPTODESK_RUN_SECONDS?" in done.stdout
