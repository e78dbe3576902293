"""The other Messari routes over plain HTTP, against the running server: deep research, texts, credits."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.clients.messari_app import marked, plotted
from tests.clients.messari_http import Answer, Http, chat_body
from tests.clients.server import RunningServer, environment

pytestmark = pytest.mark.xdist_group("messari")

JOBS = "/ai/v1/deep-research"
EXTRACTION = "/ai/v1/classification/extraction"
TRENDING = "/ai/v1/questions/trending"
CREDITS = "/user-management/v1/api/credits/allowance"
# Of an asset that no report would speak of unasked.
QUERY = "How did Solana do in August 2026?"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
_JOB_SECONDS = 60


@pytest.fixture
def http(messari_desk: RunningServer) -> Http:
    return Http(messari_desk)


@pytest.fixture(scope="module")
def report(messari_desk: RunningServer) -> Any:
    """A job that has come to its end."""
    http = Http(messari_desk)
    return wait_for(http, create(http, QUERY)["job_id"], lambda job: job["status"] not in {"queued", "in_progress"})


@pytest.fixture(scope="module")
def stranger(messari_desk: RunningServer) -> Http:
    """Somebody of another account."""
    command = [sys.executable, "-m", "cryptodesk", "keys", "create", "stranger", "--account", "other"]
    done = subprocess.run(
        command, env=environment(messari_desk.home), capture_output=True, text=True, timeout=60, check=True
    )
    (key,) = [word for word in done.stdout.split() if word.startswith("cd_")]
    return Http(messari_desk, key)


def create(http: Http, query: str, **fields: Any) -> Any:
    answer = http.post(JOBS, {"query": query, **fields})
    assert answer.status == 200, answer.body
    return answer.json


def wait_for(http: Http, job_id: str, is_there: Callable[[Any], bool]) -> Any:
    give_up_at = time.monotonic() + _JOB_SECONDS
    while not is_there(job := http.get(f"{JOBS}/{job_id}").json):
        assert time.monotonic() < give_up_at, job
        time.sleep(0.01)
    return job


def fails(answer: Answer, status: int, words: str) -> None:
    assert answer.status == status, answer.body
    assert set(answer.json) == {"error", "data"}
    assert words in answer.json["error"]


# -- deep research -----------------------------------------------------------------------------------------------------


def test_a_new_job_is_told_at_once(http: Http) -> None:
    before = int(time.time())
    job = create(http, QUERY, instructions="Be brief.")
    assert str(UUID(job["job_id"])) == job["job_id"]
    assert (job["object"], job["query"], job["model"]) == ("deep_research", QUERY, "messari-ai")
    assert job["status"] in {"queued", "in_progress"}
    assert before <= job["created_at"] <= int(time.time())
    assert "output" not in job


def test_a_job_ends_with_a_report_whose_sources_are_numbered(report: Any) -> None:
    assert report["status"] == "completed"
    text, sources = report["output"]["report"], report["output"]["sources"]
    assert text.startswith("# ")
    assert "Solana (SOL)" in text
    assert [source["citationId"] for source in sources] == list(range(1, len(sources) + 1))
    assert marked(text) == [source["citationId"] for source in sources]
    assert all(source["domain"] and source["title"] for source in sources)


def test_a_report_says_what_the_chat_says(http: Http, report: Any) -> None:
    answer = http.post("/ai/v2/chat/completions", chat_body(QUERY)).json["data"]["messages"][0]["content"]
    figures = re.findall(r"\$?[\d.,]+\d%?", answer.partition("[1]")[0].partition("SOL")[2])
    assert len(figures) > 2
    assert [figure for figure in figures if figure not in report["output"]["report"]] == []


def test_progress_and_charts_come_where_they_are_asked_for(http: Http, report: Any) -> None:
    assert "cryptodesk" not in report
    asked = "progress, charts, related_questions"
    extra = http.get(f"{JOBS}/{report['job_id']}", Cryptodesk_Include=asked).json["cryptodesk"]
    assert {"plan", "write", "verify"} <= {step["node"] for step in extra["progress"]}
    assert extra["charts"]
    assert all(plotted(chart) for chart in extra["charts"])
    assert extra["related_questions"]


def test_a_finished_report_is_gone_on_from(http: Http, report: Any) -> None:
    job = create(http, "How volatile was Solana then?", job_id=report["job_id"])
    ended = wait_for(http, job["job_id"], lambda each: each["status"] == "completed")
    assert "Solana (SOL) had a realised volatility" in ended["output"]["report"]
    assert ended["job_id"] != report["job_id"]


def test_a_report_knows_what_the_one_before_it_spoke_of(http: Http, report: Any) -> None:
    job = create(http, "How volatile was it?", job_id=report["job_id"])
    ended = wait_for(http, job["job_id"], lambda each: each["status"] == "completed")
    assert "Solana (SOL) had a realised volatility" in ended["output"]["report"]


def test_the_list_has_the_newest_first_and_no_reports(http: Http, report: Any) -> None:
    create(http, "How is Bitcoin doing?")
    listed = http.get(f"{JOBS}?limit=2&status=completed").json
    assert (listed["limit"], listed["offset"]) == (2, 0)
    assert len(listed["data"]) == min(listed["total"], 2)
    assert {job["status"] for job in listed["data"]} == {"completed"}
    assert not any("output" in job for job in listed["data"])
    everything = http.get(f"{JOBS}?limit=100").json["data"]
    assert report["job_id"] in {job["job_id"] for job in everything}
    moments = [job["created_at"] for job in everything]
    assert moments == sorted(moments, reverse=True)
    assert [job["job_id"] for job in http.get(f"{JOBS}?limit=1&offset=1").json["data"]] == [everything[1]["job_id"]]


def test_a_running_job_is_cancelled_once(endless_desk: RunningServer) -> None:
    http = Http(endless_desk)
    job_id = create(http, QUERY)["job_id"]
    wait_for(http, job_id, lambda job: job["status"] == "in_progress")
    cancelled = http.post(f"{JOBS}/{job_id}/cancel")
    assert (cancelled.status, cancelled.json) == (
        200,
        {"job_id": job_id, "object": "deep_research", "status": "cancelled"},
    )
    assert http.get(f"{JOBS}/{job_id}").json["status"] == "cancelled"
    fails(http.post(f"{JOBS}/{job_id}/cancel"), 409, "'cancelled'")


def test_a_job_that_is_over_cannot_be_cancelled(http: Http, report: Any) -> None:
    fails(http.post(f"{JOBS}/{report['job_id']}/cancel"), 409, "'completed'")


@pytest.mark.parametrize("job_id", [UNKNOWN, "nonsense", "%2e%2e"])
def test_an_unknown_job_is_not_found(http: Http, job_id: str) -> None:
    fails(http.get(f"{JOBS}/{job_id}"), 404, "")
    fails(http.post(f"{JOBS}/{job_id}/cancel"), 404, "")
    fails(http.post(JOBS, {"query": "And then?", "job_id": job_id}), 404, "")


def test_another_accounts_job_is_not_found(report: Any, stranger: Http) -> None:
    unknown = stranger.get(f"{JOBS}/{UNKNOWN}").json["error"]
    answer = stranger.get(f"{JOBS}/{report['job_id']}")
    fails(answer, 404, unknown.replace(UNKNOWN, report["job_id"]))
    fails(stranger.post(f"{JOBS}/{report['job_id']}/cancel"), 404, "")
    fails(stranger.post(JOBS, {"query": "And then?", "job_id": report["job_id"]}), 404, "")
    assert stranger.get(JOBS).json == {"data": [], "total": 0, "limit": 20, "offset": 0}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "query is required"),
        ({"query": 5}, "query must be a string"),
        ({"query": "x" * 20_001}, "query must have at most 20000 characters"),
        ({"query": QUERY, "instructions": []}, "instructions must be a string"),
        ([], "JSON object"),
    ],
)
def test_a_fault_of_a_new_job_is_named(http: Http, body: Any, words: str) -> None:
    fails(http.post(JOBS, body), 400, words)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "offset=-1", "status=done"])
def test_a_fault_of_the_list_is_named(http: Http, query: str) -> None:
    fails(http.get(f"{JOBS}?{query}"), 400, query.partition("=")[0])


# -- texts -------------------------------------------------------------------------------------------------------------


def test_questions_of_the_day_are_as_many_as_were_asked_for(http: Http) -> None:
    assert len(http.get(TRENDING).json["data"]["questions"]) == 5
    body = http.get(f"{TRENDING}?limit=3").json
    assert body["error"] is None
    assert len({each["question"] for each in body["data"]["questions"]}) == 3
    assert all(str(UUID(each["topic_id"])) == each["topic_id"] for each in body["data"]["questions"])
    assert all(each["topic_title"] for each in body["data"]["questions"])
    fails(http.get(f"{TRENDING}?limit=0"), 400, "limit")


def test_entities_are_found_by_type(http: Http) -> None:
    text = "Vitalik Buterin spoke of Uniswap at Coinbase."
    body = http.post(EXTRACTION, {"content": text, "entityTypes": ["person"]}).json
    assert (body["error"], body["metadata"]) == (None, {"status": "success"})
    assert [group["extractedName"] for group in body["data"]["extractedEntities"]] == ["Vitalik Buterin"]
    fails(http.post(EXTRACTION, {"content": text, "entityTypes": ["planet"]}), 400, "entityTypes[0]")


# -- credits -----------------------------------------------------------------------------------------------------------


def test_chats_and_reports_take_their_credits_and_faults_none(stranger: Http) -> None:
    def left() -> int:
        return int(stranger.get(CREDITS).json["remainingCredits"])

    at_first = left()
    stranger.post("/ai/v2/chat/completions", chat_body(QUERY))
    assert at_first - left() == 5
    stranger.post("/ai/v2/chat/completions", chat_body(QUERY, verbosity="chatty"))
    stranger.get(TRENDING)
    assert at_first - left() == 5
    job = create(stranger, QUERY)
    wait_for(stranger, job["job_id"], lambda each: each["status"] == "completed")
    assert at_first - left() == 505


@pytest.mark.parametrize(("method", "path"), [("GET", JOBS), ("POST", JOBS), ("GET", TRENDING), ("GET", CREDITS)])
def test_a_wrong_key_opens_nothing(messari_desk: RunningServer, method: str, path: str) -> None:
    answer = Http(messari_desk, key="wrong").send(method, path, json.dumps({"query": QUERY}).encode())
    assert (answer.status, answer.json) == (401, {"error": "Invalid API key", "data": None})
