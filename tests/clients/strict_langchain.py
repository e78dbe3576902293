"""What a user of `langchain-openai` does with the OpenAI dialect, on the running desk."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI

from tests.clients.strict_report import ANALYST, OWN_TOOLS_ALONE, PRICE, SCRIPTED_CALL, WALLET, Scenarios

scenario = Scenarios("langchain-openai")


@scenario
def invoke_answers(connect: Any) -> None:
    answer = connect(ANALYST).invoke(PRICE)
    assert "Bitcoin" in answer.content
    assert answer.usage_metadata["total_tokens"] > 0


@scenario
def stream_says_the_same(connect: Any) -> None:
    model = connect(ANALYST)
    assert "".join(chunk.content for chunk in model.stream(PRICE)) == model.invoke(PRICE).content


@scenario
def a_bound_tool_is_called_and_answered(connect: Any) -> None:
    model = connect(SCRIPTED_CALL, extra_body=OWN_TOOLS_ALONE).bind_tools([WALLET])
    asked = HumanMessage('{"wallet": "main"}')
    first = model.invoke([asked])
    (call,) = first.tool_calls
    assert (call["name"], call["args"]) == ("get_balance", {"wallet": "main"})
    second = model.invoke([asked, first, ToolMessage('{"btc": 0.42}', tool_call_id=call["id"])])
    assert "0.42" in second.content


@scenario
def structured_output_is_an_object(connect: Any) -> None:
    schema = {
        "title": "verdict",
        "type": "object",
        "properties": {"status": {"type": "string", "enum": ["ok"]}},
        "required": ["status"],
        "additionalProperties": False,
    }
    found = connect(ANALYST).with_structured_output(schema, method="json_schema", strict=True).invoke("Say ok.")
    assert found == {"status": "ok"}


@scenario
def a_stop_sequence_is_honoured(connect: Any) -> None:
    assert connect("scripted-plain").invoke("hi", stop=["currency"]).content == "Bitcoin is a peer-to-peer "


def _connect(url: str, key: str) -> Any:
    return lambda model, **more: ChatOpenAI(model=model, base_url=url, api_key=key, max_retries=0, **more)


if __name__ == "__main__":
    scenario.report(_connect)
