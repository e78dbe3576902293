"""How things work: concepts, risks, safety, tax and regulation basics, quoted from the handbook and never reworded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct, structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.happenings import in_happenings
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._concept_phrases import (
    CALLED,
    IN_GENERAL,
    KINDS_OF_THINGS,
    NAME_OF_A_COIN,
    OF_A_TRADE,
    OF_ANY_ASSET,
    OF_TODAY,
    VENUE,
)
from cryptodesk.models.analyst.skills._own import own_results
from cryptodesk.models.analyst.skills._passages import (
    cite,
    passage_fact,
    passages_closing,
    read_passages,
)
from cryptodesk.models.analyst.skills._quoting import (
    Fit,
    Quote,
    choose_by_meaning,
    choose_fits,
    choose_quotes,
    fit_of,
    spelled_out,
    unspoken,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._subjects import (
    articles_of,
    asks_for_meaning,
    in_plain_words,
    is_explaining,
    is_of_incident,
    is_pure,
    is_pure_beside,
    is_word_of_subject,
    names_article,
    names_subject,
    subjects_in,
    telling,
)
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import CONTENT_SEARCH
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_names, join_paragraphs

__all__ = ["SKILL", "ConceptSlots"]

_LONGEST_QUERY, _LIMIT = 300, 5
# A text that speaks of less of the question is not even near it.
_LEAST_SHARE = 0.25

# ruff: noqa: E501 - a phrase table reads better with one entry a line
_TERM = (
    r"(?:re-?stak\w+|liquid (?:re)?staking|stak(?:e|ed|es|ing|ers?)|unstak\w+|slash(?:ed|ing)|validators?|consensus|finality|re-?orgs?|(?:hard |soft )?fork(?:s|ed)?|proof[- ]of[- ](?:work|stake|reserves?|history|authority)|d?pos|pow|51 ?%|sybil"
    r"|impermanent loss|amms?|automated market makers?|liquidity (?:pools?|provid\w+|mining)|yield farming|yields?|flash ?loans?|lending protocols?|collateral\w*|over-?collateral\w*|lps?"
    r"|mev|front-?running|sandwich attacks?|oracles?|governance|multi-?sigs?|mpc|smart contracts?|smart accounts?|account abstraction|erc-?\d+|eip-?\d+|bip-?\d+|nfts?|token standards?|mints?|rug ?pulls?|honeypots?|phishing|approvals?|exploits?|hacks?|oracle attacks?|outages?"
    r"|layer[- ]?[0123]s?|l[123]s?|roll-?ups?|zk[- ]?\w*|zero[- ]knowledge|bridges?|bridging|side ?chains?|data availability|blobs?|sharding|light (?:clients?|nodes?)|(?:full )?nodes?|mempools?|gas(?: fees?)?|base fee|nonces?|merkle|hash(?:es|ing)?(?: functions?| ?rate)?|difficulty|utxos?|segwit|taproot|lightning(?: network)?|blockchains?|mining|miners?"
    r"|seed ?phrases?|recovery phrases?|mnemonics?|private keys?|public keys?|(?:hardware |cold |hot |hd |self-custody |custodial )?wallets?|self[- ]?custody|cold storage|custody|2fa|addresses"
    r"|stable ?coins?|pegs?|de-?peg\w*|algorithmic stablecoins?|synthetic dollars?|cbdcs?|wrapped (?:tokens?|\w+)|tokenomics|airdrops?|vesting|icos?|daos?|defi|ce-?fi|web3|rwas?|real[- ]world assets?|meme ?coins?|alt ?coins?|alt ?season|tokens?|coins?|cryptocurrenc(?:y|ies)|crypto"
    r"|perp(?:etual)?s?(?: (?:swaps?|futures?|contracts?))?|futures?|options?|implied volatility|funding(?: rates?)?|basis(?: trad\w+)?|cash[- ]and[- ]carry|leverage|margin(?: modes?| calls?)?|isolated|cross[- ]margin|liquidat\w+|mark price|index price|auto-?deleveraging|adl|insurance funds?|open interest|shorting|short squeeze"
    r"|order ?books?|market makers?|maker|taker|slippage|price impact|spread|(?:limit|market|stop)[- ]orders?|order types?|dca|dollar[- ]cost averaging|position siz\w+|drawdowns?|volatility|moving averages?|macd|rsi|relative strength(?: index)?|candle(?:stick)?s?|wash[- ]?trad\w+|arbitrage|bull (?:run|market)s?|bear markets?|all[- ]time highs?|aths?"
    r"|market cap(?:itali[sz]ation)?|fully diluted(?: val\w+)?|fdv|tvl|total value locked|dominance|mvrv|nvt|reali[sz]ed cap\w*|active addresses|exchange (?:reserves|(?:in|out)flows?)|on-?chain(?: \w+)?|dexe?s?|cexe?s?|decentrali[sz]\w+ (?:exchanges?|finance)|centrali[sz]ed exchanges?|delist\w*|whale accumulation|large wallet accumulation"
    r"|hedg(?:e|es|ing)|risk[- ]off|etfs?|halvings?|inflation|kyc|aml|travel rule|mica|howey(?: test)?|genius act|double[- ]spend\w*|dust(?:ing attacks?)?|testnets?|mainnets?|tokeni[sz]\w+|ai)"
)
_TAXED = Pattern(
    r"\btax(?:es|ed|able|ation)?\b|\birs\b|\bhmrc\b|\b8949\b|\bcost basis\b|\bwash[- ]sales?\b|\bcapital gains?\b|\b1099\b|\bhowey\b|\bmica\b|\btravel rule\b|\bgenius act\b|\blike[- ]kind\b|\bcounts? as (?:an? )?(?:income|taxable|gains?|earnings)\b|\btreated as (?:income|property)\b|\btaxable\b|\bowe (?:the )?(?:taxes|tax|irs|government)\b"
    r"|\bis (?:crypto|bitcoin|it) (?:legal|regulated)\b|\blegal(?:ity)? of\b|\bsecurities law\b|\bfca rules?\b"
)
_ASKS = Pattern(
    r"\b(?:am|who|whos|whose|where|whats|would|what|whats|how|hows|why|when|which|explain\w*|define|describe|difference|meaning|means?|101|nutshell|primer|intro|is|are|do|does|did|can|could|tell|teach|understand|eli5|risks?|vs|versus|compare|basics|guide|tutorial|should|will|pros)\b"
)
_PURE = Pattern(
    rf"^\W*(?:(?:hi|hey|hello|please|pls|ok|so|can you|could you|kindly)[, ]+)*(?:what(?:'s| is| are|s| r)|define|explain(?: to me)?|describe|meaning of|definition of|tell me (?:about|what)|what do(?:es)?|eli5:?|explain like i'?m (?:5|five):?|teach me(?: about)?|i (?:don'?t|do not) (?:understand|get))"
    rf"(?: (?:is|are|a|an|the|mean(?:s|t)? by|in simple (?:terms|words)|exactly))* {_TERM}(?: {_TERM}| tokens?| protocols?| in|'s| and| or| vs\.?| versus| a| an| the| of| on| for){{0,6}}"
    r"(?:\W+(?:in )?(?:crypto|defi|trading|blockchains?|simple (?:words|terms)|plain english|mean|means|exactly|please|pls|for (?:beginners|dummies)|like i'?m (?:5|five)|and how (?:does|do) (?:it|they) work|actually|briefly|be (?:brief|concise|short)|in (?:one sentence|short|detail|plain text)|keep it short))*\W*$"
)
_FORM = Pattern(
    r"\bhow (?:do|does|did|can|is|are|to|should)\b|\bhow come\b|\bin (?:what|which) (?:way|sense)\b|\bwhat(?:'s|s| is) (?:so |the )?(?:special|catch|gist|big deal|deal|fuss|trick|downside|upside|harm|danger|logic|reasoning)\b|\bwhat (?:exactly )?(?:makes|keeps|stops|prevents|lets|allows|causes|drives)\b|\bwhat (?:do|does|did) .{1,40} (?:do|achieve|accomplish|solve|change|prove|guarantee)\b|\bwh(?:at|ich)(?: one)?(?:'s|s| is| are) (?:the )?(?:safer|safest|riskier|riskiest|more secure|most secure)\b|\bis there (?:any |an? |some )?(?:insurance|protection|way|guarantee|recourse|limit|rule|law)\b|\bwalk me through\b|\bget my head around\b|\bbreak (?:it |this |that )?down\b|\bmake sense of\b|\bwhy (?:do|does|is|are|can(?:'?t)?|should(?:n'?t)?|would(?:n'?t)?|don'?t|did|was|were)\b|\bin a nutshell\b|\bstands? for\b|\bdifferences? (?:between|of)\b|\bthe difference\b|\bwhat (?:happens|(?:would|will|could|can) happen)\b|\bmeans? what\b|\bhow to\W*$|\bwhat (?:does|do|is|are) .{1,50}\bmean\b"
    r"|\bexplain\b|\bhow .{1,40} works?\b|\b(?:is|are) .{1,40} (?:safe|risky|secure|dangerous|legal|worth)\b|\brisks? (?:of|in|with)\b|\bwhat (?:does|do|would) .{1,80} (?:indicate|suggest|imply|tell|mean|say|reveal)\b|\b(?:does|do) .{1,80} (?:indicate|suggest|imply|mean)\b"
    r"|\b(?:pros and cons|advantages?|disadvantages?|benefits?|drawbacks?|purpose|role) of\b|\bwhat(?:'s| is) the (?:point|idea|purpose|use) of\b|\bbasics of\b|\bguide to\b|\bwhich .{1,40}indicators?\b"
)
# Forms that ask for nothing but how a thing works, whatever it is called by.
_CERTAIN = Pattern(
    r"\bdifferences? (?:between|of)\b|\bthe difference\b|\bwhat (?:happens|(?:would|will|could|can) happen) (?:when|if|to)\b|\bpros and cons\b|\bhow (?:do|does) .{1,40} work\b|\bwhat (?:do|does) .{1,40} mean\b|\bexplain\b|\bwhat (?:makes|keeps|stops|prevents|lets|allows) (?:an?|the|some\w*|people|anyone|miners?|validators?|them)\b|\bin (?:what|which) (?:way|sense)\b|\bwhat(?:'s|s| is) (?:so special|the (?:catch|gist|big deal|fuss|trick))\b|\bwalk me through\b"
)
_TERMS = Pattern(rf"\b{_TERM}\b")
_WORKS = Pattern(
    r"\bhow (?:does|do|is|are)\b.{1,60}\b(?:work\w*|secured|made|created|mined|minted|brought|born|come into|came into|invented|paid|rewarded|chosen|picked|stopped|enforced|stored|kept|recorded|function|settle\w*|reach\w*|scale\w*|keep\w*|stay\w*|maintain\w*|process\w*|verif\w+|backed|pegged|stable|governed|get (?:its|their)|issu(?:e|ed|es)|redeem\w*|mints?|burn\w*|operat\w+|achiev\w+|prevent\w*|generat\w+|calculat\w+|distribut\w+|validat\w+|custod\w+|collaterali[sz]ed|attacked)\b|\bhow .{1,40} works\b"
)
_HOW_TO_SAFE = Pattern(
    r"\b(?:how|what|where|best|safest)\b.{0,50}\b(?:keep|stor\w+|secur\w+|protect\w*|back ?up|avoid\w*|recogni[sz]e|spot|prevent\w*|revoke|lose|lost)\b"
)
_MEANING = Pattern(
    r"\bmeans? what\b|\bhow (?:are|do) new\b|\bhow (?:many|much|long) .{1,40}\b(?:needed?|required?|takes?|before|until|enough|final)\b|\bwhat (?:does|do|would) .{1,90} (?:mean|indicate|suggest|imply|reveal)\b|\bwhich .{1,40}(?:indicators?|metrics?) (?:are|is) .{0,20}(?:reliable|better|best|accurate|useful)\b|\bhow (?:is|are) .{1,40} (?:calculated|computed|measured|defined)\b|\bhow (?:to|do i|should i|do you|can i) (?:read|interpret)\b"
)
_WHAT_A_THING_IS = Pattern(r"^\W*(?:(?:so|ok|hey|and|but)[, ]+)*wh?at(?:'?s| is) (?:exactly )?an? ")
# Whether a thing can be, at no time in particular.
_IN_PRINCIPLE = Pattern(
    r"^\W*(?:(?:so|ok|hey|and|but)[, ]+)*(?:(?:can|could) (?!you\b|u\b|i (?:see|get|have)\b)|does (?!anyone|it look)|do (?!you\b|u\b|i\b|we\b|any\b)|am i\b|would (?:it|an?)\b|is it (?:possible|true|legal)\b)"
)
# What befell somebody's own transaction, order or deposit, and why.
_OF_MINE = Pattern(
    r"\bmy (?:\w+ )?(?:transactions?|tx|transfers?|withdrawals?|deposits?|swaps?|orders?|stops?|trades?|lp|pool|approval|signature|seed|keys?|phrase)\b.{1,90}\b(?:why|how come|how so|what (?:now|happened|does|is|went))\b|\b(?:why|how come|how is it|what)\b.{1,50}\bmy (?:\w+ )?(?:transactions?|tx|transfers?|withdrawals?|deposits?|swaps?|orders?|stops?|trades?|lp|pool)\b"
    r"|\b(?:is|are|will|would|what happens to) (?:my|our|your|people's|customer|user) (?:money|coins|funds|crypto|assets|tokens|deposits?)\b.{0,40}\b(?:safe|lost|gone|protected|insured|covered|mine|if|when)\b"
)
# Words that ask for what was, is or will be the figure or the report of a day.
_DATED = Pattern(
    r"\b(?:today|right now|currently|this (?:week|month|morning)|yesterday|latest|news|recent(?:ly)?|last (?:week|month|year|\d+)|price of|how much|how many|list(?:ing|ed)|biggest|largest|top|trending|gainers?|losers?|(?<!i'm )(?<!am )(?<!im )new|ratio between|correlat\w+)\b"
)
_HOW_EXPLAINED = Pattern(
    r"\b(?:is|are) .{1,40}\b(?:fully |really |actually |truly |100 ?% )?backed\b(?! by (?:a16z|vcs?|investors|binance|coinbase))|\bexplain\w*(?: to)?(?: me)?[, ]+(?:how|why|the way)\b(?!.{0,40}\b(?:pric\w+|mov\w+|perform\w*|trad\w+|doing|rose|fell|dropp\w+|pump\w*|dump\w*|up|down)\b)"
)
# Of a dollar coin it is the reserve that is asked for, of others who invested.
_BACKING = Pattern(
    r"\bback(?:ed|ing|s)\b|\bcollateral\w*\b|\breserves?\b|\bredeem\w*\b|\bissu(?:es?|ed|ers?|ing)\b|\battest\w+\b|\bmint(?:ed|s|ing)?\b|\b(?:keeps?|holds?|stays?|maintains?)\b.{0,24}\b(?:a|one|the|its|\$1|1) ?(?:dollar|peg|stable|usd)?\b"
)
_DOLLARS = frozenset({"USDT", "USDC", "DAI", "USDE", "USDe", "USDS", "FDUSD", "TUSD", "PYUSD", "LUSD", "FRAX", "GHO"})
_WHAT_IS = Pattern(r"\bwh?at(?:'?s| is| are| r)?\b")
_WHAT_IT_IS = Pattern(r"\bwh?at(?:'?s| is| are| was| were) (?!the\b)")
_THE_FIGURE = Pattern(r"\bwh?at(?:'?s| is| are)? the\b")
_OF_DATA = Pattern(
    r"\b(?:hash ?rate|difficulty|tvl|total value locked|funding|open interest|gas|base fee|gwei|dominance|fear|season|supply|market cap\w*|volatility|volume|price|spread|rsi|macd|yield|apy|apr|fees?|mvrv|nvt|liquidations?)\b"
)
_RISKS = Pattern(
    r"\b(?:risks?|dangers?|pros|advantages?|disadvantages?|benefits?|drawbacks?) (?:and \w+ )?(?:of|in|with|from)\b"
)
_YES_NO = Pattern(r"^\W*(?:is|are|can|could|does|do|who|where|how long|what makes|what happens)\b")
_MOST_BARE_WORDS = 5
# Above what a figure's own word brings: the form asks for no figure.
_EXPLAINED, _CERTAINLY = 0.986, 0.992
# Just above what the rules decline, and well below the skills whose figure bears the name ("gas", "tvl").
_BARE = 0.905
_ABOVE_DECLINED = 0.902
# Above what the rules call unclear, and below everything else.
_FIELD = Pattern(
    r"\b(?:bots?|rules?|regulat\w+|identity|senders?|recipients?|fees?|networks?|wallets?|(?:private |public |secret )?keys?|nodes?|miners?|validators?|stops?|fills?|tickets?|triggers?|phrases?|passwords?|passphrases?|scam\w*|fake|attack\w*|confirm\w*|pending|stuck|reversible|reverse\w*|twice|print(?:ed|ing)|mint\w*|peg(?:ged)?|tax\w*|law|legal|court|custod\w+|deposit\w*|withdraw\w*|provid\w+|diverg\w+|pairs?|leverage|margin|bitcoins|blockchains?|tokens?|coins?|crypto|collateral|yields?|rewards?|finali[sz]\w*|hash\w*|seed|airdrop\w*|governance|vot(?:e|ing)|address(?:es)?|securit(?:y|ies)|commodit(?:y|ies)|controversial|network|bitcoins|satoshi|slippage|spread|candles?|indicators?|trading|traders?|bridges?|l2s?|rollups?|nfts?|dao|defi|etfs?|futures?|options?|perps?|funding|liquidity|amm|stablecoins?|reserves?|audits?|payments?|transactions?|transfers?|chains?|blocks?|pools?|swaps?|borrow\w*|loans?|lend\w*|contracts?|orders?|exchanges?|brokers?|issuers?|dollars?|reserves?|signatures?|signing|verif\w+|verifying|stak\w+|stakers?|upgrade|protocols?|proposals?|votes?|oscillator|crossing|hackers?|bankrupt\w*|taxable|ledger|mined|machines mine|shorts?|longs?|liquidat\w+|hedg\w+|expiry|strike)\b"
)
_IN_OTHER_WORDS, _FEWEST_OF_THE_FIELD = 0.35, 3
_CONTRAST = Pattern(r"\bdiffer\w*\b|\bv(?:s|ersus)?\b|\bcompare[ds]?\b|\bbetter than\b|\bunlike\b|\bopposed to\b")
_TOLD = {
    "story": Pattern(""),  # all of it, from the beginning
    "contrast": Pattern(
        r"\b(?:ordinary|unlike|no such|whereas|in contrast|instead|differ\w*|compared|rather than|otherwise|neither|while|former|latter|by contrast|on the other hand|than an?|than the|only)\b",
        re.IGNORECASE,
    ),
}
_A_THING = Pattern(
    r"^\W*(?:(?:so|ok|hey|hi|please|pls|and)[, ]+)*wh?at(?:'?s| is| are| r)? an? (?!good\b|bad\b|fair\b|safe\b|better\b)[a-z][a-z-]+(?: [a-z][a-z-]+){0,3}\W*$"
)
_BASICS_OF_ASSET = Pattern(r"^\W*(?:what(?:'s| is| are)|explain|tell me about|describe)\b[^?]{0,40}\?*$")


class ConceptSlots(Struct, frozen=True):
    """`query` is what is searched for: the question, its short forms written in full. Of an article as a whole a
    "story" wants what happened when, a "contrast" what is unlike what."""

    query: str
    aim: Literal["", "story", "contrast"] = ""


def _recognise(reading: Reading) -> Claim | None:
    # "SOL since the FTX collapse" asks how a coin fared from a day on.
    if is_of_incident(reading) and not (reading.is_known and in_happenings(reading.lowered)):
        return Claim(0.985, ConceptSlots(_query(reading.text), "story"))
    if _wants_its_name(reading):
        return Claim(_NAMED, ConceptSlots(_query(reading.text)))
    if _is_of_venue(reading):
        return Claim(0.965, ConceptSlots(_query(reading.text)))
    pure = _pure_confidence(reading)
    sure = _confidence(reading) if reading.says(_ASKS) or reading.words <= 3 else None
    best = max(pure or 0.0, sure or 0.0, _in_other_words(reading))
    return Claim(best, _slots(reading, is_all=pure is not None)) if best else None


def _wants_its_name(reading: Reading) -> bool:
    """A thing is told in words of one's own, and what it is called is asked."""
    return reading.words >= _FEWEST_OF_A_DESCRIPTION and reading.says(CALLED) and not reading.says(NAME_OF_A_COIN)


