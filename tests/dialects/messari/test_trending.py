"""The route of trending questions."""

from __future__ import annotations

import pytest

from cryptodesk.dialects.messari.trending import PATH
from cryptodesk.documents.trending import Trending, TrendingQuestion
from tests.dialects.messari.requirements_side import requirement
from tests.dialects.messari.side_support import FakeTexts, SideClient, fault
from tests.dialects.support import KEY

TOPIC_ID = "0b6f9f4e-7d0a-4c8e-9a24-22ff2c3d462c"
QUESTIONS = tuple(
    TrendingQuestion(question=f"Question {number}?", topic_title=f"Topic {number}", topic_id=TOPIC_ID, score=9 - number)
    for number in range(9)
)


def some_texts() -> FakeTexts:
    return FakeTexts(found=Trending(QUESTIONS, 40, ("a note",)))


@requirement("MES-TR-BODY")
async def test_questions_come_with_their_topics_the_highest_score_first() -> None:
    answer = await SideClient(texts=some_texts()).get(PATH, "limit=2")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == {
        "error": None,
        "data": {
            "questions": [
                {"question": "Question 0?", "topic_title": "Topic 0", "topic_id": TOPIC_ID},
                {"question": "Question 1?", "topic_title": "Topic 1", "topic_id": TOPIC_ID},
            ]
        },
    }


@requirement("MES-TR-BODY")
async def test_where_nothing_is_asked_the_list_is_empty() -> None:
    answer = await SideClient(texts=FakeTexts()).get(PATH)
    assert answer.json == {"error": None, "data": {"questions": []}}


@requirement("MES-TR-LIMIT")
@pytest.mark.parametrize(("query", "limit"), [("", 5), ("limit=", 5), ("limit=1", 1), ("limit=50&x=y", 50)])
async def test_the_limit_is_five_unless_it_is_named(query: str, limit: int) -> None:
    texts = some_texts()
    answer = await SideClient(texts=texts).get(PATH, query)
    assert (texts.limits, len(answer.json["data"]["questions"])) == ([limit], min(limit, 9))


@requirement("MES-TR-LIMIT")
@pytest.mark.parametrize("value", ["0", "-1", "51", "1.5", "five", "9" * 5000, "%00", "1e1", "[]"])
async def test_a_limit_out_of_range_is_refused(value: str) -> None:
    texts = some_texts()
    status, text = fault(await SideClient(texts=texts).get(PATH, f"limit={value}"))
    assert (status, text.startswith("limit must be an integer between 1 and 50, not ")) == (400, True)
    assert texts.limits == []


@requirement("MES-SIDE-KEY", "MES-SIDE-405", "MES-SIDE-ABSENT", "MES-SIDE-DEFECT")
async def test_keys_methods_defects_and_absence_are_as_on_the_other_routes(caplog: pytest.LogCaptureFixture) -> None:
    texts = some_texts()
    client = SideClient(texts=texts)
    assert fault(await client.call("GET", PATH)) == (401, "Invalid API key")
    assert (await client.call("GET", PATH, b"", {"authorization": f"Bearer {KEY}"})).status == 200
    assert (await client.call("HEAD", PATH, b"", {"x-messari-api-key": KEY})).status == 200
    refused = await client.send_json(PATH, {})
    assert (fault(refused)[0], refused.headers["allow"]) == (405, "GET, HEAD")
    texts.failure = ZeroDivisionError("a secret of the house")
    assert fault(await client.get(PATH)) == (500, "Internal server error, please try again")
    assert "a secret of the house" in caplog.text
    with pytest.raises(AssertionError, match="no route"):
        await SideClient().get(PATH)
