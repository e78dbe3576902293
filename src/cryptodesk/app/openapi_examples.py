"""Requests that can be sent as they stand to a desk without a key of any vendor."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["EXAMPLES", "PARAMETER_EXAMPLES"]

_ANALYST = "cryptodesk-analyst"
_CMC_MODEL = "cmc-ai-v1-gpt-5.1"


def _user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def _example(summary: str, **body: Any) -> dict[str, Any]:
    return {"summary": summary, "value": body}


def _researched(*, stream: bool = True) -> dict[str, Any]:
    question = _user("How did Bitcoin do in August 2026?")
    return {
        "short": _example("A short answer", messages=question, verbosity="succinct", inline_citations=True),
        **({"stream": _example("The same, streamed", messages=question, stream=True)} if stream else {}),
    }


_COMPARISON: Final = _user("Compare SOL and ETH over 90 days")

# By operation, as `examples` of OpenAPI: a name, what it shows, the body.
EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "answerChat": {
        "answer": _example("A finished answer", model=_ANALYST, messages=_COMPARISON),
        "stream": _example(
            "The same, streamed",
            model=_ANALYST,
            messages=_COMPARISON,
            stream=True,
            stream_options={"include_usage": True},
        ),
        "research": _example(
            "Researched, with citations",
            model=_ANALYST,
            messages=_user("How did Bitcoin do in August 2026?"),
            cryptodesk={"research": True, "max_cost_usd": "0.50"},
        ),
        "past": _example(
            "As of a day in the past",
            model=_ANALYST,
            messages=_user("What is the price of Bitcoin?"),
            cryptodesk={"as_of": "2024-03-01"},
        ),
    },
    "answerResponses": {
        "answer": _example("A finished answer", model=_ANALYST, input="How volatile was SOL in 2024?"),
        "stream": _example("Streamed", model=_ANALYST, input="How volatile was SOL in 2024?", stream=True),
    },
    "createChatCompletion": {
        "answer": _example("Without tools", model=_CMC_MODEL, messages=_user("What is Bitcoin?")),
        "tools": _example(
            "With built-in tools",
            model=_CMC_MODEL,
            messages=_user("What is the price of Bitcoin?"),
            tools=[{"function": {"name": "cmc_id_lookup"}}, {"function": {"name": "cmc_market_data"}}],
        ),
        "stream": _example("Streamed", model=_CMC_MODEL, messages=_user("What is Bitcoin?"), stream=True),
    },
    "quote": {"quote": _example("What a question would cost", model=_CMC_MODEL, messages=_user("What is Bitcoin?"))},
    "mergeConversation": {
        "question": _example(
            "A conversation of one question",
            title="Bitcoin",
            created_at=1_795_000_000_000,
            updated_at=1_795_000_000_000,
            messages=[
                {
                    "revision": 1,
                    "message": {
                        "id": "m-1",
                        "parentId": None,
                        "role": "user",
                        "text": "What is Bitcoin?",
                        "createdAt": 1_795_000_000_000,
                    },
                }
            ],
        )
    },
    "renameConversation": {"rename": _example("Another title", title="What Bitcoin is")},
    "answerV1": _researched(),
    "answerV2": _researched(),
    "answerOpenAI": _researched(),
    "answerVercel": _researched(stream=False),
    "extractEntities": {
        "people": _example(
            "People and projects of a text",
            content="Vitalik Buterin spoke of Uniswap at Coinbase.",
            entityTypes=["person", "project"],
        )
    },
    "createDeepResearch": {
        "report": _example("A short report", query="How has Bitcoin done over the last year?", instructions="Be brief.")
    },
    "callMcp": {
        "tools": _example("The tools", jsonrpc="2.0", id=1, method="tools/list"),
        "call": _example(
            "Call one",
            jsonrpc="2.0",
            id=2,
            method="tools/call",
            params={"name": "cmc_id_lookup", "arguments": {"query": "bitcoin, ETH"}},
        ),
    },
}

# By operation and parameter.
PARAMETER_EXAMPLES: Final[dict[tuple[str, str], Any]] = {
    ("listTrendingQuestions", "limit"): 3,
    ("showOpenAIModel", "model"): _ANALYST,
    **{(f"{verb}Conversation", "id"): "conversation-1" for verb in ("get", "merge", "rename", "delete")},
}