_FEWEST_OF_A_DESCRIPTION, _NAMED = 6, 0.993


def _is_of_venue(reading: Reading) -> bool:
    """What an exchange with an article of its own is, not what is traded there."""
    return reading.says(VENUE) and not reading.says(_DATED) and not reading.measures and not reading.is_known


def _in_other_words(reading: Reading) -> float:
    """What no figure answers is rather searched for than declined, where it asks how something is in general."""
    if not _is_of_the_field(reading):
        return 0.0
    is_general = (reading.says(IN_GENERAL) or _is_described(reading)) and not reading.says(OF_TODAY)
    is_refused = intents.wants_advice(reading.lowered) or intents.wants_prediction(reading.lowered)
    is_refused = is_refused and (not _is_told(reading) or reading.says(OF_A_TRADE))
    is_told = _is_told(reading) and not reading.says(OF_TODAY)
    return _ABOVE_DECLINED if (is_general or is_told) and not is_refused else _IN_OTHER_WORDS


def _is_of_the_field(reading: Reading) -> bool:
    """A question in words of its own that no other skill takes; better searched for than not understood."""
    is_dated = reading.says(_DATED) and not reading.says(_MEANING)
    has_figure = bool(reading.measures) and not (set(reading.measures) == {"price"} and _is_described(reading))
    if reading.words < _FEWEST_OF_THE_FIELD or has_figure or is_dated or reading.strong_period:
        return False
    if reading.is_known:
        return reading.says(OF_ANY_ASSET) and not reading.says(intents.DEFINITION)
    return reading.says(_TERMS) or reading.says(_FIELD) or names_subject(reading) or bool(articles_of(reading.masked))


