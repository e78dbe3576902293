"""Which way coins moved, in words, and the ranks among which they are looked for."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from typing import Literal

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.skills._list_bounds import Bound
from cryptodesk.models.analyst.skills._lists import COINS

__all__ = ["Side", "rank_pool", "sides_of"]

Side = Literal["gainers", "losers"]

# "Fell the hardest" is "fell most".
_UTMOST = r"most|hardest|furthest|farthest|fastest|deepest|harder than (?:any|all)|quickest|sharpest|steepest|biggest"
_ROSE = r"rose|risen|rising|gained|gaining|grew|grown|growing|climbed|climbing|pumped|pumping|jumped|surged|surging|rallied|rallying|soared|up|increased|ran"
_FELL = r"fell|fallen|falling|dropped|dropping|lost|losing|declined|declining|crashed|crashing|dumped|dumping|tanked|tanking|plunged|plunging|slid|slumped|bled|bleeding|sank|sunk"
_GAIN = Pattern(
    r"\bgainers?\b|\brisers?\b|\badvancers?\b|\bmost profitable\b|\bwho(?:'s|s| is) winning\b|\b(?:largest|biggest) (?:price |percent\w* |% )+(?:increases?|gains?|rises?|jumps?)\b|\bwinners\b|\bwinner (?:of|over|today|this|in) (?!the (?:case|lawsuit|trial|election))\b|\bbest[- ]?perform\w*|\btop \d+ (?:by|on|for|over) .{0,20}\b(?:performance|returns?|gains?|change)\b|\b(?:exploded|mooned|skyrocketed|soared|ripped)\b|\btop[- ]?perform\w*|\bhighest (?:[\w%-]+ ){0,3}(?:gains?|returns?|growth|increases?|rise)\b|\bby (?:price |percent(?:age)? |% )?(?:gains?|performance|returns?)\b|\b(?:biggest|largest|top|most|best) (?:gain(?:s|ing|ed)?|increase|rise|rises|growth|jumps?|rall(?:y|ies)|returns?|pumps?|growing)\b"
    r"|\bfastest[- ](?:growing|growth|ris\w+)\b|\bpumping\b|\bpumped\b|\bmooning\b|\brallying\b|\bsurging\b|\bsoaring\b|\bskyrocketing\b|\bripping\b|\bexploding\b|\bpopping\b|\bflying\b|\brocketing\b|\bspiking\b|\b(?:taking|took) off\b|\bon fire\b|\bgo(?:ing|ne)? (?:crazy|parabolic|nuts|wild|vertical)\b|\bon a (?:run|tear|roll)\b"
    r"|\b(?:gained|risen|rose|gaining|grew|rising|grown|up|rallied|climbed|increased|pumped|jumped|surged) (?:the )?most\b|\bgreenest\b|\bin the green\b|\boutperform(?:ers|ing)\b"
    r"|\b(?:are|is) (?:up|rising|climbing|gaining)\b|\bfastest growth\b|\bdoing (?:the )?best\b|\bbest today\b|\bgoing up\b"
    rf"|\b(?:{_ROSE}) (?:the )?(?:{_UTMOST})\b|\b(?:gained|rose|grew) (?:the )?highest\b|\bstrongest (?:{COINS})\b|\b(?:best|top) (?:{COINS}) (?:of|this|today|over|in the (?:last|past))\b|\bdid (?:the )?best\b"
    r"|\b(?:had|having|has|have)(?: been having| had)? (?:the|its|their|a) (?:very )?(?:best|strongest|greatest|finest|craziest) (?:(?:last|past) )?(?:\d+ |one |two |three |few )?(?:hours?|days?|weeks?|months?|quarters?|stretch|run|24 ?h(?:ours)?)\b|\b(?:done|performed|fared|did) (?:the )?(?:best|strongest)\b|\breturned (?:the )?(?:most|highest)\b|\b(?:top|biggest|best|fastest|strongest|highest)(?: \w+)? (?:climbers?|flyers?|pumpers?|advances?|leaps?)\b|\bclimbers\b|\b(?:biggest|largest|best|highest|greatest) (?:one|single|two|three|seven|\d+)?[ -]?(?:day|week|month|hour|24 ?h|\d+ ?[hd])s? (?:gains?|returns?|jumps?|rises?|increases?|rall(?:y|ies)|moves? up)\b|\bstar performers?\b|\bbest (?:things?|ones?|names?|place|asset|bet)?(?: to)? ?(?:have )?(?:hold|held|own|owned|holding)\b|\bmade (?:the )?(?:most|biggest) (?:money|gains?|leap|jump)\b|\b(?:leading|leads|led) (?:the )?(?:gains|gainers|pack|rally|charge|way up)\b|\bbiggest (?:leap|moonshot|rip|spike)s?\b|\bgained ground\b|\bmade money\b|\bwent up (?:the )?(?:most|hardest|fastest)\b|\bput (?:in|on|up) the (?:best|biggest|most|strongest)\b|\b(?:steepest|sharpest|biggest) (?:rises?|gains?|climbs?|jumps?|rall(?:y|ies))\b|\b(?:biggest|top) risers?\b|\bbest (?:of|in|among) (?:the )?(?:top|first|largest|biggest)\b"
)
_LOSS = Pattern(
    r"\blosers?\b|\bfallers?\b|\bdecliners?\b|\bwho(?:'s|s| is) losing\b|\b(?:largest|biggest) (?:price |percent\w* |% )+(?:decreases?|drops?|falls?|losses|loss|declines?)\b|\bworst[- ]?perform\w*|\b(?:highest|biggest|largest) (?:[\w%-]+ ){0,3}(?:losses|loss|decreases?|declines?)\b|\b(?:biggest|largest|top|most|worst) (?:loss(?:es)?|losing|drops?|dumps?|declin\w+|falls?|crash(?:es)?|dips?)\b|\bfastest[- ]falling\b"
    r"|\bdumping\b|\bdumped\b|\bcrashing\b|\btanking\b|\bplunging\b|\bbleeding\b|\bfalling\b|\btumbling\b|\bsinking\b|\bmelting\b|\bcollapsing\b|\bslumping\b|\bgetting (?:rekt|crushed|smashed|hammered|destroyed|wrecked)\b|\bnosediving\b|\blaggards?\b|\bunderperform(?:ers|ing)\b"
    r"|\b(?:lost|fallen|fell|dropped|losing|down|declined|dropping|crashed|dumped) (?:the )?most\b|\bin the red\b|\b(?:are|is) (?:down|dropping|declining|falling)\b|\bdoing (?:the )?worst\b|\bgoing down\b|\bloosers?\b"
    rf"|\b(?:{_FELL}|down|hit|hurt|punished|battered) (?:the )?(?:{_UTMOST}|worst)\b|\bhardest[- ](?:hit|falling|fallen)\b|\bwrecked\b|\bworst[- ]hit\b|\b(?:had|having|has|have)(?: been having| had)? (?:the|its|their|a) (?:very )?(?:worst|roughest|toughest|ugliest|hardest|weakest|poorest|nastiest) (?:(?:last|past) )?(?:\d+ |one |two |three |few )?(?:hours?|days?|weeks?|months?|quarters?|stretch|run|24 ?h(?:ours)?)\b|\b(?:done|performed|fared|did) (?:the )?(?:worst|poorest|badly)\b|\b(?:crushed|smashed|hammered|battered|punished|hurt|hit|wrecked|rekt|pummell?ed|slammed|slaughtered) (?:the )?(?:most|hardest|worst)\b|\b(?:biggest|largest|worst|highest|greatest|steepest) (?:one|single|two|three|seven|\d+)?[ -]?(?:day|week|month|hour|24 ?h|\d+ ?[hd])s? (?:loss(?:es)?|drops?|falls?|declines?|crash(?:es)?|moves? down)\b|\bworst (?:things?|ones?|names?|place|asset|bet)?(?: to)? ?(?:have )?(?:hold|held|own|owned|holding)\b|\b(?:took|taken|taking) (?:the )?(?:biggest|worst|hardest) (?:beating|hit|hammering|knock|dive|plunge)\b|\bsinkers\b|\bwent down (?:the )?(?:most|hardest|fastest)\b|\blost (?:money|ground|value)\b|\b(?:cratered|tanked|nosedived|plummeted|imploded)\b|\bleading the (?:losses|losers|way down|decline)\b|\bweakest (?:{COINS})\b|\bworst (?:{COINS}|day|week|month|quarter)\b|\bdid (?:the )?worst\b"
    rf"|\b(?:steepest|sharpest|biggest|hardest) (?:falls?|drops?|declines?|loss(?:es)?|dips?|sell-?offs?)\b|\b(?:biggest|top|worst) fallers?\b|\brekt (?:{COINS})\b|\b(?:{COINS}) (?:that )?(?:got |are |were )?rekt\b|\blost (?:the )?most (?:value|money)\b|\bworst (?:of|in|among) (?:the )?(?:top|first|largest|biggest)\b"
)
_BOTH = Pattern(
    r"\bmovers?\b|\bbest (?:and|&|/) worst\b|\bworst (?:and|&|/) best\b|\bmoved (?:the )?most\b|\bmoving (?:the )?most\b|\bgainers? ?(?:and|&|/|or|,) ?loo?sers?\b|\bwinners? ?(?:and|&|/) ?losers?\b"
)
_TOP = r"(?:top|first|largest|biggest|highest[- ]ranked)"
_FIRST = (
    rf"(?:{_TOP}[ -](?P<{{0}}count>\d\d?\d?\d?)|(?P<{{0}}named>\d\d?\d?\d?) (?:largest|biggest|top|highest[- ]ranked))"
)
_CAP = r"(?: by (?:market[- ]?cap(?:italization)?|mcap|cap|rank|size))?"
_OUTSIDE = Pattern(
    rf"\b(?:outside|not in|beyond|below|excluding|except|without) (?:of )?(?:the )?{_FIRST.format('o')}(?: (?:{COINS}))?{_CAP}"
)
_AMONG = Pattern(
    rf"\b(?:in|of|among|amongst|within|from|inside|which|what|only|across) (?:the )?{_FIRST.format('i')}(?: (?:{COINS}))?{_CAP}(?! (?:gainers?|losers?|movers?|performers?|best|worst))"
)
_THAT = Pattern(
    rf"\b{_FIRST.format('t')} (?:{COINS}){_CAP} (?:that|which|who|are|were|is|in the (?:red|green)|down|up|with|having|currently)\b"
)
# "The top 10 coins that are pumping" are ten that rose; of a hundred the ranks are meant.
_FEWEST_OF_A_POOL = 30


def sides_of(masked: str) -> tuple[Side, ...]:
    gains, losses = _GAIN.search(masked), _LOSS.search(masked)
    if _BOTH.search(masked) or (gains and losses):
        return "gainers", "losers"
    return ("gainers",) if gains else ("losers",) if losses else ()


def rank_pool(text: str) -> tuple[Bound | None, str]:
    """The ranks that coins are looked for among, and the text without them: a number there is no count. The text has
    its numbers in figures."""
    for pattern, op, least in ((_OUTSIDE, "gt", 1), (_AMONG, "lte", 1), (_THAT, "lte", _FEWEST_OF_A_POOL)):
        for match in pattern.finditer(text):
            count = next(int(said) for said in match.groupdict().values() if said)
            if count >= least:
                return Bound("rank", op, float(count)), f"{text[: match.start()]} {text[match.end() :]}"
    return None, text
