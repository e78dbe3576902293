"""What kind of answer a question wants: tables of phrases, read from the top."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = [
    "AMONG_THEM",
    "CHANGE",
    "COMPARISON",
    "CONVERSION",
    "DEFINITION",
    "EXTREMES",
    "FOLLOW_UP",
    "HISTORY",
    "LOOKUP",
    "OF_FEW",
    "PAID",
    "SMALL_TALK",
    "WORTH",
    "Topic",
    "find_topic",
    "topic_named",
    "wants_advice",
    "wants_prediction",
]


def _any(*phrases: str) -> Pattern:
    return Pattern("|".join(f"(?:{phrase})" for phrase in phrases))


SMALL_TALK = (
    ("greeting", _any(r"^(?:hi|hello|hey|yo|gm|good (?:morning|evening|afternoon|day)|greetings|howdy|sup)(?: (?:there|all|everyone|again|you))?[\s!.,?]*$",
                      r"^how are you(?: doing)?(?: today)?[\s!.?]*$")),
    ("thanks", _any(r"^(?:ok(?:ay)?[, ]*|great[, ]*|perfect[, ]*|cool[, ]*|awesome[, ]*)?(?:thanks?|thank you|thx|ty|cheers|much appreciated)\b[^?]{0,40}[!.]*$",
                    r"^(?:ok(?:ay)?|great|perfect|cool|nice|awesome|good|bye|goodbye|got it)[\s!.]*$")),
    ("capabilities", _any(r"what (?:can|could|do) you (?:do|help|answer|know|offer)", r"(?:how|what) can you help", r"^help[\s!?.]*$",
                          r"who (?:are|made) you", r"what are you\b(?! doing)", r"your (?:capabilities|features|functions)",
                          r"what (?:kind|sort|type)s? of questions", r"how (?:do i|to) use (?:you|this)", r"are you (?:an? )?(?:ai|bot|human|llm|gpt|model)")),
)  # fmt: skip

_PREDICTION = _any(
    r"\b(?:end[- ]of[- ](?:the[- ])?(?:year|month|quarter|cycle)|eoy|year[- ]end|(?:next|this) (?:year|cycle|month|quarter|bull run)|price|long[- ]term|short[- ]term|your|20[2-9]\d)(?:'s|s)? (?:price )?targets?\b|\b(?:price )?targets? (?:for|on|by) (?:_|the (?:end|year)|eoy|year|20[2-9]\d|next|end)|\bwhere (?:do|would|did) you (?:see|think|expect)\b",
    r"\bhow (?:high|low|far|much higher|much lower) (?:is|are) .{1,30}\b(?:gonna|going to|about to|likely to)\b|\b(?:will|can|could|might|would) .{1,40}\b(?:get (?:back )?(?:to|above|past|over|under|below)|see \$?\d|touch|climb|run to|make it|make a new|make new|top \$?\d|come back|bounce)\b|\b(?:has|have|did|is) .{1,30}\b(?:bottomed|topped)(?: out)?\b(?= *(?:[?.!]|$|already|yet|now))|\bdo (?:you|u) (?:think|reckon|believe|expect|see)\b.{1,40}\b(?:bottomed|topped|recover\w*|go(?:es|ing)?|hit|reach\w*|ris\w+|fall\w*|crash\w*|pump\w*|dump\w*|moon\w*|keep\w*|continue\w*)\b|\bwhat(?:'s| is) (?:next|the upside|the downside)(?: (?:for|in|on))\b|\bupside (?:potential|left)\b",
    r"\b(?:price )?(?:prediction|forecast|projection|outlook|price target)s?\b", r"\bpredict\b",
    r"\b(?:will|can|could|might|would|does|is)\b.{0,60}\b(?:reach|hit|go (?:up|down|to)|rise|fall|crash|moon|pump|dump|surpass|flip|break|recover|double|explode|drop|skyrocket|rally)\b(?!.{0,40}\b(?:yesterday|last|since)\b)",
    r"\bwhat will\b.{0,60}\b(?:be|cost|worth|trade)\b", r"\b(?:by|in) (?:20(?:2[7-9]|[3-9]\d)|next (?:week|month|quarter|year)|the (?:next|coming) \w+)\b",
    r"\b(?:next week|next month|next year|tomorrow|going forward|in \d+ (?:days|weeks|months|years)(?! ago)\b(?=.*\?)(?<=will))",
    r"\b(?:where|what price|which price|how much|at what price) (?:will|would|could|might)\b(?! (?:have|i have))", r"\b(?:odds|probability|chances?|likelihood) (?:of|that|for|are|is)?\b.{1,60}\b(?:hit|hits|reach\w*|above|below|over|under|going|goes|go|crash\w*|double\w*|pass\w*)\b|\bhow likely\b|\b(?:does|do|will) \S+(?: \S+)? have (?:a|any) (?:bright )?(?:future|chance)\b|\b(?:the|a) next (?:bitcoin|ethereum|solana|big thing)\b", r"\bis (?:now|this|it|today) the (?:very )?(?:bottom|top|end|low|peak)\b|\b(?:is|are) (?!an?\b|the\b)\S+ (?:dead|doomed|finished|going to zero|going to 0)\b(?= *(?:[?.!]|$|now|already|yet|or|forever))",
    r"\bhow (?:high|low|far) (?:will|can|could)\b", r"\bpotential (?:for|to)\b.{0,30}\b(?:reach|rise|grow)", r"\bfutures?\b.{0,10}\bof\b.{0,20}\bprice\b", r"\bto the moon\b", r"\bwh?en (?:moon|lambo)\b",
    r"\b(?:will|can|could|might|would|going to|gonna)\b.{0,60}\b(?:out|under)?(?:perform|beat|overtake)\b", r"\b(?:is|are) (?:the |its |their )?(?:bottom|top) in\b", r"\bbull(?:ish)? or bear(?:ish)? on\b", r"\b(?:guarantee|promise) me\b|\b(?:can|could|do|will) you (?:guarantee|promise)\b",
    r"\b(?:will|gonna|going to)\b.{1,40}\b(?:be|trade|sit|stay|end|close|finish) (?:back )?(?:above|below|over|under|at|near|around|north|south|higher|lower|up|down)\b", r"\b(?:will|can|could|may|might|would|gonna|going to)\b.{0,40}\b\d{1,4}x\b(?! (?:long|short|lever))", r"\b(?:next|potential|possible|future) \d{1,4}x\b", r"\b\d{2,4}x (?:coins?|gems?|altcoins?|tokens?|cryptos?|potential|picks?)\b",
)  # fmt: skip
_PAST = Pattern(r"\b(?:did|was|were|has|have|had|went|yesterday|ago)\b")

# Said of what one does with money, not of the market.
_TRADES = r"\b(?:buy|buying|sell|selling|longing|shorting|long|short|hold|holding|enter|entering|exit|exiting|add|adding|accumulat\w+|ap(?:e|ing)|invest\w*|leverag\w+|swap\w*|dca\w*|get(?:ting)? (?:in|out)|tak(?:e|ing) profits?)\b"
_ADVICE = _any(
    r"\b(?:best|good|right|optimal|ideal|cheapest) (?:time|day|days|hour|week|month|moment) (?:of the (?:day|week|month|year) )?(?:to|for) (?:buy|sell|enter|exit|trad|invest|get in|accumulat|dca)\w*\b",
    r"\bshould (?:my|our|a|an|any|the|some(?:one|body)|it be|this be|that be)\b.{0,30}\b(?:buy|sell|purchase|pick|bet|trade|position|investment|bag|portfolio|money|savings)\b|\bwould you rather (?:own|hold|have|buy|be in)\b|\b(?:give|tell|name|suggest|pick|show)(?: me)? (?:a|one|the|some|any|your|two|three|five|\d+) (?:\w+ )?(?:coin|token|crypto|altcoin|gem|pick)s? (?:to|i should|worth|that i|for me)\b|\btoo (?:late|early|risky|expensive) (?:for (?:me|us|someone|anyone) )?to (?:buy|sell|invest|get in\w*|jump in\w*|enter|join|hop|ape|start)\b",
    r"\b(?:time|moment) (?:for me |for us )?to (?:get (?:in|out)|take (?:some )?(?:profits?|gains)|cash out|load up|jump in|bail|buy|sell|exit|wait)\b|\b(?:get|getting|jump|jumping|hop) (?:in|into|out of|on) .{1,30}\bor (?:wait|hold|stay|not)\b|\b(?:ok|okay|fine|alright|wise|safe|sane|crazy) to (?:put|park|throw|bet|place|stick|dump|move)\b|\b(?:wait(?: it out)?|hold off) or (?:buy|get in|jump|sell|enter)\b|\bis (?:it|now) time (?:to|for)\b(?! (?:check|see))",
    r"\bshould (?:i|we|one|investors?|people)\b", r"\b(?:good|right|best|smart|safe|bad) (?:time|idea|moment|investment|buy|entry|price|bet)\b", r"\bworth (?:buying|investing|holding|it)\b",
    r"\b(?:best|which|what) (?:coin|crypto|cryptocurrency|token|altcoin)s? (?:\w+ ){0,3}(?:to|should|for|is good|is best|are good)\b.{0,30}\b(?:buy|invest|hold|long|short|trade|position|purchase)",
    r"\b(?:good|best|safe|ok(?:ay)?|time) (?:to|for a?) ?(?:buy|sell|long|short|invest|hold|enter|exit|accumulate|trade|\d+x)\b",
    r"\b(?:entry|exit) (?:point|price|for)\b|\bbest entry\b|\btake[- ]profit\b|\bstop[- ]loss\b|\btrading (?:tips?|advice|strategy|signals?|ideas?|plan)\b|\btrade (?:ideas?|setup)\b",
    r"\bopen (?:a )?(?:long|short)\b|\b(?:long|short) position\b|\b(?:adjust|rebalance|allocate|diversify|build)\b.{0,30}\bportfolio\b|\bportfolio (?:advice|allocation)\b",
    r"\b(?:undervalued|overvalued|fair[- ]valued?|overbought|oversold)\b", r"\brecommend(?:ation)?s?\b|\badvi[cs]e\b", r"\b(?:too late|too early|still time|time left) to (?:buy|sell|invest|get in|enter|join)\b|\b(?:give|send|show|need|want|any|get) (?:me )?(?:some |a |the )?(?:trading |trade |buy |sell |crypto )?signals?\b(?! line)|\bpick (?:me )?(?:a|one|the|some|three|two|five)\b.{0,20}\b(?:winner|coin|token|crypto|altcoin|gem)s?\b|\b(?:life )?savings (?:in|into|on)\b|\bget rich\b|\bmake me rich\b",
    r"\b(?:coin|token|altcoin|crypto|gem)s? (?:that(?:'s|s| is| are| will|'ll)?|which|who) (?:(?:is|are|will) )?(?:going to |gonna |about to |set to |likely to |will )?(?:pump|moon|explode|run|skyrocket|fly|rip|10x|100x|make me)\b|\b(?:allocate|split|invest|put|distribute|spread) (?:my|our|all my) \S+.{0,40}\b(?:across|between|into|among|in|on|over)\b|\bwhat (?:would|should) (?:you|i|we|one) (?:invest|put|buy|do with)\b|\bbest (?:altcoin|coin|crypto|token|investment)s? (?:for|of|in) (?:the )?(?:20(?:2[6-9]|3\d)|next|future|long)\b",
    r"\b(?:buy|sell|hold|wait) or (?:buy|sell|hold|wait)\b|\bbuy(?:ing)? the dip\b|\bis (?:it|now) (?:a )?(?:good|smart|wise|safe)\b",
    r"^(?:buy|sell|long|short) \w+(?: now| today)?\?*$", r"\bis \S+ a (?:good )?(?:buy|sell|hold)\b", r"\bwhat would you (?:buy|do)\b", r"\bhow (?:should|do|can) i (?:invest|trade|make money)\b", r"\blong or short\b(?! (?:ratio|positions?|interest|liquidat|side))",
    rf"^(?=.{{0,160}}{_TRADES}).{{0,160}}\b(?:smart|wise|unwise|sensible|stupid|dumb|foolish|reckless|prudent|advisable|a mistake|(?:good|bad|terrible|great) (?:idea|move|call|play)|makes? sense(?= (?:to|now|here|for|at|right|today)\b|[ ?.!]*$))\b",
    r"\bwould you (?:buy|sell|long|short|hold|ape|enter|exit|add|accumulate)\b|\b(?:go|going) (?:long|short)\b.{0,40}\b(?:thoughts|opinions?|smart|good|ok)\b|\b(?:buy|buying|sell|selling|long|longing|short|shorting|hold|holding|ap(?:e|ing)) \S+(?: \w+){0,3},? (?:thoughts|opinions?|yes or no|y/?n)\b",
    r"\b(?:rate|review|judge|manage|improve|optimi[sz]e) my (?:\w+ )?(?:portfolio|holdings|bags?|allocation)\b",
)  # fmt: skip


def wants_prediction(lowered: str) -> bool:
    return _PREDICTION.search(lowered) is not None and _PAST.search(lowered) is None


def wants_advice(lowered: str) -> bool:
    return _ADVICE.search(lowered) is not None


COMPARISON = _any(r"\bout(?:pac|do|did|run|shin|strip|gain)\w*\b|\bv\b|\bline\b.{1,40}\bup\b|\bwins?\b", r"\b(?:better|best|worse|worst|stronger|strongest|weaker|weakest) (?:performers?|performing|one|returns?|gains?|results?|run)\b|\b(?:pick|choose|name)\b.{0,20}\b(?:winner|better|best)\b|\bgap (?:in|between|of)\b", r"\b(?:who|which)\b.{1,60}\b(?:most|least|best|worst|more|less|better|worse|further|furthest|harder|hardest|faster|fastest|ahead|behind)\b", r"\b(?:sort|order|arrange|line up|stack up|list)\b.{1,60}\b(?:by|according to|on|in order of)\b|\bnext to\b|\balongside\b|\bpit(?:ted)?\b|\bstack(?:s|ed|ing)? up\b|\bset against\b|\bweigh(?:ed|ing)? .{1,40} against\b", r"\b(?:ahead of|behind|lead(?:s|ing)?|trail(?:s|ed|ing)?|lag(?:s|ged|ging)?)\b(?= _|.{0,12}(?:_|this|today|ytd))", r"\b(?:pricier|dearer|costlier|cheaper|more (?:expensive|valuable))\b", r"\b(?:winner|loser|leader|laggard|came out (?:ahead|on top)|comes out (?:ahead|on top)|held up|kinder|who won|won out)\b", r"\bcompar(?:e[ds]?|ing|ison|ative)\b|\bcontrast\b|\brank\b.{1,60}\bby\b|\bbeat(?:s|ing|en)?\b", r"\bvs?\b\.?|\bversus\b", r"\bside[- ]by[- ]side\b", r"\b(?:out|under)perform\w*\b",
                  r"\b(?:better|worse|best|worst|more|most|less|least|stronger|strongest|bigger|larger|higher|lower|cheaper)\b.{0,60}\b(?:or|than|of|between|among)\b",
                  r"\bwhich (?:of|one|did|has|had|performed|gained|grew|rose|fell|lost|is)\b", r"\bdiff(?:erence)?s? between\b", r"\bhead[- ]to[- ]head\b", r"\bagainst\b", r"\brelative to\b",
                  r"\b(?:who|which)(?:'s| is| one| of \w+| coin| has| had| did)*\b.{0,12}\b(?:gained|gain|grew|rose|fell|lost|dropped|performed|moved|won|up|down|ahead)\b",
                  r"\bor\b.{1,60}\b(?:better|worse|best|worst|more|most|less|least|stronger|higher|lower|faster|harder|bigger|larger|cheaper|smaller)\b")  # fmt: skip
# Of assets named before: "which one gained more?".
AMONG_THEM = _any(
    r"\bwhich (?:one|of (?:them|these|those|the (?:two|three|four))|did|has|had|is|was|gained|grew|rose|fell|lost|dropped|performed)\b",
    r"\bwho (?:gained|grew|rose|fell|lost|dropped|performed|did|won|is (?:up|down|ahead))\b",
    r"\b(?:compare|compared?|between) (?:them|both|the two|these|those|the three)\b",
    r"^(?:compare|side by side)[?.! ]*$",
)
CHANGE = _any(r"\b(?:price )?changes?d?\b(?! of)|\bchang(?:e|ed|es|ing)\b", r"\bgain(?:s|ed|ing)?\b", r"\blos(?:e|es|t|s|ses|ing)\b", r"\b(?:drop|dropp|fall|declin|crash|dump|pump|rall|surg|climb|slid|slip|jump|plung|soar|tank)(?:e[ds]?|ed|s|ing|y|ied|ies)?\b",
              r"\b(?:fell|fallen|rose|risen|rise|rises|rising|grew|grown|grow|growth)\b", r"\bup or down\b|\b(?:is|are|was|were) _+ (?:up|down|green|red|higher|lower)\b|\b(?:go|gone|went|going|is|are|was|moved?|been) (?:up|down)\b",
              r"\bperform(?:ed|ing|ance|s)?\b", r"\breturn(?:s|ed)?\b", r"\bmov(?:e|ed|ement|ing|es)\b", r"\b(?:increase|decrease)d?\b", r"\bhow (?:is|are|'s|has|have) .{1,40} (?:doing|been)\b", r"\bhow did .{1,60} do\b|\bdoing\b|\bfar(?:e|ed|es|ing)\b|\bhow(?:'s|s) .{1,40} been\b|\bperf\b|\bpct\b",
              r"\b(?:moon|soar|skyrocket|rip|explod|bleed|sink|tumbl|nosediv|fly|ralli|melt|spik|rocket)(?:ing|ping)\b|\b(?:soared|skyrocketed|ripped|exploded|bled|sank|tumbled|spiked|flew|mooned)\b",
              r"\btrending (?:up|down|higher|lower|sideways)\b|\b(?:taking|took|takes) off\b|\bon fire\b|\bgo(?:ing|es|ne)? (?:crazy|parabolic|nuts|wild|vertical)\b",
              r"\broi\b|\bpercent(?:age)?\b|%|\b\d+ ?[hd]\b.{1,12}\b\d+ ?[hd]\b", r"\b(?:green|red)\b", r"\b(?:recover(?:ed|ing|s|y)?|rebound(?:ed|ing|s)?|bounc(?:e|ed|es|ing)|damage|appreciat\w+|depreciat\w+|shed(?:ding)?|put on|gone (?:anywhere|nowhere)|made any (?:gains|progress|ground)|(?:lost|gained|losing|gaining) ground|better off|worse off)\b",
              r"\b(?:higher|lower|up|down|cheaper|dearer|pricier) (?:or|than|by|since|versus|vs|over|from|on the|this|these|in the)\b|\bhow (?:much|far) (?:higher|lower|up|down|cheaper|dearer)\b|\b(?:kind|sort) of (?:a )?(?:day|week|month|quarter|year)\b|\b(?:good|bad|rough|great|tough|decent) (?:day|week|month|quarter|year)\b|\bup\?.{0,8}\bdown\b|\bhow has\b.{1,40}\b(?:done|gone|held up|behaved|been)\b")  # fmt: skip
HISTORY = _any(r"\bhistor(?:y|ical|ically)\b", r"\bcharts?\b|\bgraph\b|\bplot\b|\bcandles?\b|\bohlcv?\b|\bseries\b", r"\btrend(?:ed)?\b(?!ing)", r"\bprice action\b", r"\bhow did\b", r"\bover time\b|\bday by day\b",
               r"\bopen(?:s|ed|ing|ings)?\b|\bclos(?:e|es|ed|ing|ings)\b", r"\bevolution\b|\bdevelop(?:ed|ment)\b")  # fmt: skip
EXTREMES = _any(
    r"\b(?:highest|lowest|peak(?:ed)?|bottom(?:ed)?|top(?:ped)? out|maximum price|minimum price|max price|min price|most expensive|cheapest)\b",
    r"\bhighs?\b|\blows?\b",
    r"\brange\b",
    r"\blocal (?:top|bottom|peak)s?\b",
)
LOOKUP = _any(r"\b(?:cmc|coinmarketcap|coin market cap|asset|coin|token)(?:'s)?[- ]?id(?:entifier)?s?\b", r"\b(?:the )?ids? (?:of|for|number)\b", r"\b(?:what|which|give|show|find|get|tell)\b.{0,25}\bids?\b(?! card)",
              r"\blook ?up\b.{0,25}\b(?:id|coin|token|asset)\b", r"\b(?:ticker|symbol|slug) (?:of|for)\b|\bwhat(?:'s| is) .{1,30}'s (?:ticker|symbol|slug|id)\b|\b(?:ticker|symbol|slug)\b.{0,20}\?")  # fmt: skip
WORTH = _any(r"\b(?:i|we|someone|you|somebody|one)(?:'d| had| would have| have)? (?:\w+ )?(?:put|invest(?:ed)?|stuck|dropped|chucked|thr(?:ew|own)|sunk|sank|placed|spent|aped|yolo'?e?d|lobbed|parked|poured|pumped|bet|wagered|stuffed)\b.{0,24}(?:[$€£] ?\d|\b\d[\d,.]*k?\b|\b(?:hundred|thousand|grand)\b).{0,30}\b(?:in|into|on|of)\b", r"\b(?:if|had|suppose|imagine|say)\b.{0,30}\b(?:i|we|someone|you|somebody|one)\b.{0,20}\b(?:put|invest(?:ed)?|bought|buy|placed|spent|bought|held)\b",
             r"\b(?:invest(?:ed|ment|ing)?|put|bought|spent)\b.{0,60}\b(?:worth|be now|have now|today|profit|return|made|make|left)\b",
             r"\bworth\b.{0,60}\b(?:if|had)\b.{0,20}\b(?:invest(?:ed)?|bought|put)\b", r"\bof .{1,20} (?:bought|invested|purchased)\b",
             r"(?:[$€£] ?\d[\d,.]*k?|\b\d[\d,.]*k? ?(?:usd|dollars?|bucks|eur|euros?|gbp|pounds?))\b.{0,12}\b(?:in|into|of|on)\b.{1,40}\b(?:ago|since|from|in (?:\w+ )?20\d\d|last (?:year|month|week))\b.{0,40}\b(?:worth|now|today|become|turn(?:ed)? into|grown?)\b")  # fmt: skip
# Of two that were named, not of the whole market.
OF_FEW = _any(
    r"\bwhich one\b(?! (?:coin|token|crypto))",
    r"\bwhich of (?:them|these|those|the (?:two|three|four))\b(?! \w*(?:coin|token)s)",
    r"\b(?:which|who)\b[^?.]{0,30}\b(?:more|better|worse|less)\b(?! than)",
    r"\b(?:compare|between) (?:them|both|the two|these|those)\b",
)
# Money that an asset is had for, whatever the order: "XRP needed for 5000 dollars".
PAID = Pattern(r"\b(?:need(?:ed)?|required?|takes?|buys?|gets?|for|of|with|from|worth)\b")
CONVERSION = _any(r"\bconvert\b|\bexchange\b(?! listing)|\bconversion\b|\bswap\b", r"\bhow (?:many|much)\b.{0,40}\b(?:can|could|do|would) (?:i|you|we) (?:buy|get|have|need|afford)\b", r"\bhow (?:many|much)\b.{0,30}\bfor\b", r"\bhow (?:many|much)\b.{0,40}\b(?:would|will|does|could|can|do|did)\b.{0,30}\b(?:buy|get|fetch|bring|cost|make)\b", r"\bhow (?:many|much)\b.{0,12}\b(?:usd|dollars?|euros?|eur|bucks)\b", r"\d\S* \S+,? how (?:many|much)\b", r"\bhow (?:many|much)\b.{0,40}\b(?:is|are)\b",
                  r"\b(?:in|to|into|equals?)\b|=|->|→|⇒", r"\d.{0,30}\bcosts?\b|\b(?:price|cost) (?:for|of) \d", r"\bhow much (?:is|are|was)\b|\bworth\b|\bvalue\b|\bprice of\b|\bcost of\b|\bwhat(?:'s| is| are)\b")  # fmt: skip
DEFINITION = _any(r"^(?:so |ok |please |hey )?(?:what(?:'s| is| are|s)|who is|define|explain|describe|tell me (?:about|more about)|give me (?:an )?(?:overview|summary) of|overview of|introduc\w+|learn about|info(?:rmation)? (?:on|about))\b",
                  r"\b(?:when (?:was|did)|who (?:created|founded|made|invented|launched)|launch date|created|founded)\b", r"\bhow does .{1,40} work\b", r"\bwhat (?:does|do) .{1,40} do\b", r"\bexplained\b|\bmeaning of\b")  # fmt: skip
FOLLOW_UP = _any(
    r"^(?:and|what about|how about|also|same|then|but|now|or|plus|no,?|sorry,?|i meant?|instead|ok(?:ay)?,? (?:and|now|what about))\b",
    r"\b(?:it|its|it's|that|those|them|they|their|both|the same|these)\b",
)


class Topic(Struct, frozen=True):
    """Something this build does not answer: how it is named, and the nearest that it does."""

    name: str
    label: str
    nearest: str
    pattern: str


_PERFORMANCE = "prices, returns over a period, highs and lows"
_TOPICS = tuple(
    (topic, Pattern(topic.pattern))
    for topic in (
        Topic("causes", "why a price moved", "how far it moved, with its high and low", r"\bwhy\b|\bwhat(?:'s| is| has)? (?:caus|driv)\w+|\breasons?\b.{0,20}\b(?:for|behind|why)\b|\bcaused\b|\bdriven by\b"),
        Topic("fear_greed", "the fear and greed index or market sentiment", "price changes of named assets", r"\bfear (?:and|&) greed\b|\bsentiment\b|\bmood\b|\bsocial (?:media|volume)\b|\breddit\b|\btelegram\b|\btwitter\b"),
        Topic("gas", "network fees", "the price and volume of the network's coin", r"\bgas\b|\b(?:transaction|network) fees?\b|\bgwei\b"),
        Topic("correlation", "correlations", "a side-by-side comparison of returns, highs and lows", r"\bcorrelat\w+\b|\bbeta\b"),
        Topic("volatility", "volatility, drawdown or risk ratios", "the high, low and change of a period", r"\bvolatil\w+\b|\bdrawdowns?\b|\bsharpe\b|\bsortino\b|\bstandard deviation\b"),
        Topic("technicals", "technical indicators or chart patterns", "price history with highs and lows", r"\brsi\b|\bmacd\b|\b[se]ma\b|\bmoving averages?\b|\bfibonacci\b|\bpivots?\b|\bbollinger\b|\btechnical (?:analysis|indicators?)\b|\bsupport (?:level|and resistance)s?\b|\bresistance\b|\bwedge\b|\bbreakout\b|\bgolden cross\b|\bdeath cross\b"),
        Topic("ranking", "rankings, screeners or market-wide lists", "up to five assets that you name, side by side", r"\btop \d+\b|\btop (?:coins?|cryptos?|tokens?|projects?|gainers?|losers?|holders?)\b|\bgainers?\b|\blosers?\b|\btrending\b(?! (?:up|down|higher|lower|sideways)\b)|\bwhich (?:crypto|coin|token|altcoin|project|chain|exchange|protocol)s?\b|\bwhat (?:coins|tokens|altcoins) \b|\b(?:biggest|largest|best|fastest|worst)\b.{0,25}\b(?:coins?|cryptos?|cryptocurrenc\w+|tokens?|altcoins?|growth|movers?)\b|\bscreen(?:er)?\b"),
        Topic("overview", "market-wide figures", "prices and market caps of named assets", r"\b(?:total|whole|entire|overall|global) (?:crypto ?(?:currency)? ?)?market\b|\bmarket (?:overview|summary|today)\b|\bcrypto market\b|\baltcoin season\b|\betfs?\b.{0,20}\b(?:flows?|aum)|\b(?:flows?|aum)\b.{0,20}\betfs?\b"),
        Topic("news", "news, listings or announcements", _PERFORMANCE + " of the assets concerned", r"\bnews\b|\bheadlines?\b|\bannounc\w+\b|\blisting\b|\blistings\b|\bpartnerships?\b|\bwhat(?:'s|’s| is) (?:happening|going on|new)\b|\blatest (?:on|developments?|updates?)\b|\bhack(?:ed|s)?\b|\bexploits?\b|\boutages?\b|\bregulat\w+\b|\bhttps?://"),
        Topic("onchain", "on-chain data such as holders, wallets, flows or TVL", "price, market cap, volume and supply", r"\bwhales?\b|\bwallets?\b|(?<!\bits )(?<!\btheir )\bholders?\b|\btvl\b|\bon[- ]?chain\b|\bactive addresses\b|\btransactions?\b|\b(?:in|out)flows?\b|\bbridg\w+\b|\bstaking\b|\bstaked\b|\bhash ?rate\b|\bdifficulty\b|\bgwei\b|\b0x[0-9a-f]{8,}"),
        Topic("airdrops", "airdrops, unlocks, vesting or token allocations", "circulating, total and maximum supply", r"\bairdrops?\b|\bunlocks?\b|\bvesting\b|\block-?ups?\b|\ballocations?\b|\btokenomics\b|\bdistribution\b"),
        Topic("security", "security checks", "price, market cap and volume", r"\bhoneypot\b|\brug ?pulls?\b|\baudit(?:ed|s)?\b|\bscam\b|\bsafe\b|\brisks?\b|\bphishing\b"),
        Topic("nft", "NFTs", "coins and tokens by name", r"\bnfts?\b|\bmint(?:ing)?\b|\bfloor price\b"),
        Topic("fundamentals", "project research such as teams, revenue, roadmaps or adoption", "price, market cap, volume and supply", r"\brevenue\b|\bteam\b|\bfounders?\b|\bcontributors?\b|\broadmap\b|\badoption\b|\bpartners?\b|\binvestors\b|\binstitution\w*\b|\bdeveloper activity\b|\bgo-to-market\b|\butility\b|\buse cases?\b|\bsmart contract\b|\bfuture\b|\becosystem\b|\bcreators?\b|\bcapabilit\w+\b"),
        Topic("liquidity", "order-book depth or market pairs", "24-hour volume", r"\bliquidity\b|\border ?book\b|\bmarket pairs?\b|\btrading pairs?\b|\bspread\b(?! (?:in|of|between) (?:performance|returns?|gains?|prices?))|\bdepth\b"),
        Topic("liquidations", "liquidations and exchange rankings", "open interest and funding where the data holds them", r"\bliquidat\w+\b|\bexchanges\b|\bdex(?:es)?\b|\bperpetual trading\b|\bdecentralized exchanges?\b"),
    )
)  # fmt: skip


def find_topic(lowered: str) -> Topic | None:
    """The first subject of the text that this build does not answer; None if there is none."""
    return next((topic for topic, pattern in _TOPICS if pattern.search(lowered)), None)


def topic_named(name: str | None) -> Topic | None:
    return next((topic for topic, _ in _TOPICS if topic.name == name), None)