def _is_case(reading: Reading) -> bool:
    """What befell somebody, or a thing told of without its name."""
    if reading.says(_OF_MINE) and (reading.says(_FIELD) or reading.says(_TERMS)):
        return True
    return _is_told(reading) and not reading.measures and not _refuses(reading)


def _refuses(reading: Reading) -> bool:
    return intents.wants_advice(reading.lowered) or intents.wants_prediction(reading.lowered)


def _is_told(reading: Reading) -> bool:
    """A whole sentence on a subject of the handbook, with no asset whose figures it could ask for."""
    if reading.has_asset or reading.words < _FEWEST_OF_A_DESCRIPTION:
        return False
    return bool(articles_of(KINDS_OF_THINGS.sub(" ", reading.lowered)))


def _is_described(reading: Reading) -> bool:
    """A case told without a name ("what does it cost me when the two tokens drift apart"), not a price."""
    if reading.has_asset or reading.words < _FEWEST_OF_A_CASE:
        return False
    return reading.says(_CASE) or (_is_told(reading) and reading.says(IN_GENERAL))


_FEWEST_OF_A_CASE = 8
_CASE = Pattern(r"\b(?:when|if|whenever|once)\b.{6,}")


def _slots(reading: Reading, *, is_all: bool) -> ConceptSlots:
    query = _query(in_plain_words(reading.text) if is_all else reading.text)
    return ConceptSlots(query, "contrast" if reading.says(_CONTRAST) else "")


