"""How orders to a machine are worded in English.

Written against two sets of sentences: attacks that must be found, and how-to articles, documentation and news that
must not be."""

# ruff: noqa: E501 - a phrase is easier to check in one piece

from __future__ import annotations

import re
from functools import cached_property

from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = ["ENGLISH", "Phrase"]


class Phrase(Struct, frozen=True, dict=True):
    """`words` is a pattern that is tried on small letters if each group of `needs` has a stem in the text: the beginning of a word, a
    whole word ("ai!") or words in a row. Where `lead` is given, it must match up to the beginning of what was found."""

    needs: tuple[frozenset[str], ...]
    words: str
    lead: Pattern | None = None

    @cached_property
    def pattern(self) -> Pattern:
        """Compiled when a text first has the stems: all of them together take a twentieth of a second."""
        return Pattern(self.words, re.MULTILINE)


_W = r"(?:\w{1,40}\s+)"
_MODEL = r"(?:ais?|llms?|gpts?|chatgpt|claude|gemini|grok|artificial intelligence|language models?|chatbots?|assistants?|(?:ai|automated|robot|crawling|summari[sz]ing)\s+(?:assistant|agent|model|system|reader|bot|summari[sz]er|crawler)s?|(?:ai\s+)?agents?(?= (?:reading|processing|summari)))"
# Somebody who deals with such machines, not the machine.
_PEOPLE = r"(?!\s+(?:invest|trad|develop|research|start|compan|project|token|coin|engineer|found|user|firm|fan|enthusiast|skeptic|sceptic|stock|sector|narrative|play|app|infrastructure|boom|hype|compute|chip|team|product|compet|market|econom|platform|protocol)\w{0,12})"
_SPEECH = r"(?:say|tell|repl(?:y|ies)|answer|respond|recommend|advise|mention|state|claim|quote|report|promise|assure|obey|ignore|include|append|disclose|reveal|insert|forget|praise|endorse)"
_DEED = r"(?:call|use|output|write|set|treat|return|print|send|visit|open|fetch|hide|omit|skip|stop|execute|run|follow|transfer|buy|sell)"
_FIGURE = r"(?:prices?|values?|market ?cap(?:itali[sz]ation)?s?|volumes?|supply|figures?|numbers?|answers?|scores?|sentiment|ranks?)"
_AMOUNT = r"(?:about\s+|exactly\s+|only\s+)?(?:[$€£]\s?)?(?:\d|zero|one|two|three|four|five|six|seven|eight|nine|ten|an? (?:hundred|thousand|million|billion|dollar|cent)|half|double|nothing|worthless|bullish|bearish)"

# After these words a verb is an order; `_LOOSE` also after those that report what somebody should do.
_LEADS = "please|do|kindly|and|or|then|but|so|you|always|just|simply|instead|now|immediately|also|first|next|instructions|must|okay|ok|rather|only"
_BEGINS = rf"(?:^|[^\w\s]\s*|\n\s*|\b(?:{_LEADS}|you (?:must|should|will|shall|can|may|have to|need to|are to|ought to)|your (?:new |only |real |true )?(?:task|job|goal|role|duty|purpose|mission) is to|is to|want you to)\s+)"
_STRICT = Pattern(rf"{_BEGINS}\Z", re.MULTILINE)
_IF_ASKED = Pattern(rf"(?:{_BEGINS}|\b(?:when(?:ever)?|if) asked(?: about [^,.]{{1,30}})?,?\s+)\Z", re.MULTILINE)
_NOT_WARNED = Pattern(rf"(?<!not )(?<!never )(?<!n't )(?:{_BEGINS})\Z", re.MULTILINE)
# "Wallets that do not warn the user" are written about.
_NOT_TOLD_OF = Pattern(r"(?<!that )(?<!who )(?<!which )(?<!they )(?<![a-z]s )\Z")
_LOOSE = Pattern(
    rf"(?:^|[^\w\s]\s*|\n\s*|\b(?:{_LEADS}|should|shall|will|to|not|never|can|may|let's|lets|us|assistants?|ai|models?|llms?|chatbots?|agents?|bots?)\s+)\Z",
    re.MULTILINE,
)


