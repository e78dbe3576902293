"""What a question wants beside its subject: the meaning of a word, a cause, a forecast or a recommendation."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.reading import Reading

__all__ = ["is_about_meaning", "is_for_figures", "own_word", "wants_list"]

_MEANING = Pattern(
    r"\beli5\b|\bfor (?:dummies|beginners|noobs|newbies)\b|\blike i'?m (?:5|five)\b|\bin (?:simple|plain|easy) (?:words|terms|english|language)\b|\bwh?at(?:'?s| is| are) (?:it|that|this|they|those)(?: (?:about|exactly|even|for))?\W*$|\b(?:mean|means|meaning|definition|define|explain|explained|calculated|computed|measured|indicators?|reliable|formulas?)\b|\bhow (?:is|are) .{1,50}\b(?:burned|burnt|annuali[sz]ed|set|decided|determined)\b"
    r"|\bways? (?:to|of) (?:read|understand|interpret|measure|judge|spot|tell|look at)(?:ing)?\b|\bhow (?:do|does|are|is|can|could|to) .{0,50}\b(?:work|works|calculate|compute|measure|read|interpret|use|used|affect|be used)\b"
    r"|\bwhat (?:do|does) .{1,50}\b(?:tell|say|show)s?\b|\bwho (?:sets|decides|determines|gets|receives)\b|\b(?:high|low|rising|falling|positive|negative)\b.{1,30}\b(?:bearish|bullish)\b|\bdifference between\b|\b(?:purpose|point|idea|role|logic|concept) (?:of|behind)\b|\bwhat (?:makes|keeps|stops|prevents) (?:an?|the)\b|\bin (?:what|which) (?:way|sense)\b|\b(?:indicate|suggest|imply|reveal|signal|say)s?\b.{0,12}\b(?:about|for|that|on|a|an)\b"
)
_AHEAD = Pattern(r"\b(?:will|won't|gonna|going to|when (?:does|do|is|can))\b")
_CAUSE = Pattern(
    r"\bwhy\b|\b(?:cause[ds]?|causing|because|impact|affect(?:s|ed)?|driv(?:en|ing)|reasons?|trigger(?:s|ed)?)\b"
)
_LIST = Pattern(r"\b(?:top|list|rank(?:ing|ed|s)?|largest|biggest|leading|highest|most|best|which|table)\b")


def is_about_meaning(reading: Reading, term: Pattern) -> bool:
    """A word is to be explained: "what is TVL", "how is dominance calculated". `term` is the word's own pattern."""
    if _MEANING.search(reading.lowered):
        return True
    bare = _BARE.match(reading.lowered)
    return bare is not None and term.fullmatch(bare["what"]) is not None


# "What is the …" asks for a figure; without the article, or with "a", for a meaning.
_BARE = Pattern(
    r"^(?:so |ok |please |hey )?(?:what(?:'s| is| are|s)|whats)(?: a| an)? (?P<what>[a-z][a-z /-]{1,40}?)[ ?.!]*$"
)


def is_for_figures(reading: Reading) -> bool:
    """Neither a cause nor a forecast nor a recommendation is asked for."""
    lowered = reading.lowered
    return not (
        _AHEAD.search(lowered)
        or _CAUSE.search(lowered)
        or intents.wants_prediction(lowered)
        or intents.wants_advice(lowered)
    )


def wants_list(reading: Reading) -> bool:
    return reading.says(_LIST)


# "What is the dominance of altcoins" has the form of a question for a meaning, and asks for a figure.
_FIGURE = Pattern(
    r"^(?:so |ok |and |hey |please )?(?:what(?:'s| is| are|s| was| were)|whats|how (?:much|many|high|big|large|low)(?: is| are)?)\b.{0,12}\b(?:the|current|currently|latest|total|now|right|today'?s?|much|many)\b.{1,40}\b(?:of|in|on|for|at|across|now|today|currently)\b"
)
_MOST_WORDS = 14


def own_word(reading: Reading) -> float:
    """The confidence of a skill whose own word was said."""
    return 0.99 if reading.words <= _MOST_WORDS and reading.says(_FIGURE) else 0.97
