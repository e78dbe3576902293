"""Prompts that people pick in their client: each becomes one message that tells the model which tools to use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS
from msgspec import Struct

from cryptodesk.dialects._quoting import clipped

__all__ = ["ASSET_ARGUMENTS", "PROMPTS", "get_prompt", "list_prompts"]

Context = ServerRequestContext[Any, Any]

_MOST_CHARACTERS = 200

# Arguments that hold names of assets, one or several with commas.
ASSET_ARGUMENTS: Final = frozenset({"asset", "assets", "watchlist"})

_SAY = (
    " Give each figure with its date and source; say what the tools list as unavailable, and do not fill it in. "
    "No advice to buy or sell."
)


class DeskPrompt(Struct, frozen=True):
    """`text` has a place for each argument; `defaults` are for those that may be left out."""

    title: str
    description: str
    text: str
    arguments: Mapping[str, str]
    defaults: Mapping[str, str] = {}


PROMPTS: Final[dict[str, DeskPrompt]] = {
    "compare_assets": DeskPrompt(
        "Compare assets",
        "Two or more assets side by side: price, size, risk, supply, mood.",
        "Compare these crypto assets over {period}: {assets}. Find their ids with one call of cmc_id_lookup and say "
        "so where a name was a close call. Then use cmc_market_data (price, returns, history), cmc_asset_metadata "
        "(supply, profile), cmc_technical_analysis and cmc_sentiment. Answer with one table, then what differs most "
        "and why it matters." + _SAY,
        {"assets": "Names or tickers, with commas between.", "period": "For instance: 30 days. Default: 30 days."},
        {"period": "30 days"},
    ),
    "morning_briefing": DeskPrompt(
        "Morning briefing",
        "The market today, your own assets, what moved and why, what is ahead.",
        "Write a morning briefing of the crypto market in at most 300 words. Use cmc_market_overview (bundle snapshot) "
        "for size, dominance, mood and leverage, cmc_signal_list for gainers and losers, cmc_content_search for what "
        "happened and for the macro calendar. Then a line each on: {watchlist} (cmc_id_lookup, then cmc_market_data). "
        "End with what to look out for today." + _SAY,
        {"watchlist": "Your assets, with commas between. Default: Bitcoin, Ethereum, Solana."},
        {"watchlist": "Bitcoin, Ethereum, Solana"},
    ),
    "token_due_diligence": DeskPrompt(
        "Due diligence of a token",
        "What it is, who holds it, what dilutes it, what could go wrong.",
        "Do due diligence on {asset}, with an eye to: {focus}. Resolve it with cmc_id_lookup; if it has rivals of the "
        "same name, say which one this is and how one tells them apart. Cover: what it is and does "
        "(cmc_asset_metadata, profile); supply, unlocks and holders; liquidity and where it trades (cmc_market_data); "
        "contract safety, where a tool knows it; news and announcements (cmc_content_search); mood (cmc_sentiment). "
        "End with a list of open questions and red flags, each with its evidence." + _SAY,
        {"asset": "Name, ticker or contract address.", "focus": "What matters most to you. Default: all risks."},
        {"focus": "all risks"},
    ),
    "check_a_claim": DeskPrompt(
        "Check a claim",
        "Is this figure or statement true, and as of when?",
        "Check this claim with the desk's tools: «{claim}». Take it apart into figures and statements; look each up "
        "(cmc_id_lookup, cmc_market_data, cmc_market_overview, cmc_content_search), compute with cmc_math_eval, and "
        "judge each as true, false, outdated or not to be checked here, with the data beside it." + _SAY,
        {"claim": "The sentence to check."},
    ),
}


async def list_prompts(context: Context, params: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
    return types.ListPromptsResult(
        prompts=[
            types.Prompt(
                name=name,
                title=prompt.title,
                description=prompt.description,
                arguments=[
                    types.PromptArgument(name=each, description=told, required=each not in prompt.defaults)
                    for each, told in prompt.arguments.items()
                ],
            )
            for name, prompt in PROMPTS.items()
        ]
    )


async def get_prompt(context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
    """Raises: MCPError for a prompt that there is not, and for an argument that is missing, unknown or too long."""
    prompt = PROMPTS.get(params.name)
    if prompt is None:
        raise MCPError(INVALID_PARAMS, f"Unknown prompt: {clipped(params.name)}")
    filled = prompt.text.format(**_values(prompt, params.arguments or {}))
    message = types.PromptMessage(role="user", content=types.TextContent(text=filled))
    return types.GetPromptResult(description=prompt.description, messages=[message])


def _values(prompt: DeskPrompt, given: Mapping[str, str]) -> dict[str, str]:
    for name, text in given.items():
        if name not in prompt.arguments:
            raise MCPError(INVALID_PARAMS, f"Unknown argument: {clipped(name)}")
        if len(text) > _MOST_CHARACTERS:
            raise MCPError(INVALID_PARAMS, f"{name}: at most {_MOST_CHARACTERS} characters")
    values = {**prompt.defaults, **{name: " ".join(text.split()) for name, text in given.items() if text.strip()}}
    for name in prompt.arguments:
        if name not in values:
            raise MCPError(INVALID_PARAMS, f"Missing argument: {name}")
    return values
