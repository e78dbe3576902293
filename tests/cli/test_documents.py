"""The documents commands as a user runs them: what they show, what they ask, and how they end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cryptodesk.cli.documents import app

FEED = (
    "<rss><channel><title>Paper</title><link>http://127.0.0.1/</link>"
    "<item><title>Bitcoin rises</title><link>/1</link><description>Bitcoin went up today.</description></item>"
    "<item><title>Later</title><link>/2</link><pubDate>Fri, 01 Jan 2100 00:00:00 GMT</pubDate></item>"
    "<item/></channel></rss>"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("CRYPTODESK_CONFIG", raising=False)
    return tmp_path / "home"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("# On Ethereum\n\nEthereum is what this note is about.")
    return folder


@pytest.fixture
def feed() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/feed" else 404)
            self.end_headers()
            self.wfile.write(FEED.encode() if self.path == "/feed" else b"")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/feed"
    server.shutdown()
    thread.join()
    server.server_close()


def run(*arguments: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=answer)


def run_json(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def test_the_handbook_is_there_without_being_asked_for() -> None:
    done = run("sync")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("1 Handbook: ")
    status = run_json("status")
    assert status["documents"] >= 150
    assert [(held["source"], held["type"]) for held in status["holdings"]] == [("handbook", "handbook")]
    assert [(found["source"], found["state"]) for found in status["subscriptions"]] == [("handbook", "fresh")]
    assert run("sync", "--due").stdout == ""


def test_a_folder_is_added_synced_shown_and_removed(notes: Path) -> None:
    added = run("add", notes)
    assert added.exit_code == 0, added.output
    assert f"2: subscribed to {notes} as markdown_folder" in added.stdout
    assert "was subscribed already" in run("add", notes).stdout
    synced = run_json("sync", "2")
    assert [(found["added"], found["error"]) for found in synced["synced"]] == [(1, None)]
    assert run("sync", notes).stdout == "2 notes: nothing new\n"
    shown = run("status")
    assert "markdown_folder" in shown.stdout
    assert "fresh" in shown.stdout
    refused = run("remove", "2", answer="n\n")
    assert refused.exit_code == 1
    assert "Delete 1 documents?" in refused.output
    assert run_json("remove", "2", "--yes") == {"removed": [2], "documents": 1}
    assert [found["subscription_id"] for found in run_json("status")["subscriptions"]] == [1]


def test_documents_can_outlive_their_subscription(notes: Path) -> None:
    run("add", notes)
    run("sync", "2")
    assert run_json("remove", "2", "--keep-documents") == {"removed": [2], "documents": 0}
    held = {found["source"]: found["documents"] for found in run_json("status")["holdings"]}
    assert held["markdown_folder"] == 1


def test_a_feed_in_the_own_network_is_read_when_the_operator_says_so(feed: str) -> None:
    assert run("add", feed).exit_code == 0
    refused = run("sync", "2")
    assert refused.exit_code == 1
    assert "port" in refused.stderr
    run("add", feed, "--inside", "--type", "news", "--publisher", "Our paper")
    done = run("sync", "2")
    assert done.exit_code == 0, done.output
    assert done.stdout == "2 Paper: 2 new, 2 problems\n"
    status = run_json("status")
    (found,) = [found for found in status["subscriptions"] if found["subscription_id"] == 2]
    assert {problem["reason"] for problem in found["problems"]} == {
        "has neither id, link nor title", "its date 2100-01-01 00:00 is in the future and was left out",
    }  # fmt: skip
    assert ("rss", "news") in [(held["source"], held["type"]) for held in status["holdings"]]
    assert "2: Later: its date" in run("status").stdout


def test_one_failing_source_does_not_stop_the_others_and_shows_in_the_exit_code(notes: Path, feed: str) -> None:
    run("add", feed.replace("/feed", "/missing.xml"), "--inside")
    run("add", notes)
    done = run("sync")
    assert done.exit_code == 1
    assert "has no such page (HTTP 404)" in done.stderr
    assert "3 notes: 1 new" in done.stdout
    shown = run("status", "--problems")
    assert "failing" in shown.stdout
    assert "(HTTP 404)" in shown.stdout


def test_the_shipped_feeds_are_subscribed_to_only_when_asked() -> None:
    assert "cryptodesk documents add --defaults: subscribes to" in run("status").stdout
    added = run_json("add", "--defaults")["subscriptions"]
    assert len(added) >= 10
    assert all(found["is_new"] and found["source"] == "rss" for found in added)
    assert run_json("status")["defaults_left"] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add",), "name an address"),
        (("add", "a.example/feed", "--interval", "often"), "--interval: expected"),
        (("sync", "--accept-identity"), "--accept-identity goes with"),
        (("sync", "99"), "no subscription is called '99'"),
        (("remove", "nothing"), "no subscription is called 'nothing'"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_is_right(arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert told in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "bitcoin"), "looks like no source"),
        (("add", "a.example/feed", "--source", "poem"), "no source is called 'poem'"),
        (("add", "a.example/feed", "--type", "poem"), "no document type is called 'poem'"),
        (("add", "a.example/feed", "--interval", "10s"), "at least 300 s"),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_leaves_nothing(arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 1
    assert told in done.stderr
    assert len(run_json("status")["subscriptions"]) == 1


def test_json_asks_nothing(notes: Path) -> None:
    run("add", notes)
    run("sync", "2")
    done = run("remove", "2", "--json")
    assert (done.exit_code, "say --yes" in done.stderr) == (2, True)