def _query(text: str) -> str:
    return " ".join(spelled_out(text).split())[:_LONGEST_QUERY]


def _pure_confidence(reading: Reading) -> float | None:
    """Of questions that hold nothing but a subject of the handbook and words of asking."""
    if reading.says(_DATED) or not is_pure(reading):
        return None
    if is_explaining(reading) or _is_contrast(reading):
        return _EXPLAINED
    if asks_for_meaning(reading):
        return 0.965
    if reading.says(_WHAT_IS):
        return _BARE if reading.says(_THE_FIGURE) and (reading.measures or reading.says(_OF_DATA)) else 0.965
    is_bare = reading.words <= _MOST_BARE_WORDS or names_article(reading)
    has_figure = bool(reading.measures) and not (set(reading.measures) == {"price"} and names_article(reading))
    return _BARE if is_bare and not has_figure and not reading.says(intents.FOLLOW_UP) else None


def _is_contrast(reading: Reading) -> bool:
    """Of two subjects, what tells them apart; of two kinds of coins rather how they fared."""
    return reading.says(_VERSUS) and not reading.says(_KINDS) and len(subjects_in(reading.lowered)) > 1


_VERSUS = Pattern(r"\b(?:v(?:s|ersus)?\b\.?|or\b|compared (?:to|with)\b|against\b|(?:opposed|relative) to\b)")
_KINDS = Pattern(
    r"\b(?!vs |or |and |between |what |are )\w+ (?:coins?|tokens?|cryptos?|sectors?|categor\w+|narratives?|projects?)\b"
)


