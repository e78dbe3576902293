"""What a user of `litellm` does with the OpenAI dialect, on the running desk."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import litellm

from tests.clients.strict_report import ANALYST, OWN_TOOLS_ALONE, PRICE, SCRIPTED_CALL, WALLET, Scenarios

scenario = Scenarios("litellm")
# It would print advice between the lines of the report.
litellm.suppress_debug_info = True


def user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def _complete(**fields: Any) -> Any:
    return litellm.completion(num_retries=0, **fields)


@scenario
def a_completion_answers(complete: Any) -> None:
    answer = complete(model=f"openai/{ANALYST}", messages=user(PRICE))
    assert "Bitcoin" in answer.choices[0].message.content
    assert answer.usage.total_tokens > 0


@scenario
def a_stream_says_the_same(complete: Any) -> None:
    asked = {"model": f"openai/{ANALYST}", "messages": user(PRICE)}
    chunks = complete(**asked, stream=True, stream_options={"include_usage": True})
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == complete(**asked).choices[0].message.content


@scenario
def an_own_tool_is_called(complete: Any) -> None:
    asked = {"model": f"openai/{SCRIPTED_CALL}", "messages": user('{"wallet": "main"}'), "tools": [WALLET]}
    answer = complete(**asked, extra_body=OWN_TOOLS_ALONE)
    (call,) = answer.choices[0].message.tool_calls
    assert json.loads(call.function.arguments) == {"wallet": "main"}
    assert answer.choices[0].finish_reason == "tool_calls"


@scenario
def a_wrong_key_is_told(complete: Any) -> None:
    try:
        complete(model=f"openai/{ANALYST}", messages=user("hi"), api_key="wrong")
    except litellm.AuthenticationError:
        return
    raise AssertionError("no error")


if __name__ == "__main__":
    scenario.report(lambda url, key: partial(_complete, api_base=url, api_key=key))
