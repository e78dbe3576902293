"""`cryptodesk replay` and `cryptodesk evidence` as a user runs them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cryptodesk.cli import app
from cryptodesk.cli.replay import plain_run_id
from tests.app.recording.support import CHAT, recording_app, recording_settings, run_ids

PLAIN = {"model": "scripted-plain", "messages": [{"role": "user", "content": "hello"}]}
run = CliRunner().invoke


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, bytes]:
    """A data folder, the id of its one answer, and that answer."""
    settings = recording_settings(tmp_path_factory.mktemp("home"), data="snapshot")
    bodies: list[bytes] = []

    async def serve() -> None:
        async with recording_app(settings) as asker:
            await asker.ask(CHAT, PLAIN)
            bodies.extend(asker.bodies)

    asyncio.run(serve())
    return settings.home, run_ids(settings)[0], bodies[0]


@pytest.fixture(autouse=True)
def home(recorded: tuple[Path, str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTODESK_HOME", str(recorded[0]))


def test_a_replay_says_how_many_bytes_are_the_same_and_can_write_them(
    recorded: tuple[Path, str, bytes], tmp_path: Path
) -> None:
    _, run_id, body = recorded
    done = run(app, ["replay", f"chatcmpl-{run_id}", "--output", str(tmp_path / "body")])
    assert (done.exit_code, done.stdout.split("; ")[0]) == (0, f"The same {len(body)} bytes")
    assert (tmp_path / "body").read_bytes() == body


def test_a_run_that_was_not_recorded_is_said_to_be_none() -> None:
    done = run(app, ["replay", "0" * 32])
    assert done.exit_code == 1
    assert "There is no recording of run" in done.output


def test_evidence_is_written_checked_and_found_out_when_it_is_changed(
    recorded: tuple[Path, str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.json"
    done = run(app, ["evidence", recorded[1], "--output", str(path)])
    assert done.exit_code == 0
    root = json.loads(path.read_bytes())["root"]
    assert f"root {root}" in done.output
    # The check is made elsewhere: there is no data folder.
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "nowhere"))
    done = run(app, ["evidence", "--check", str(path), "--root", root])
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, f"Whole: run {recorded[1]}, root {root}.")
    assert not (tmp_path / "nowhere").exists()
    path.write_bytes(path.read_bytes().replace(b"peer-to-peer", b"pear-to-peer", 1))
    done = run(app, ["evidence", "--check", str(path)])
    assert done.exit_code == 1
    assert done.stdout.startswith("NOT PROVEN: the part ")


def test_evidence_goes_to_standard_output_where_no_file_is_named(recorded: tuple[Path, str, bytes]) -> None:
    done = run(app, ["evidence", recorded[1]])
    assert json.loads(done.stdout)["parts"]["run"]["run_id"] == recorded[1]


@pytest.mark.parametrize("arguments", [[], ["id", "--check", "file"], ["--check", "/nowhere/file"]])
def test_wrong_use_is_explained(arguments: list[str]) -> None:
    done = run(app, ["evidence", *arguments])
    assert done.exit_code == 2
    assert "cryptodesk: " in done.output


@pytest.mark.parametrize(
    "text", ["01A2" + "0" * 28, "chatcmpl-01a2" + "0" * 28, " 01a20000-0000-0000-0000-000000000000 "]
)
def test_an_answers_id_will_do(text: str) -> None:
    assert plain_run_id(text) == "01a2" + "0" * 28