def _is_explained(reading: Reading) -> bool:
    """An article's subject, asked of in a form that wants it explained."""
    return is_explaining(reading) and names_article(reading) and not reading.says(intents.WORTH)


def _confidence(reading: Reading) -> float | None:
    if reading.is_known:
        return _beside_asset(reading)
    if not reading.says(_DATED) and _is_explained(reading):
        return _CERTAINLY if reading.says(_TERMS) and reading.says(_CERTAIN) else _EXPLAINED
    if reading.says(_PURE):
        return 0.985 if not reading.says(_DATED) else None
    if reading.says(_TAXED):
        return 0.975 if not reading.says(_DATED) or reading.says(_FORM) else None
    is_dated = reading.says(_DATED) and not reading.says(_MEANING)
    if is_dated:
        return None
    if reading.says(_HOW_EXPLAINED) and not reading.measures:
        return 0.94
    if not (reading.says(_FORM) or reading.says(_HOW_TO_SAFE)):
        if _is_case(reading):
            return 0.94
        if reading.says(_WHAT_IT_IS) and names_article(reading) and not reading.measures:
            return 0.975 if reading.says(_WHAT_A_THING_IS) else 0.94
        is_ahead = intents.wants_prediction(reading.lowered) or intents.wants_advice(reading.lowered)
        if reading.says(_IN_PRINCIPLE) and reading.says(_TERMS) and not (reading.measures or is_ahead):
            return 0.965
        if reading.says(_A_THING) and not reading.measures and not is_ahead:
            return _ABOVE_DECLINED
        is_asked = reading.says(_A_THING) or (reading.says(_YES_NO) and names_subject(reading))
        return 0.55 if is_asked and not reading.measures else None
    if reading.says(_TERMS) and reading.says(_CERTAIN):
        return _CERTAINLY
    return 0.94 if reading.says(_TERMS) or names_subject(reading) else 0.55 if reading.says(_WORKS) else None