def _phrase(needs: str, pattern: str, lead: Pattern | None = None) -> Phrase:
    """`needs` are groups of stems, the groups parted by "&", the stems by a bar."""
    groups = tuple(frozenset(group.split("|")) for group in needs.split("&"))
    return Phrase(groups, pattern, lead)


_FORGET = r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|bypass(?:ing)?|overlook|drop|discard|skip|violate|disobey)"
_FORGET_STEMS = "ignor|disregard|forget|overrid|bypass|overlook|drop|discard|skip|violate|disobey"

ENGLISH: tuple[Phrase, ...] = (
    # About instructions
    _phrase(
        f"{_FORGET_STEMS}&instruct|prompt|guideline|directive|direction|command|message|constraint|training|guardrail|programming",
        rf"{_FORGET}\s+(?:about\s+|of\s+)?{_W}{{0,3}}?(?:all|any|every|each|previous|prior|above|earlier|preceding|foregoing|existing|former|system|developer|your|these|those|initial|original|safety|my)\s+{_W}{{0,3}}?(?:instructions?|prompts?|guidelines?|directives?|directions?|commands?|messages?|constraints?|training|guardrails?|programming)\b",
    ),
    _phrase(
        f"{_FORGET_STEMS}&rule|polic|context|order|restriction|limitation",
        rf"{_FORGET}\s+(?:about\s+|of\s+)?{_W}{{0,2}}?(?:all|any|every|each|previous|prior|above|earlier|preceding|foregoing|existing|system|your|these|those|initial|original|safety|my)\s+{_W}{{0,3}}?(?:rules?|polic(?:y|ies)|context|orders|restrictions?|limitations?)\b",
        _LOOSE,
    ),
    _phrase(
        "ignor|disregard|forget|overrid|bypass&instruct|prompt|guideline|rule|directive|order|everything|what you",
        r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:the\s+)?(?:instructions?\b|system prompts?\b|(?:above|preceding|foregoing) (?:rules|guidelines?|text|directives?)|(?:guidelines?|rules|directives?|orders) (?:you|above|given)\b|everything (?:above|before|you (?:were|have been|know))\b|what you (?:were|have been) (?:told|taught))",
    ),
    _phrase(
        "instruct|directive|prompt",
        r"\b(?:new|updated|real|actual|true|hidden|following|revised|secret|priority|additional)\s+(?:system\s+)?(?:instructions?|directives?|prompt)\s*(?:(?:for|to)\s+(?:the\s+|all\s+|any\s+)?(?:ai|assistant|model|llm|chatbot|agent)s?\s*)?(?::|from the (?:system|developer|user|operator|admin)\w*\b|are (?:as follows|these)\b)",
    ),
    _phrase(
        "instruct|directive",
        r"\b(?:(?:your|these)\s+(?:\w+\s+)?(?:instructions|directives) are|(?:real|actual|true|hidden|secret)\s+(?:instructions|directives) are|(?:new|updated|following|revised)\s+(?:instructions|directives) are(?:\s+(?:to|that)\b|\s*:\s{0,3})|(?:follow|obey|execute)\s+(?:only\s+)?(?:these|the (?:following|hidden|embedded|below)|my|our)\s+(?:new\s+)?(?:instructions|directives|commands)|(?:you|assistant) (?:must|should|will) (?:now )?(?:follow|obey) (?:these|the following|my))\b",
    ),
    _phrase(
        "prompt",
        r"\b(?:system|developer|hidden|initial)\s+prompts?\s*(?::|override|update|below\b|is now\b|says?\b|states?\b|tells\b|has (?:changed|been))|\b(?:according to|per|following) the (?:system|developer|hidden) prompt\b|\byour\s+(?:\w+\s+)?(?:system|developer|hidden|initial)?\s*prompts?\b|\b(?:reveal|print|repeat|output|leak|dump|disclose|expose|quote)\s+(?:me\s+|us\s+|out\s+|back\s+)?(?:the\s+)?(?:full\s+|entire\s+|whole\s+)?(?:system|developer|hidden|initial)\s+prompts?\b",
    ),
    _phrase(
        "instruct|message|hidden rule|guideline",
        rf"\b(?:reveal|print|repeat|output|show|leak|send|quote|expose|disclose|dump|give)\s+(?:me\s+|us\s+|out\s+|back\s+)?(?:your\s+{_W}{{0,3}}?(?:instructions|messages?|hidden rules|guidelines)|(?:the\s+)?(?:developer|system|hidden|initial)\s+(?:messages?|instructions|rules))\b",
    ),
    _phrase(
        "print|repeat|output|reveal|show|leak|dump|expose|disclose&instruct|api key|secret|environment var|credential|configuration|conversation",
        rf"\b(?:reveal|print|repeat|output|leak|dump|expose|disclose|show)\s+(?:me\s+|us\s+|out\s+|back\s+)?(?:your|the)\s+{_W}{{0,3}}?(?:instructions|api keys?|secrets?|environment variables|credentials|configuration|conversation)\b",
        _NOT_WARNED,
    ),
    # About who the reader is
    _phrase(
        "you are now|you will be now|you will now be|you are no longer|you must act|you should act|you shall be|you must now act|you are from now|from now on you|from now on, you",
        r"\b(?:you (?:are|will be|shall be|are from now on|will now be)\s+(?:now\s+)?(?:no longer\s+(?:an?|the|bound|restricted|limited)|now\s+(?:an?|the|in|dan|free|unrestricted|unbound|operating|called|acting|working|my|our)|an? (?:unrestricted|uncensored|evil|jailbroken))\b(?!\s+(?:\w+\s+){0,3}?(?:owner|holder|validator|member|user|customer|client|delegat\w+|staker|provider|participant|subscriber|node|voter|beneficiary|miner|part|signer|lender|borrower|depositor|control|charge|possession|position|profit|loss|wallet|network|queue|cluster|shell|directory|folder|pool|list|middle|community|process|green|red)s?\b)|from now on,? you (?:are|will|must|act|answer|reply|respond|only|always))\b",
    ),
    _phrase(
        "you are an|you are a |you are the",
        rf"\byou are (?:an?|the)\s+(?:{_W}{{0,2}}?)(?:ai|llm|assistant|chatbot|language model|jailbroken|unrestricted|uncensored)s?\b(?!\s+(?:manager|professor|editor|director)){_PEOPLE}",
    ),
    _phrase(
        "pretend|act!|behav|respond|role",
        rf"\b(?:pretend|act|behave|respond|role-?play)\s+(?:to be|as if|as though|as|like)\s+(?:you\s+(?:are|were|have|had)\s+)?(?:an?\s+|the\s+|my\s+)?{_W}{{0,2}}?(?:unrestricted|uncensored|jailbroken|dan|root|admin|administrator|developer mode|system operator|financial advis[eo]r|grandmother|grandma|no (?:rules|restrictions|limits))\b",
        _STRICT,
    ),
    _phrase(
        "jailbreak|developer mode|dan mode|god mode|sudo mode|debug mode|maintenance mode",
        r"\b(?:jailbreak(?:ed)? mode|jailbreak (?:yourself|now|the (?:assistant|model|ai))|dan mode|(?:god|debug|developer|sudo) mode (?:is )?(?:enabled|on(?! (?:the|your|an?|my|its)\b)|activated|active)|sudo mode|maintenance mode: assistant|(?:enter|enable|activate|switch (?:in)?to|go into|you are (?:now )?in)\s+(?:the\s+|your\s+)?(?:developer|jailbreak|god|debug) mode(?!\s+(?:on|in|from|under|via|at|for|of|settings)\b))",
    ),
    _phrase(
        "dear!|attention!|hey!|hello!|note!|notes!|message|memo!|memos!|instruction|warning|eyes!&ai!|ais!|llm|gpt|chatgpt|claude|gemini|grok|intelligence|model|chatbot|assistant|automated|robot|crawl|summari|agent",
        rf"\b(?:(?:dear|attention,?|hey|hello)\s+(?:an?\s+|the\s+|all\s+|any\s+|every\s+|you\s+)?{_MODEL}\b{_PEOPLE}|(?:notes?|messages?|memos?|warnings?)\s+(?:to|for)\s+(?:an?\s+|the\s+|all\s+|any\s+|every\s+|whichever\s+|whatever\s+)?{_MODEL}\b{_PEOPLE}|(?:instructions?|for the eyes|eyes)\s+(?:to|for|of)\s+(?:an?\s+|the\s+|all\s+|any\s+|every\s+)?{_MODEL}\b{_PEOPLE}\s*(?:[:,.;!—–-]|$|only\b|reading|processing|summari[sz]ing|that (?:reads?|process)|must\b|should\b|who\b|{_SPEECH}\b|{_DEED}\b))",
    ),
    _phrase(
        "if you|when you|since you|because you|to!|as!|any!|all!|being!|every!&ai!|ais!|llm|gpt|chatgpt|claude|gemini|grok|intelligence|language model|chatbot|assistant|automated|robot|crawl|summari",
        rf"\b(?:(?:if|when|since|because) you(?:'re| are)\s+(?:an?\s+|the\s+|any\s+|all\s+|every\s+|another\s+)?{_MODEL}\b{_PEOPLE}|(?:as|being)\s+an?\s+{_MODEL}\b,?\s+you\b|(?:to|as|any|all|every)\s+(?:an?\s+|the\s+|all\s+|any\s+|every\s+)?{_MODEL}\s*(?::|reading (?:this|the)|processing (?:this|the)|summari[sz]ing (?:this|the)|that (?:reads?|process(?:es)?) this|who reads? this|must\s+(?:now\s+|always\s+|also\s+)?(?:{_SPEECH}|{_DEED})\b|should\s+(?:now\s+|always\s+|also\s+)?{_SPEECH}\b|shall\s+(?:now\s+)?{_SPEECH}\b|,\s*you\b))",
    ),
    _phrase(
        "assistant|chatbot&never!|always!|do!|please!|you!|say!|tell!|ignore!|call!|report!|use!",
        rf"(?:^|[.!?:;>]\s*)(?:assistant|chatbot)\s?[,:]\s+(?:please\s+)?(?:never|always|do not|don't|you (?:must|should|will|are)|{_SPEECH}|{_DEED})\b",
    ),
    _phrase(
        "assistant|model|ai!|ais!|llm|chatbot|agent&must|should|shall|has to|have to|will|need|required|instructed|ordered|obliged",
        rf"\b(?:assistants?|chatbots?|llms?|ai assistants?|language models?)\s+(?:must|should|shall|has to|have to|will|needs? to|(?:is|are) (?:required|instructed|ordered|obliged) to)\s+(?:(?:now|always|only|never|immediately|also|then|first|not)\s+)?(?:{_SPEECH}|{_DEED})\b|\b(?:ais?|models?|(?:ai\s+)?agents?)\s+(?:(?:must|shall|should|has to|(?:is|are) (?:required|instructed|ordered|obliged) to)\s+{_SPEECH}|must\s+(?:now|always|only|never|immediately|also|then|first)\s+(?:{_SPEECH}|{_DEED})|must\s+(?:print|output|write|send|buy|sell|transfer))\b|\b(?:the|this|an?)\s+(?:ai|model|(?:ai\s+)?agent)\s+(?:will|needs to)\s+(?:(?:now|always|only|never|also)\s+)?(?:say|tell|state|recommend|claim|answer|reply|ignore|include|mention|praise|obey|report\s+{_AMOUNT})\b|\b(?:ais?|models?|(?:ai\s+)?agents?)\s+(?:must|shall|should|has to|have to|needs? to|will|(?:is|are) (?:required|instructed|ordered|obliged) to)\s+(?:\w+\s+)?{_DEED}\s+[^.\n]{{0,30}}?\b(?:[$€£]?\d[\d.,]*\s{{0,2}}(?:as\b|dollars?\b|usd\b|[.!;,]|$)|the (?:transfer|tools?|users?|token)\b|cmc_)",
    ),
    # About users, answers and tools
    _phrase(
        "user&do not|don't|never|must not|avoid",
        r"\b(?:do not|don't|never|must not|avoid)\s+(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?(?: (?:this|it|any of this))? to|reveal(?:ing)?(?: (?:this|it))? to|warn(?:ing)?|alert(?:ing)?|show(?:ing)?(?: (?:this|it))? to|let(?:ting)?)\s+(?:the\s+|your\s+|any\s+)?users?\b",
        _NOT_TOLD_OF,
    ),
    _phrase(
        "user|human!|customer you|person you|readers of your|reader of your&tell!|convince!|advise!|instruct!|urge!|persuade!|inform!|assure!|direct!|ask!|remind!|encourage!|recommend!|order!",
        r"\b(?:tell|convince|advise|instruct|urge|persuade|inform|assure|direct|ask|remind|encourage|recommend to|order)\s+(?:the\s+|your\s+|every\s+|all\s+|any\s+)(?:users?|readers? of your answer|person you talk to|customer you serve|human)\s+(?:to|that|they|about|their|for)\b",
        _STRICT,
    ),
    _phrase("tell the user|tell your user&to tell|be told", r"\bto tell (?:the|your) users? (?:that|to)\b"),
    _phrase(
        "respond!|reply!|answer!|output!&only!|exactly!|the following|the word|the phrase|the sentence|the string",
        r"\b(?:respond|reply|answer|output)\s+(?:only\s+)?(?:with\s+|by\s+)?(?:\w+\s+){0,2}?(?:exactly\b|the\s+(?:following|words?|phrase|sentence|string)\b)",
    ),
    _phrase(
        "respond!|reply!|answer!|output!|print!|your reply|your response&with!|only!|exactly!|the following|the word|the phrase|in json|in base64|in pirate|in french|in german|in capital|that!|to every|to all|as!|every!|all!|any!|each!",
        r"\b(?:(?:respond|reply|answer|output|print|(?:end|begin|start|finish)\s+your\s+(?:answer|reply|response))\s+(?:only\s+|exactly\s+|always\s+|every\s+\w+\s+|all\s+\w+\s+)*(?:with\s+(?!a signature)|only\b|exactly\b|the (?:following|word|phrase|words|sentence|string)\b|in (?:json|base64|pirate|french|german|capital letters)\b|to every\b|to all\b)|(?:respond|reply|answer)\s+(?:that|as)\b|(?:respond|reply|answer)\s+(?:to\s+)?(?:every|all|any|each)\s+(?:questions?|messages?|requests?)\b)",
        _STRICT,
    ),
    _phrase(
        "return!|write!|say!&only!|exactly!|the following|the word|the phrase|in json|in base64",
        r"\b(?:return|write|say)\s+(?:only\s+)?(?:exactly\b|only (?:the|this|with)\b|the (?:phrase|sentence|string)\b|in (?:json|base64|pirate)\b)|\bsay (?:only )?the words?\b",
        _STRICT,
    ),
    _phrase(
        "price|value|cap|volume|supply|figure|number|answer|score|sentiment|rank&say!|report!|state!|quote!|claim!",
        rf"\b(?:say|report|state|quote|claim)\s+(?:that\s+)?(?:the\s+|its\s+|a\s+|all\s+|this as the\s+)?(?:[\w’']+\s+){{0,4}}?{_FIGURE}\s+(?:(?:is|are|equals?|=|should be|must be)\s+(?!not\b|unclear|unknown|still|likely|expected|rising|falling|going)|(?:as|to|at|of)\s+{_AMOUNT})",
        _IF_ASKED,
    ),
    _phrase(
        "price|value|cap|volume|supply|figure|number|answer|score|sentiment|rank&give!|use!|set!|assume!|record!|remember!|show!|list!|put!|treat!",
        rf"\b(?:give|use|set|assume|record|remember|show|list|put|treat)\s+(?:that\s+)?(?:the\s+|its\s+|a\s+|all\s+|this as the\s+)?(?:[\w’']+\s+){{0,4}}?{_FIGURE}\s+(?:is|are|as|to|of|at|equals?|=|should be|must be)\s+{_AMOUNT}",
        _STRICT,
    ),
    _phrase(
        "use!|report!|quote!|write!&for every|for all|for each|for any",
        rf"\b(?:use|report|quote|write)\s+{_AMOUNT}[\d.,]*\s+(?:\w+\s+)?for (?:every|all|each|any)\s+(?:\w+\s+)?{_FIGURE}\b",
        _STRICT,
    ),
    _phrase(
        "this as the&report|give|use|quote|record",
        rf"\b(?:report|give|use|quote|record)\s+this as the\s+{_W}{{0,3}}?{_FIGURE}\b",
    ),
    _phrase(
        "in all|in every|in each|in your|within|throughout&answer|reply|replies|respon|output|summar&include!|add!|append|insert!|mention!|recommend!|say!|link!|use!|state!|call!|put!|write!|always!",
        r"\b(?:in|within|throughout)\s+(?:all\s+|every\s+|each\s+|your\s+)+(?:\w+\s+)?(?:answers?|replies|reply|responses?|outputs?|summar(?:y|ies))\b[^.,\n]{0,40},?\s+(?:you\s+(?:must|should|will)\s+)?(?:include|add|append|insert|mention|recommend|say|link|use|state|call|put|write|always)\b",
    ),
    _phrase(
        "include!|add!|append|insert|embed|place!|put!&link|url|image|address|sentence|text|disclaimer|markdown|code|phrase|pixel&answer|repl|respon|output|summar|report",
        r"\b(?:include|add|append|insert|embed|place|put)\s+(?:this|the following|that|a|an)\s+(?:\w+\s+){0,4}?(?:link|url|image|address|sentence|text|disclaimer|markdown|code|phrase|pixel)\s+(?:\w+\s+){0,3}?(?:in|to|into|at the end of|at the start of)\s+(?:your|every|each|all|the)\s+(?:\w+\s+)?(?:answers?|repl(?:y|ies)|responses?|outputs?|summar(?:y|ies)|report)\b",
    ),
    _phrase(
        "task!|goal!|objective!|mission!|purpose!|job!|role!|persona|identity|directive|this overrides|this supersedes|this replaces|this cancels|untrusted|quoted|retrieved|external&new!|true!|real!|only!|actual!|secret!|hidden!|next!|this!|end!|stop!",
        r"\byour\s+(?:new|true|real|only|actual|secret|hidden|next)\s+(?:task|goal|objective|mission|purpose|job|role|persona|identity|directive)\s+(?:is|now is|will be|:)|\bthe\s+(?:new|true|real|actual|secret|hidden)\s+(?:task|objective|mission|persona|identity|directive)\s+(?:is to|now is|:)|\bthis (?:overrides|supersedes|replaces|cancels) (?:all|any|every|your)\b|\bthis (?:overrides|supersedes) the\b|\b(?:end|stop) (?:of )?(?:the )?(?:untrusted|quoted|retrieved|external) (?:text|content|data|documents?)\b",
    ),
    _phrase(
        "user!|operator!|developer!|admin|owner!&authori|approved|consented|confirmed|allowed|instructed|asked",
        r"\b(?:user|operator|developer|administrator|admin|owner)\s+(?:has\s+)?(?:already\s+)?(?:authori[sz]ed|approved|consented to|confirmed|allowed|instructed|asked)\s+(?:you|this (?:transfer|payment|action|override|request|withdrawal)|the (?:assistant|ai|model|chatbot)|it already)\b|\bthe (?:user|operator|developer|administrator) (?:has )?already (?:authori[sz]ed|approved|consented|confirmed|agreed)\b",
    ),
    _phrase(
        "tool|plugin|your function|the function|functions!|function!|browser|interpreter|api!|apis!&call!|invoke!|use!|run!|execute!|trigger!|open!|query!",
        r"\b(?:call|invoke|use|run|execute|trigger|open|query)\s+(?:(?:the\s+|your\s+)?(?:[\w-]+\s+){0,2}?(?:tools?|plugins?|code interpreter)\s+(?:\w+\s+){0,3}?(?:with|now|again|immediately|instead|ten times|twice|repeatedly|until|to (?:send|transfer|delete|buy|sell|fetch|get|post))\b|(?:the\s+|your\s+)(?:[\w-]+\s+){0,2}?functions?\s+(?:now|again and again|immediately|instead|ten times|repeatedly)\b|your\s+(?:\w+\s+)?(?:tools?|functions?|plugins?|browser|apis?)\s+(?:to|on|with|and|now|for)\b)|\bdo not (?:call|use|run|invoke) (?:(?:any|the|your) tools?|(?:any|your) functions?)\b",
        _LOOSE,
    ),
    _phrase(
        "tool&call|invok|execut|run!|use!",
        r"\b(?:call|invoke|execute)\s+(?:the|your)\s+(?:\w+\s+)?tools?\b(?!\s+(?:of|at|in|that|which|they|you|we|provided)\b)|\b(?:use|run)\s+(?:your|the)\s+tools?\b\s*(?:$|[.!:;,]|\w+_\w+)",
        _STRICT,
    ),
    _phrase(
        "tool_call|cmc_|tool call",
        r"\btool_calls?\b(?=[\"']?\s{0,3}[:=]|[^\n]{0,80}\b(?:for|to|with|now|returned|id)\b)|\b(?:emit|issue|make|perform|produce|generate|send|return|add|insert)\s+(?:an?|the|another|this)\s+tool_calls?\b|\bcmc_(?:\w{1,20}_)?(?:lookup|look_up|search|data|eval|analysis|screener|overview|metadata|list|sentiment)\b|\b(?:call|invoke|use|run|execute|query|trigger|tool)\s+(?:the\s+)?(?:tool\s+)?cmc_\w{3,30}\b",
    ),
    _phrase(
        "transfer|send|wire!|deposit|move!|pay!&all!|user|your!|this!|my!|following!&wallet|address|account|0x",
        rf"\b(?:transfer|send|wire|deposit|move|pay)\s+(?:(?:all\s+(?:of\s+)?(?:your\s+|the\s+|their\s+|my\s+)?|the\s+users?'?s?\s+|users?'s?\s+){_W}{{0,3}}?(?:to|into)\s+(?:the\s+|this\s+|my\s+)?(?:following\s+|same\s+)?(?:address|wallet|account|0x)|(?:\d[\d.,]*\s*|your\s+){_W}{{0,3}}?(?:to|into)\s+(?:this|my|the following)\s+(?:address|wallet|account))",
    ),
    _phrase(
        "send!|give!|paste!|forward!&seed phrase|private key|recovery phrase",
        r"\b(?:send|give|paste|forward)\s+(?:me\s+|us\s+)?(?:your|the user'?s?|their)\s+(?:seed phrase|private keys?|recovery phrase)s?\s+(?:to|here|in|into)\b",
        _STRICT,
    ),
)
