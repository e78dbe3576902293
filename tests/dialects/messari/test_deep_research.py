"""The deep research routes: create, look at, list, cancel, follow up, and what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.errors import RateLimited
from cryptodesk.core.jobs import JobReport
from cryptodesk.dialects._http import build_asgi
from cryptodesk.dialects.messari.deep_research import MAX_CHARACTERS, MAX_OFFSET, PATH
from tests.dialects.messari.requirements_side import requirement
from tests.dialects.messari.side_support import JOB_ID, FakeJobs, SideClient, a_job, fault, job_id
from tests.dialects.messari.support import CHART, SOURCES, STEPS
from tests.dialects.support import KEY, NOW, no_lifespan

CREATED_AT = int(NOW.timestamp())
HEAD = {
    "job_id": JOB_ID,
    "object": "deep_research",
    "status": "queued",
    "query": "Is Bitcoin money?",
    "model": "messari-ai",
    "created_at": CREATED_AT,
}
REPORT = JobReport("# Report\n\nYes [1].", SOURCES[:1], (CHART,), ("And Ether?",))


def completed(**changes: Any) -> Any:
    return a_job(**{"status": "completed", "report": REPORT, "steps": STEPS, **changes})


# -- create ------------------------------------------------------------------------------------------------------------


@requirement("MES-DR-CREATE", "MES-DR-MODEL")
async def test_a_job_is_created_and_comes_back_queued() -> None:
    jobs = FakeJobs()
    answer = await SideClient(jobs=jobs).send_json(PATH, {"query": "Is Bitcoin money?", "instructions": " Briefly. "})
    assert answer.status == 200
    assert answer.json == {**HEAD, "job_id": job_id(1)}
    assert list(answer.json) == list(HEAD)
    assert jobs.created == [{"query": "Is Bitcoin money?", "instructions": "Briefly.", "follow_up_of": None}]


@requirement("MES-DR-CREATE")
@pytest.mark.parametrize("more", [{}, {"instructions": None, "job_id": None}, {"job_id": ""}, {"unknown": [1]}])
async def test_null_is_as_good_as_absent_and_unknown_fields_are_ignored(more: dict[str, Any]) -> None:
    jobs = FakeJobs()
    answer = await SideClient(jobs=jobs).send_json(PATH, {"query": "?", **more})
    assert (answer.status, jobs.created) == (200, [{"query": "?", "instructions": "", "follow_up_of": None}])


@requirement("MES-DR-FIELDS")
@pytest.mark.parametrize("value", [1, 1.5, True, [], ["?"], {}, {"text": "?"}])
@pytest.mark.parametrize("name", ["query", "instructions", "job_id"])
async def test_a_wrong_type_in_any_field_is_refused_by_its_name(name: str, value: Any) -> None:
    jobs = FakeJobs()
    answer = await SideClient(jobs=jobs).send_json(PATH, {"query": "?", name: value})
    status, text = fault(answer)
    assert status == 400
    assert text.startswith(f"{name} must be a string")
    assert jobs.created == []


@requirement("MES-DR-FIELDS")
@pytest.mark.parametrize("body", [{}, {"query": None}, {"query": ""}, {"query": " \n"}, {"question": "?"}])
async def test_a_query_is_required(body: dict[str, Any]) -> None:
    assert fault(await SideClient(jobs=FakeJobs()).send_json(PATH, body)) == (400, "query is required")


@requirement("MES-DR-FIELDS")
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"query"', b"\xff{}", b"[" * 100_000, b'{"query":"\\ud800"}']
)
async def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    status, text = fault(await SideClient(jobs=FakeJobs()).send_json(PATH, body))
    assert (status, text.startswith("the request body")) == (400, True)


@requirement("MES-DR-BOUNDS")
@pytest.mark.parametrize("name", ["query", "instructions"])
async def test_long_texts_are_taken_up_to_a_bound(name: str) -> None:
    client = SideClient(jobs=FakeJobs())
    assert (await client.send_json(PATH, {"query": "?", name: "x" * MAX_CHARACTERS})).status == 200
    refused = await client.send_json(PATH, {"query": "?", name: "x" * (MAX_CHARACTERS + 1)})
    assert fault(refused) == (400, f"{name} must have at most 20000 characters, not 20001")


@requirement("MES-DR-FOLLOW-UP")
async def test_a_completed_job_can_be_followed_up() -> None:
    jobs = FakeJobs(completed())
    answer = await SideClient(jobs=jobs).send_json(PATH, {"query": "And Ether?", "job_id": JOB_ID})
    assert (answer.status, answer.json["job_id"]) == (200, job_id(1))
    assert jobs.created[0]["follow_up_of"] == JOB_ID


@requirement("MES-DR-FOLLOW-UP")
async def test_unknown_foreign_and_unfinished_jobs_cannot_be_followed_up() -> None:
    jobs = FakeJobs(a_job(), completed(job_id=job_id(7), account_id="other"))
    client = SideClient(jobs=jobs)
    for earlier, status in ((job_id(9), 404), (job_id(7), 404), ("no uuid", 404), (JOB_ID, 409)):
        assert fault(await client.send_json(PATH, {"query": "?", "job_id": earlier}))[0] == status
    assert jobs.created == []


@requirement("MES-DR-LIMIT")
async def test_an_account_with_too_many_open_jobs_is_told_to_wait() -> None:
    jobs = FakeJobs()
    jobs.failure = RateLimited("This account has 50 research jobs that are not over; wait for one to end.")
    status, text = fault(await SideClient(jobs=jobs).send_json(PATH, {"query": "?"}))
    assert (status, text.startswith("rate limit exceeded. ")) == (429, True)


# -- get ---------------------------------------------------------------------------------------------------------------


@requirement("MES-DR-GET")
@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelled"])
async def test_a_job_without_a_report_is_its_state(status: Any) -> None:
    answer = await SideClient(jobs=FakeJobs(a_job(status=status))).get(f"{PATH}/{JOB_ID}")
    assert (answer.status, answer.json) == (200, {**HEAD, "status": status})


@requirement("MES-DR-GET")
async def test_a_completed_job_has_its_report_and_sources() -> None:
    answer = await SideClient(jobs=FakeJobs(completed())).get(f"{PATH}/{JOB_ID}")
    source = {
        "citationId": 1,
        "domain": "bitcoin.org",
        "title": "Bitcoin “white” paper",
        "url": "https://bitcoin.org/b.pdf",
    }
    assert answer.json == {
        **HEAD,
        "status": "completed",
        "output": {"report": "# Report\n\nYes [1].", "sources": [source]},
    }


@requirement("MES-DR-GET")
async def test_a_failed_job_says_why() -> None:
    job = a_job(status="failed", error_code="run_timeout", error_message="It took too long.")
    answer = await SideClient(jobs=FakeJobs(job)).get(f"{PATH}/{JOB_ID}")
    assert answer.json == {
        **HEAD,
        "status": "failed",
        "error": {"code": "run_timeout", "message": "It took too long."},
    }


@requirement("MES-DR-EXTRA")
async def test_progress_charts_and_questions_come_if_they_are_asked_for() -> None:
    client = SideClient(jobs=FakeJobs(completed()))
    answer = await client.get(f"{PATH}/{JOB_ID}", Cryptodesk_Include="progress, charts related_questions")
    extra = answer.json["cryptodesk"]
    assert [(step["node"], step["status"]) for step in extra["progress"]] == [
        ("plan", "completed"),
        ("write", "failed"),
    ]
    assert (extra["charts"][0]["dataset"], extra["related_questions"]) == ("price", ["And Ether?"])
    only = await client.get(f"{PATH}/{JOB_ID}", Cryptodesk_Include="progress")
    assert list(only.json["cryptodesk"]) == ["progress"]


@requirement("MES-DR-EXTRA")
async def test_progress_is_shown_while_a_job_runs() -> None:
    client = SideClient(jobs=FakeJobs(a_job(status="in_progress", steps=STEPS[:1])))
    answer = await client.get(f"{PATH}/{JOB_ID}", Cryptodesk_Include="progress,charts")
    assert answer.json["cryptodesk"]["progress"][0]["detail"] == "price of Bitcoin"
    assert answer.json["cryptodesk"]["charts"] == []


@requirement("MES-DR-EXTRA")
async def test_what_cannot_be_included_is_refused() -> None:
    client = SideClient(jobs=FakeJobs(completed()))
    status, text = fault(await client.get(f"{PATH}/{JOB_ID}", Cryptodesk_Include="verification"))
    assert (status, "'progress', 'charts', 'related_questions'" in text) == (400, True)


@requirement("MES-DR-UNKNOWN")
@pytest.mark.parametrize("name", ["", "nobody", job_id(9), job_id(7), "%00", "..", "x" * 5000, "\U0001f600"])
async def test_unknown_foreign_and_malformed_ids_are_not_found(name: str) -> None:
    client = SideClient(jobs=FakeJobs(a_job(), a_job(job_id=job_id(7), account_id="other")))
    for answer in (await client.get(f"{PATH}/{name}"), await client.send_json(f"{PATH}/{name}/cancel", {})):
        status, text = fault(answer)
        assert (status, text.startswith("not found")) == (404, True)


@requirement("MES-DR-UNKNOWN")
@pytest.mark.parametrize("tail", ["cancel/", "cancel/x", "report", "/"])
async def test_unknown_paths_below_a_job_are_not_found(tail: str) -> None:
    client = SideClient(jobs=FakeJobs(a_job()))
    for method in ("GET", "POST"):
        status, text = fault(await client.call(method, f"{PATH}/{JOB_ID}/{tail}", b"", {"x-messari-api-key": KEY}))
        assert (status, text) == (404, f"not found: {method} {PATH}/{JOB_ID}/{tail}")


# -- list --------------------------------------------------------------------------------------------------------------


@requirement("MES-DR-LIST")
async def test_the_list_has_the_accounts_jobs_with_their_total() -> None:
    jobs = FakeJobs(*(a_job(job_id=job_id(number)) for number in range(30)), a_job(account_id="other"))
    answer = await SideClient(jobs=jobs).get(PATH)
    assert list(answer.json) == ["data", "total", "limit", "offset"]
    assert (answer.json["total"], answer.json["limit"], answer.json["offset"]) == (30, 20, 0)
    assert [job["job_id"] for job in answer.json["data"]] == [job_id(number) for number in range(20)]
    assert answer.json["data"][0] == {**HEAD, "job_id": job_id(0)}


@requirement("MES-DR-LIST")
@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("limit=1&offset=2&status=queued", {"status": "queued", "limit": 1, "offset": 2}),
        ("limit=100", {"status": None, "limit": 100, "offset": 0}),
        ("limit=&status=&offset=", {"status": None, "limit": 20, "offset": 0}),
        (f"offset={MAX_OFFSET}&other=1", {"status": None, "limit": 20, "offset": MAX_OFFSET}),
        ("status=in_progress&limit=%2020", {"status": "in_progress", "limit": 20, "offset": 0}),
    ],
)
async def test_the_list_is_narrowed_by_its_parameters(query: str, asked: dict[str, Any]) -> None:
    jobs = FakeJobs()
    answer = await SideClient(jobs=jobs).get(PATH, query)
    assert (answer.status, jobs.listed) == (200, [asked])
    assert answer.json == {"data": [], "total": 0, "limit": asked["limit"], "offset": asked["offset"]}


@requirement("MES-DR-LIST-BAD")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("limit", value) for value in ("0", "-1", "101", "1.5", "many", "1e3", "9" * 400, "%D9%A3", "0x10", "1_0")),
        *(("offset", value) for value in ("-1", "none", str(MAX_OFFSET + 1), "9" * 5000, "1.0")),
        *(("status", value) for value in ("done", "QUEUED", "queued,failed", "%00", "x" * 5000)),
    ],
)
async def test_parameters_out_of_range_are_refused_by_their_name(name: str, value: str) -> None:
    jobs = FakeJobs()
    status, text = fault(await SideClient(jobs=jobs).get(PATH, f"{name}={value}"))
    assert (status, text.startswith(f"{name} must be"), len(text) < 500) == (400, True, True)
    assert jobs.listed == []


@requirement("MES-DR-LIST-BAD")
async def test_a_query_of_very_many_parameters_is_refused() -> None:
    query = "&".join(f"p{number}=1" for number in range(1000))
    assert fault(await SideClient(jobs=FakeJobs()).get(PATH, query)) == (400, "the query has too many parameters")


# -- cancel ------------------------------------------------------------------------------------------------------------


@requirement("MES-DR-CANCEL")
@pytest.mark.parametrize("status", ["queued", "in_progress"])
@pytest.mark.parametrize("body", [b"", b"{}", b"not read"])
async def test_a_job_that_is_not_over_can_be_cancelled_once(status: Any, body: bytes) -> None:
    client = SideClient(jobs=FakeJobs(a_job(status=status)))
    answer = await client.send_json(f"{PATH}/{JOB_ID}/cancel", body)
    assert answer.status == 200
    assert answer.json == {"job_id": JOB_ID, "object": "deep_research", "status": "cancelled"}
    again = await client.send_json(f"{PATH}/{JOB_ID}/cancel", body)
    assert fault(again)[0] == 409
    # Trying again cannot help.
    assert again.headers["x-should-retry"] == "false"


@requirement("MES-DR-CANCEL")
@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
async def test_a_job_that_is_over_cannot_be_cancelled(status: Any) -> None:
    client = SideClient(jobs=FakeJobs(a_job(status=status)))
    assert fault(await client.send_json(f"{PATH}/{JOB_ID}/cancel", {}))[0] == 409


# -- methods, keys, mounting -------------------------------------------------------------------------------------------


@requirement("MES-SIDE-405")
@pytest.mark.parametrize(
    ("path", "allowed"),
    [(PATH, "GET, HEAD, POST"), (f"{PATH}/{JOB_ID}", "GET, HEAD"), (f"{PATH}/{JOB_ID}/cancel", "POST")],
)
async def test_other_methods_are_told_which_there_are(path: str, allowed: str) -> None:
    client = SideClient(jobs=FakeJobs(a_job()))
    wrong = {"GET", "POST", "PUT", "PATCH", "DELETE", "BREW"} - set(allowed.split(", "))
    for method in sorted(wrong):
        answer = await client.call(method, path, b"", {"x-messari-api-key": KEY})
        assert (fault(answer)[0], answer.headers["allow"]) == (405, allowed)
    options = await client.call("OPTIONS", path)
    assert (options.status, options.headers["allow"], options.body) == (204, allowed, b"")


@requirement("MES-SIDE-KEY")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"x-messari-api-key": "wrong"}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"X-Messari-API-Key": KEY}, 200),
        ({"authorization": f"Bearer {KEY}"}, 200),
    ],
)
async def test_either_header_holds_the_key(headers: dict[str, str], status: int) -> None:
    client = SideClient(jobs=FakeJobs(a_job(status="in_progress")))
    for method, path in (("GET", PATH), ("GET", f"{PATH}/{JOB_ID}"), ("POST", f"{PATH}/{JOB_ID}/cancel")):
        answer = await client.call(method, path, b"", headers)
        assert answer.status == status
        if status == 401:
            assert fault(answer) == (401, "Invalid API key")
    assert (await client.call("POST", PATH, json.dumps({"query": "?"}).encode(), headers)).status == status


@requirement("MES-SIDE-ABSENT")
async def test_without_jobs_the_routes_are_not_there() -> None:
    client = SideClient(jobs=None)
    for path in (PATH, f"{PATH}/{JOB_ID}"):
        with pytest.raises(AssertionError, match="no route"):
            await client.get(path)


@requirement("MES-DR-LIST", "MES-DR-GET", "MES-DR-UNKNOWN")
async def test_the_dialect_mounts_the_routes_before_its_own_404() -> None:
    client = SideClient(jobs=FakeJobs(a_job()))
    client.app = build_asgi(client.ports, no_lifespan)
    assert (await client.get(PATH)).json["total"] == 1
    assert (await client.get(f"{PATH}/{JOB_ID}")).json["job_id"] == JOB_ID
    assert (await client.send_json(f"{PATH}/{JOB_ID}/cancel", {})).json["status"] == "cancelled"
    for path in (f"{PATH}s", f"{PATH}/{JOB_ID}/x"):
        assert fault(await client.get(path)) == (404, f"not found: GET {path}")


@requirement("MES-SIDE-DEFECT")
async def test_a_defect_tells_no_cause(caplog: pytest.LogCaptureFixture) -> None:
    jobs = FakeJobs()
    jobs.failure = ZeroDivisionError("a secret of the house")
    answer = await SideClient(jobs=jobs).send_json(PATH, {"query": "?"})
    assert fault(answer) == (500, "Internal server error, please try again")
    assert "a secret of the house" in caplog.text