def _beside_asset(reading: Reading) -> float | None:
    """With an asset named only how it works is asked here; what it is and what it costs are not."""
    if reading.says(_DATED) or reading.strong_period:
        return None
    if (
        reading.says(_BACKING)
        and not reading.measures
        and any(asset.symbol in _DOLLARS for asset in reading.found.assets)
    ):
        return _EXPLAINED
    if reading.says(_WORKS) or reading.says(_MEANING) or reading.says(_HOW_EXPLAINED):
        return _EXPLAINED if is_explaining(reading) and names_article(reading) else 0.93
    if _is_subject_of_asset(reading):
        return _EXPLAINED if is_explaining(reading) else 0.965
    has_term = _TERMS.search(reading.masked) is not None or names_subject(reading)
    if reading.says(_TAXED):
        return 0.93
    if _PROCESS.search(reading.masked) and not reading.measures:
        return 0.91
    if reading.measures or not has_term:
        return None
    if _BASICS_OF_ASSET.match(reading.masked) and not reading.says(_RISKS):
        return None
    return 0.91 if reading.says(_FORM) else 0.7 if reading.says(_YES_NO) else None


def _is_subject_of_asset(reading: Reading) -> bool:
    """ "What is bitcoin mining", "explain the eth merge"; what goes by the name of a figure is asked of as one."""
    if reading.says(_OF_DATA) or reading.says(_OF_CHECKS) or reading.measures or not is_pure_beside(reading):
        return False
    return is_explaining(reading) or reading.says(_WHAT_IS)


