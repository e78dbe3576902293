"""What a user of the command `llm` does with the OpenAI dialect: its model class for OpenAI-shaped services."""

from __future__ import annotations

from typing import Any

from llm.default_plugins.openai_models import Chat

from tests.clients.strict_report import ANALYST, PRICE, Scenarios

scenario = Scenarios("llm")


@scenario
def a_prompt_is_answered_in_pieces(connect: Any) -> None:
    response = connect(ANALYST).prompt(PRICE, stream=True)
    pieces = list(response)
    assert len(pieces) > 1
    assert "Bitcoin" in "".join(pieces)
    assert response.usage().output > 0


@scenario
def a_prompt_is_answered_whole(connect: Any) -> None:
    assert "Bitcoin" in connect(ANALYST).prompt(PRICE, stream=False).text()


@scenario
def a_conversation_goes_on(connect: Any) -> None:
    talk = connect(ANALYST).conversation()
    assert "Bitcoin" in talk.prompt(PRICE).text()
    assert "Ethereum" in talk.prompt("And Ethereum?").text()


def _connect(url: str, key: str) -> Any:
    return lambda model: _keyed(Chat(f"desk/{model}", model_name=model, api_base=url), key)


def _keyed(model: Any, key: str) -> Any:
    model.key = key
    return model


if __name__ == "__main__":
    scenario.report(_connect)
