"""What a user of the official `openai` Python client does on `/ai/openai`. Runs in a process of its own, so that the
same scenarios can be run with any version of the client: `python -m tests.clients.messari_scenarios URL CUT_URL KEY`.

Prints one JSON object: the client's version, and for each scenario "ok" or what went wrong.
"""

from __future__ import annotations

import json
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import openai
import pytest
from openai import OpenAI

from tests.clients.messari_app import CUT_QUESTION, CUT_SHORT, CUT_TEXT, QUESTION, check_metadata, marked


class Desks(NamedTuple):
    """`cut` breaks off in the second sentence of an answer."""

    client: OpenAI
    cut: OpenAI


Scenario = Callable[[Desks], None]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    SCENARIOS[function.__name__] = function
    return function


def user(text: str) -> Any:
    return [{"role": "user", "content": text}]


def ask(client: OpenAI, question: str = QUESTION, **fields: Any) -> Any:
    fields.setdefault("extra_body", {"inline_citations": True})
    return client.chat.completions.create(model="messari", messages=user(question), **fields)


def text_of(answer: Any) -> str:
    return str(answer.choices[0].message.content)


def without_trace(metadata: Any) -> dict[str, Any]:
    return {**metadata, "trace_id": ""}


@scenario
def plain(desks: Desks) -> None:
    answer = ask(desks.client, extra_body={"inline_citations": True, "generate_related_questions": 1})
    assert (answer.model, answer.object, answer.choices[0].finish_reason) == ("messari-ai", "chat.completion", "stop")
    check_metadata(answer.metadata, text_of(answer))
    assert marked(text_of(answer)) == [1]
    assert len(answer.metadata["related_questions"]) == 1
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer._request_id == answer.metadata["trace_id"]


@scenario
def links(desks: Desks) -> None:
    message = ask(desks.client).choices[0].message
    found = [note.url_citation for note in message.annotations]
    assert {message.content[link.start_index : link.end_index] for link in found} == {"[1]"}
    assert {link.url for link in found} == set(message.citations)


@scenario
def streamed(desks: Desks) -> None:
    whole = ask(desks.client)
    chunks = list(ask(desks.client, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == text_of(whole)
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert without_trace(chunks[-1].metadata) == without_trace(whole.metadata)
    assert chunks[-1].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


@scenario
def stream_helper(desks: Desks) -> None:
    fields: Any = {"model": "messari", "messages": user(QUESTION), "extra_body": {"inline_citations": True}}
    with desks.client.chat.completions.stream(**fields) as stream:
        kinds = [event.type for event in stream]
        final: Any = stream.get_final_completion()
    assert kinds.count("content.done") == 1
    assert text_of(final) == text_of(ask(desks.client))
    assert final.choices[0].message.annotations


@scenario
def progress(desks: Desks) -> None:
    extra = {"cryptodesk": {"include": ["progress"]}}
    chunks = [chunk.model_dump() for chunk in ask(desks.client, stream=True, extra_body=extra)]
    steps = [chunk["cryptodesk"]["progress"] for chunk in chunks if chunk.get("cryptodesk")]
    assert steps[0] == [{"node": "plan", "form": "rules", "status": "started"}]
    finished = {(step["node"], step["status"]) for step in steps[-1]}
    assert {("plan", "completed"), ("write", "completed"), ("verify", "completed")} <= finished


@scenario
def either_header(desks: Desks) -> None:
    client = desks.client.with_options(
        api_key="placeholder", default_headers={"x-messari-api-key": desks.client.api_key}
    )
    assert text_of(ask(client)) == text_of(ask(desks.client))


@scenario
def models(desks: Desks) -> None:
    assert [model.id for model in desks.client.models.list()] == ["messari-ai"]


def refused(kind: type[openai.APIStatusError], call: Callable[[], object]) -> openai.APIStatusError:
    with pytest.raises(kind) as raised:
        call()
    return raised.value


@scenario
def errors(desks: Desks) -> None:
    wrong = refused(openai.AuthenticationError, lambda: ask(desks.client.with_options(api_key="wrong")))
    chatty = refused(
        openai.BadRequestError, lambda: ask(desks.client, extra_body={"verbosity": "chatty", "stream": False})
    )
    json_asked = refused(
        openai.BadRequestError, lambda: ask(desks.client, response_format={"type": "json_object"}, extra_body={})
    )
    assert wrong.body == "Invalid API key"
    assert chatty.body == "verbosity must be one of succinct, balanced, verbose, not 'chatty'"
    assert str(json_asked.body).startswith("response_format.type cannot be 'json_object'")
    assert all(each.request_id for each in (wrong, chatty, json_asked))


@scenario
def a_stream_that_breaks_raises(desks: Desks) -> None:
    read: list[str] = []

    def read_on() -> None:
        for chunk in ask(desks.cut, CUT_QUESTION, stream=True):
            read.append(chunk.choices[0].delta.content or "")

    with pytest.raises(openai.APIError, match=CUT_SHORT):
        read_on()
    assert "".join(read) == CUT_TEXT


def main() -> None:
    url, cut_url, key = sys.argv[1:4]
    # The client's type of `metadata` knows texts alone; reading and dumping it work all the same.
    warnings.filterwarnings("ignore", "Pydantic serializer warnings")
    desks = Desks(
        *(OpenAI(api_key=key, base_url=f"{one}/ai/openai", max_retries=0, timeout=30) for one in (url, cut_url))
    )
    outcomes = {}
    for name, run in SCENARIOS.items():
        try:
            run(desks)
            outcomes[name] = "ok"
        except BaseException:
            outcomes[name] = traceback.format_exc()
    json.dump({"version": openai.__version__, "outcomes": outcomes}, sys.stdout)


if __name__ == "__main__":
    main()