# What a check of a contract tells of the asset itself.
_OF_CHECKS = Pattern(r"\b(?:rug ?pulls?|honeypots?|scams?|audits?|mint authority|freeze authority)\b")
# How a named coin goes about something, not how it fared.
_PROCESS = Pattern(
    r"\b(?:is|are) _+ (?:(?:a|an|legally|considered|really) )+(?:security|commodity|currency|ponzi\w*|pyramid|legal|property|money)\b|\bhow often\b.{1,50}\b(?:adjust|chang|happen|updat|occur|retarget|paid|distribut|produc|found|mined)\w*|\b(?:how|why) (?:do|does|can) (?:the )?_+(?:'s|s)? (?!(?:do|doing|perform\w*|compar\w*|look\w*|stack\w*|fare|trad\w+|mov\w+|behave|chang\w+|go|going|rank|feel|rise|fall|drop|pump|dump|crash|keep|hold|cost|have|seem|correlat\w+|relate|react|stand|differ|and|or|vs)\b)[a-z]{3,}"
)


def _calls(ask: Ask) -> Sequence[Call]:
    query = ask.plan.slots.query if isinstance(ask.plan.slots, ConceptSlots) else "how cryptocurrencies work"
    titles = [title for title in _titles(ask.plan.slots, query) if title.lower() not in query.lower()]
    query = f"{query} ({'; '.join(titles)})"[:_LONGEST_QUERY] if titles else query
    return (Call(CONTENT_SEARCH, {"query": query, "content_types": ["cmc_editorial"], "limit": _LIMIT}),)


def _titles(slots: Any, query: str) -> tuple[str, ...]:
    """Of the articles on what is asked; what happened once, or how a thing is taxed, is told
    by one that bears another name."""
    is_other = _TAXED.search(query.lower()) is not None or (isinstance(slots, ConceptSlots) and slots.aim == "story")
    return () if is_other else articles_of(query)


def _write(setting: Setting) -> Draft:
    results = own_results(setting, _calls, CONTENT_SEARCH)
    passages = read_passages(results)
    if not passages:
        return Draft(_nothing(setting))
    wanted = telling(_asked(setting))
    most = 1 if setting.is_brief else 3 if setting.is_detailed else 2
    titles = _titles(setting.plan.slots, _asked(setting))
    fits = [fit_of(passage, wanted, titles) for passage in passages]
    chosen = choose_fits(fits, most)
    near = () if chosen else choose_by_meaning(fits, wanted, most)
    quotes = choose_quotes(chosen or near, wanted, _TOLD.get(_aim(setting)), is_full=setting.is_detailed)
    if not quotes:
        return _beside(setting, fits)
    lead = _lead(setting, chosen) if chosen else _lead_by_meaning(near)
    used = [quote.passage for quote in quotes]
    text = join_paragraphs(lead, *map(_quoted, quotes), passages_closing(setting, results, used))
    return Draft(text, tuple(passage_fact("quotation", quote.passage, quote.text) for quote in quotes))


