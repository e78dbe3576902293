"""Answers without figures: greetings, what the desk can do, what it does not do, what it has to ask back."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.models.analyst.intents import topic_named
from cryptodesk.models.analyst.questions import AssetRef, Doubt
from cryptodesk.models.analyst.text import sentence, shown
from cryptodesk.models.analyst.tool_names import ID_LOOKUP, MARKET_DATA, MATH_EVAL
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs

__all__ = [
    "CAN_DO",
    "ask_for_asset",
    "ask_which",
    "lead_in",
    "name_failure",
    "name_problem",
    "name_tools",
    "name_unknown",
    "offer_after",
    "small_talk",
    "unclear",
]

CAN_DO = (
    "prices, market cap, volume and supply; how far an asset moved over a period; its history with highs and lows "
    "(“in March 2024”, “last 30 days”, “on 2024-03-14”); up to five assets side by side; conversions; what a "
    "past purchase would be worth; "
    "exact arithmetic; CoinMarketCap ids; what an asset is"
)


def small_talk(setting: Setting) -> Draft:
    intent = setting.plan.intent
    if intent == "greeting":
        return Draft(
            setting.pick(("Hello! ", "Hi! ", "Good to see you. "))
            + "Ask me about a crypto asset, for example “How did SOL do over the last 30 days?”."
        )
    if intent == "thanks":
        return Draft(setting.pick(("You're welcome.", "Glad it helped.", "Any time.")))
    if intent == "empty":
        return Draft("I found no question in that message. Ask me, for example, “What is the price of Bitcoin?”.")
    missing = [tool for tool in (ID_LOOKUP, MARKET_DATA, MATH_EVAL) if tool not in setting.offer.names]
    tools = f" In this request I lack {_tools(missing)}; list them in `tools` and I can use them." if missing else ""
    return Draft(
        f"I am cryptodesk's embedded analyst: rules and data, no language model. I answer {CAN_DO}. Every "
        "figure comes from a tool result "
        f"with its date and source. I make no forecasts and give no trading advice.{tools}"
    )


def lead_in(setting: Setting) -> str:
    """What is said before the data when the question itself is not answered; empty when it is."""
    plan = setting.plan
    if plan.intent == "prediction":
        return setting.pick(
            (
                "I make no price forecasts: nothing in the data tells what a price will be.",
                "I cannot tell where a price will go, and I do not guess.",
            )
        )
    if plan.intent == "advice":
        return setting.pick(
            (
                "I give no trading or investment advice; that decision is yours.",
                "Whether to trade is not something I advise on.",
            )
        )
    topic = topic_named(plan.topic)
    if topic is None:
        return ""
    return f"This build does not answer questions about {topic.label}; the nearest it offers is {topic.nearest}."


def offer_after(setting: Setting) -> str:
    if setting.plan.intent in {"prediction", "advice"}:
        return "I can show you what happened: name an asset, and I give its price, its moves, highs and lows."
    return ""


def unclear(setting: Setting) -> Draft:
    if setting.offer.others and not setting.offer.may_call:
        return Draft("I cannot answer that from what is here, and no tool may be called in this turn.")
    return Draft(
        setting.pick(
            (
                "I could not read that as a question this build answers.",
                "That is not a question I can answer in this build.",
            )
        )
        + f" It answers {CAN_DO}."
    )


def ask_which(doubts: Sequence[Doubt]) -> str:
    """One question back for each doubtful name, with what it may mean."""
    parts: list[str] = []
    for doubt in doubts:
        text = shown(doubt.text, 80)
        options = [
            f"{shown(option.label, 110)}{f', id {option.asset_id}' if option.asset_id is not None else ''}"
            for option in doubt.candidates
        ]
        if len(options) == 1:
            parts.append(f"I am not sure what “{text}” means. Did you mean {options[0]}?")
        else:
            parts.append(f"“{text}” may mean more than one asset: {join_names(options, 'or')}. Which one do you mean?")
    return " ".join(parts)


def name_unknown(unknown: Sequence[AssetRef], *, searched: bool) -> str:
    names = join_names([f"“{shown(asset.text, 80)}”" for asset in unknown])
    if searched:
        return f"I found no asset called {names}. Check the spelling, or give its ticker or CoinMarketCap id."
    remedy = f"Give its ticker or full name, or list `{ID_LOOKUP}` in `tools` so that I can look it up."
    return f"I do not know an asset called {names}. {remedy}"


_QUESTIONS = {
    "lookup": "Which asset's id do you want?",
    "conversion": "Which asset should I convert?",
    "worth": "Which asset was bought?",
}


def ask_for_asset(setting: Setting) -> Draft:
    question = _QUESTIONS.get(setting.plan.intent, "Which asset do you mean?")
    return Draft(f"{question} Name it or give its ticker, for example Bitcoin or ETH.")


def name_problem(setting: Setting) -> Draft:
    period = setting.plan.period
    problem = period.problem if period and period.problem else "the period is not clear"
    return Draft(
        f"{sentence(problem)} Give a period that lies in the past, for example “between 1 May and 3 June 2025” "
        "or “last 30 days”."
    )


def name_tools(setting: Setting) -> Draft:
    """Why nothing was looked up: which tools are not on the list, or that none may be called."""
    names = [shown(asset.label, 110) for asset in setting.resolved.assets]
    about = f" for {join_names(names)}" if names else ""
    missing = setting.offer.lacks_market
    if missing:
        known = f"I know {join_names(names)}, but figures" if names else "Figures"
        return Draft(
            f"{known} come from tools, and this request does not offer the one I "
            f"need{about if not names else ''}: add {_tools(missing)} to `tools`."
        )
    return Draft(
        f"I have no data{about} in this conversation and may not call a tool in this turn (`tool_choice` is "
        "none, or the tools have run). "
        f"Ask again with {_tools([MARKET_DATA])} allowed."
    )


def name_failure(setting: Setting) -> Draft | None:
    """What a failed tool said; None if none failed."""
    for tool in (MARKET_DATA, ID_LOOKUP):
        message = setting.evidence.failure(tool)
        if message is not None:
            return Draft(join_paragraphs(f"I have no figures to give: `{tool}` failed ({shown(message, 200)})."))
    return None


def _tools(names: Sequence[str]) -> str:
    return join_names([f"`{name}`" for name in names])