def _aim(setting: Setting) -> str:
    return "" if setting.is_brief or not isinstance(setting.plan.slots, ConceptSlots) else setting.plan.slots.aim


def _asked(setting: Setting) -> str:
    slots = setting.plan.slots
    return slots.query if isinstance(slots, ConceptSlots) else spelled_out(setting.question)


def _lead(setting: Setting, chosen: Sequence[Fit]) -> str:
    subjects, missing = _subjects(chosen), unspoken(chosen)
    if chosen[0].is_named and len(missing) == 1:  # the article is on what was asked: one verb it lacks tells nothing
        missing = tuple(word for word in missing if is_word_of_subject(word))
    if missing:
        words = join_names([f"“{shown(word, 30)}”" for word in missing[:3]], "or")
        return f"No passage answers the whole question: none of those quoted speaks of {words}. Nearest, on {subjects}:"
    if not any(fit.is_about for fit in chosen):
        return f"No passage is about that alone. The nearest is on {subjects}:"
    return setting.pick(
        (
            f"On {subjects} the desk's texts say:",
            f"From the desk's texts, on {subjects}:",
            f"This is what the desk's texts have on {subjects}:",
        )
    )


def _lead_by_meaning(near: Sequence[Fit]) -> str:
    return (
        "No passage says it in the words of the question, so this may not answer it. "
        f"Nearest by meaning, on {_subjects(near)}:"
    )


def _subjects(fits: Sequence[Fit]) -> str:
    return join_names([f"“{fit.passage.subject}”" for fit in fits])


def _quoted(quote: Quote) -> str:
    return f"> “{quote.text}”\n>\n> {cite(quote.passage)}"


def _beside(setting: Setting, fits: Sequence[Fit]) -> Draft:
    """Titles alone: their texts share too few words with the question to be quoted as its answer."""
    near = [fit.passage for fit in fits if fit.in_title or fit.share >= _LEAST_SHARE]
    if not near:
        return Draft(_nothing(setting))
    nearest = "; ".join(cite(passage) for passage in near[: 1 if setting.is_brief else 3])
    return Draft(f"I found no passage that answers this, so I quote none. The nearest articles by meaning: {nearest}.")


def _nothing(setting: Setting) -> str:
    words = join_names([f"“{shown(_apart(word), 30)}”" for word in list(telling(_asked(setting)).values())[:4]])
    about = f" on {words}" if words else ""
    return f"The desk's texts hold no passage{about}; I answer such questions only with what they say."


_LEANS = Pattern(
    r"\b(?:it|its|it's|they|them|their|that|this|those|these)\b|^\W*(?:and |but |so |ok )*(?:why|how so|how come|(?:the |any )?(?:risks?|dangers?|downsides?|benefits?|advantages?|drawbacks?|examples?)|pros|tell me more|more|go on|explain (?:more|further)|what about)\b"
)
_OF_MARKET = Pattern(
    r"\b(?:prices?|costs?|worth|market cap|volumes?|charts?|trading at|tvl|news|buy|sell|trade|today|now|holders?)\b"
)
_MOST_WORDS_LEANING = 10


def _follow(plan: Plan, text: str) -> Plan | None:
    """ "Is it risky?": a further question on the subject before."""
    lowered, slots = text.lower(), plan.slots
    is_on = _LEANS.search(lowered) is not None and _OF_MARKET.search(lowered) is None
    if not isinstance(slots, ConceptSlots) or not is_on or len(text.split()) > _MOST_WORDS_LEANING:
        return None
    return structs.replace(plan, slots=ConceptSlots(_query(f"{slots.query} {text}")))


def _apart(word: str) -> str:
    """ "proofauthority" is one word to the reader of texts alone."""
    return re.sub(r"^proof(?=[a-z]{4})", "proof of ", word)


SKILL = Skill(
    name="concept",
    title="how things in crypto work, from the handbook",
    examples=("What is restaking?", "difference between PoW and PoS", "how can I keep a seed phrase safe"),
    tools=(CONTENT_SEARCH,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    follow=_follow,
)
