"""Phrases that give orders to a machine, in the languages that attacks are written in.

Each asks for an order about orders, roles, tools, secrets or what to tell a user, not for single words: an article that
tells its readers to ignore a rumour must not match."""

# ruff: noqa: E501 - a phrase is easier to check in one piece

from __future__ import annotations

import re

__all__ = ["find_order"]

_W = r"(?:\w+\s+)"
_ORDERS: tuple[tuple[tuple[str, ...], str], ...] = (
    # English: about instructions
    (
        ("ignor", "disregard", "forget", "overrid", "bypass", "overlook", "drop", "discard", "skip"),
        rf"\b(?:ignore|disregard|forget|override|bypass|overlook|drop|discard|skip)\s+(?:about\s+)?(?:the\s+)?{_W}{{0,3}}?(?:all|any|every|previous|prior|above|earlier|preceding|foregoing|existing|system|your|these|those|initial|original|safety)\s+{_W}{{0,3}}?(?:instructions?|prompts?|rules|guidelines?|directives?|commands?|directions?|messages?|context|constraints?|training|polic(?:y|ies)|guardrails?)\b",
    ),
    (
        ("ignor", "disregard", "forget", "overrid"),
        r"\b(?:ignore|disregard|forget|override)\s+(?:the\s+)?(?:instructions?|system prompts?|(?:guidelines?|rules|directives?|orders) (?:you|above|given)|everything (?:above|before|you (?:were|have been) told))\b",
    ),
    (
        ("instruction", "directive", "prompt"),
        r"\b(?:new|updated|real|actual|hidden|following|revised|secret|priority)\s+(?:system\s+)?(?:instructions?|directives?|prompt)\s*(?:for\s+(?:the\s+|all\s+|any\s+)?(?:ai|assistant|model|llm|chatbot|agent)s?)?\s*(?::|\bare\b|from the (?:system|developer|user|operator)\b)",
    ),
    (
        (
            "prompt",
            "reveal",
            "print",
            "repeat",
            "output",
            "show",
            "leak",
            "send",
            "quote",
            "expose",
            "disclose",
            "dump",
            "give",
        ),
        r"\b(?:system|developer|hidden|initial)\s+prompts?\s*(?::|override|update|below|\bis now\b)|\b(?:reveal|print|repeat|output|show|leak|send|quote|expose|disclose|dump|give)\s+(?:me\s+|us\s+|out\s+|back\s+)?(?:your|the)\s+(?:\w+\s+){0,3}?(?:system prompts?|prompts?|instructions|developer messages?|api keys?|secrets?|environment variables|credentials|system messages?|hidden rules|configuration)\b",
    ),
    (
        ("you are", "you will be", "you must act", "you should act", "you shall be"),
        r"\byou (?:are|will be|must act as|should act as|shall be)\s+(?:now\s+)?(?:no longer\s+(?:a|an|the|bound|restricted|limited)\b|(?:now\s+)(?:an?|the|in|dan|free|unrestricted|operating)\b|an? (?:unrestricted|uncensored|evil|jailbroken)\b)",
    ),
    (
        ("pretend", "act", "behav", "respond", "role"),
        r"\b(?:pretend|act|behave|respond|role-?play)\s+(?:to be|as if|as though|as|like)\s+(?:you\s+(?:are|were|have|had)\s+)?(?:an?\s+|the\s+|my\s+)?(?:\w+\s+){0,2}?(?:unrestricted|uncensored|jailbroken|dan|root|admin|administrator|developer mode|system operator|financial advis[eo]r|grandmother|grandma|no (?:rules|restrictions|limits))\b",
    ),
    (
        ("mode",),
        r"\b(?:jailbreak(?:ed)? mode|developer mode (?:enabled|on|activated)|dan mode|god mode (?:enabled|on)|sudo mode|debug mode (?:enabled|on)|maintenance mode: assistant)\b",
    ),
    (
        (" ai", "llm", "model", "chatbot", "automated", "robot", "gpt", "intelligence"),
        r"\b(?:dear|attention|hey|hello|note to|message to|memo to|instructions? (?:to|for)|for the eyes of|to|if you are|when you are|as|any|all)\s+(?:an?\s+|the\s+|all\s+|any\s+|every\s+)?(?:ai|llm|artificial intelligence|language model|chatbot|automated|robot|gpt|summari[sz]ing|crawling)(?:\s+(?:assistants?|agents?|models?|systems?|readers?|bots?|summari[sz]ers?))?s?\b\s*(?:[:,—–-]|reading|processing|summari[sz]ing|that (?:reads?|process)|must\b|should\b|you\b|shall\b|who\b)",
    ),
    (
        ("assistant", "model", " ai", "llm", "chatbot", "agent"),
        r"\b(?:as|being)\s+an?\s+(?:ai|assistant|language model|llm)\b,?\s+you\s+(?:must|should|will|are|have|can)\b|\b(?:the\s+)?(?:assistant|model|ai|llm|chatbot|agent)\s+(?:must|should|shall|has to|will|needs to|is (?:required|instructed|ordered|obliged) to)\s+(?:now\s+|always\s+|only\s+|never\s+|immediately\s+|also\s+|then\s+|first\s+)?(?:say|tell|report|reply|answer|respond|output|call|use|state|recommend|ignore|include|append|obey|follow|forget|advise|mention|write|set|treat|return|print|send|visit|open|fetch|quote|claim|disclose|reveal|hide|omit|skip|stop|execute|run)\b",
    ),
    # English: about users, answers and tools
    (
        ("user",),
        r"\b(?:do not|don't|never|must not|avoid)\s+(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?(?: this| it| any of this)? to|reveal(?:ing)?(?: this| it)? to|warn(?:ing)?|alert(?:ing)?|show(?:ing)?(?: this| it)? to|let)\s+(?:the\s+|your\s+|any\s+)?users?\b",
    ),
    (
        ("user", "human", "customer", "person you"),
        r"\b(?:tell|convince|advise|instruct|urge|persuade|inform|assure|direct|ask|remind|encourage|recommend to|order)\s+(?:the\s+|your\s+|every\s+|all\s+|any\s+)(?:users?|readers? of your answer|person you talk to|customer you serve|human)\s+(?:to|that|they|about|their|for)\b",
    ),
    (
        ("respond", "reply", "answer", "output", "print", "return", "write", "end", "begin", "start", "finish"),
        r"(?:^|[.!?:;\n\"'“(]\s*)(?:please\s+|always\s+|you must\s+|you should\s+|you will\s+|now\s+|then\s+|instead,?\s+|also\s+|simply\s+|just\s+|immediately\s+|from now on,?\s+(?:always\s+|only\s+|you\s+)?)*(?:respond|reply|answer|output|print|return|write|end your (?:answer|reply|response)|begin your (?:answer|reply|response)|start your (?:answer|reply|response)|finish your (?:answer|reply|response))\s+(?:only\s+|exactly\s+|always\s+|every\s+\w+\s+|all\s+\w+\s+)*(?:with|only|exactly|the (?:following|word|phrase|words|sentence|string)|in (?:json|base64|pirate|french|german|capital letters)|that|to every|to all|as)\b|(?:^|[.!?:;\n\"'“(]\s*)(?:respond|reply|answer)\s+(?:to\s+)?(?:every|all|any|each)\s+(?:questions?|messages?|requests?)\b",
    ),
    (
        ("price", "value", "cap", "volume", "supply", "figure", "number", "answer", "score", "sentiment", "rank"),
        r"(?:^|[.!?:;\n\"'“(]\s*)(?:please\s+|always\s+|you must\s+|you should\s+|when asked(?: about [^,.]{1,60})?,?\s+|if asked(?: about [^,.]{1,60})?,?\s+|whenever[^,.]{1,60},\s+|from now on,?\s+|instead,?\s+|now\s+)*(?:say|report|state|quote|claim|give|use|set|assume|record|remember|show|list|put)\s+(?:that\s+)?(?:the\s+|its\s+|a\s+|all\s+|this as the\s+)?(?:\w+[’'s]*\s+){0,4}?(?:prices?|values?|market ?cap(?:itali[sz]ation)?|volumes?|supply|figures?|numbers?|answers?|scores?|sentiment|ranks?)\s+(?:is|are|as|to|of|at|equals?|=|should be|must be)\b",
    ),
    (
        ("answer", "repl", "respon", "output", "summar"),
        r"\b(?:in|within|throughout)\s+(?:all\s+|every\s+|your\s+)+(?:\w+\s+)?(?:answers?|replies|responses?|outputs?|summar(?:y|ies))\b[^.,\n]{0,40},?\s+(?:you\s+(?:must|should|will)\s+)?(?:include|add|append|insert|mention|recommend|say|link|use|state|call|put|write|always)\b",
    ),
    (
        ("include", "add", "append", "insert", "embed", "place", "put"),
        r"\b(?:include|add|append|insert|embed|place|put)\s+(?:this|the following|that|a|an)\s+(?:\w+\s+){0,4}?(?:link|url|image|address|sentence|text|disclaimer|markdown|code|phrase|pixel)\s+(?:\w+\s+){0,3}?(?:in|to|into|at the end of|at the start of)\s+(?:your|every|each|all|the)\s+(?:\w+\s+)?(?:answers?|repl(?:y|ies)|responses?|outputs?|summar(?:y|ies)|report)\b",
    ),
    (
        (
            "task",
            "goal",
            "objective",
            "mission",
            "purpose",
            "job",
            "role",
            "persona",
            "identity",
            "directive",
            "this",
            "end of",
            "stop",
            "user",
            "operator",
            "developer",
            "administrator",
        ),
        r"\b(?:your|the)\s+(?:new|true|real|only|actual|secret|hidden|next)\s+(?:task|goal|objective|mission|purpose|job|role|persona|identity|directive)\s+(?:is|now is|will be|:)|\bthis (?:overrides|supersedes|replaces|cancels) (?:all|any|every|your|the)\b|\b(?:end|stop) (?:of )?(?:the )?(?:untrusted|quoted|retrieved|external) (?:text|content|data|documents?)\b|\bthe (?:user|operator|developer|administrator) (?:has|already) (?:authori[sz]ed|approved|consented|confirmed|asked you|instructed you|allowed you)\b",
    ),
    (
        ("tool", "function", "plugin", "api", "browser", "interpreter"),
        r"\b(?:call|invoke|use|run|execute|trigger|open|query)\s+(?:the\s+|your\s+)?(?:[\w-]+\s+){0,2}?(?:tools?|functions?|plugins?|apis?|browser|code interpreter)\s+(?:\w+\s+){0,3}?(?:with|now|again|immediately|instead|ten times|twice|repeatedly|until)\b|\bdo not (?:call|use|run|invoke) (?:any|the|your) (?:tools?|functions?)\b",
    ),
    (
        ("transfer", "send", "wire", "deposit", "move", "pay"),
        r"\b(?:transfer|send|wire|deposit|move|pay)\s+(?:all\s+|your\s+|the\s+user'?s?\s+|their\s+|\d[\d.,]*\s*)+(?:\w+\s+){0,3}?(?:to|into)\s+(?:the\s+|this\s+|my\s+)?(?:following\s+)?(?:address|wallet|account|0x)",
    ),
    # German, Dutch
    (
        (
            "ignorier",
            "vergiss",
            "vergessen",
            "missacht",
            "beachte",
            "überschreib",
            "verwirf",
            "sag",
            "teile",
            "antworte",
            "melde",
            "erzähl",
            "du",
            "bist",
            "anweisung",
            "negeer",
            "vergeet",
        ),
        r"\b(?:ignorier\w*|vergiss|vergessen sie|missacht\w*|beachte nicht|überschreib\w*|verwirf)\s+(?:\w+\s+){0,3}?(?:vorherig\w*|bisherig\w*|obig\w*|frühere\w*|alle[nrs]?|deine\w*|ihre\w*|vorangegangen\w*)\s+(?:\w+\s+){0,2}?(?:anweisung\w*|regel\w*|befehl\w*|instruktion\w*|vorgabe\w*)|\b(?:sag|sage|sagen sie|teile|antworte|melde|erzähl\w*)\s+(?:\w+\s+){0,2}?(?:dem nutzer|den nutzern|dem benutzer|nur mit|immer mit)\b|\bdu bist (?:jetzt|nun|ab jetzt|nicht mehr)\b|\bneue (?:system)?anweisung\w*\s*:|\b(?:negeer|vergeet)\s+(?:\w+\s+){0,3}?(?:vorige|eerdere|bovenstaande|alle)\s+(?:\w+\s+)?(?:instructies|regels|opdrachten)",
    ),
    # French, Italian
    (
        (
            "ignor",
            "oubli",
            "néglig",
            "neglig",
            "dis",
            "dites",
            "répond",
            "repond",
            "indique",
            "tu es",
            "vous",
            "dimentica",
            "trascura",
            "sei",
            "rispondi",
            "utente",
        ),
        r"\b(?:ignor(?:e|ez|er)|oubli(?:e|ez|er)|néglige[zr]?|neglige[zr]?)\s+(?:toutes?\s+)?(?:les|tes|vos|ces|l'ensemble des)\s+(?:\w+\s+){0,2}?(?:instructions|consignes|règles|regles|directives)|\b(?:dis|dites|réponds|répondez|reponds|indique[zr]?)\s+(?:\w+\s+){0,3}?(?:à l'utilisateur|a l'utilisateur|aux utilisateurs|uniquement|toujours que)\b|\b(?:tu es|vous êtes|vous etes) (?:maintenant|désormais|desormais)\b|\b(?:ignora|dimentica|trascura)(?:re|te)?\s+(?:tutte\s+)?(?:le|queste|le tue)\s+(?:\w+\s+){0,2}?(?:istruzioni|regole|indicazioni)|\b(?:sei ora|ora sei|rispondi (?:solo|soltanto|sempre))\b|\bdi'? all'utente\b",
    ),
    # Spanish, Portuguese
    (
        (
            "ignor",
            "olvid",
            "descarta",
            "omite",
            "desconsidere",
            "esque",
            "desobedece",
            "dile",
            "diga",
            "responde",
            "responda",
            "inform",
            "eres",
            "agora",
        ),
        r"\b(?:ignor(?:a|e|ar|en)|olvid(?:a|e|ar)|descarta|omite|desconsidere|esqueça|esqueca|desobedece)\s+(?:todas?\s+)?(?:as\s+|las\s+|os\s+|los\s+|tus\s+|sus\s+|suas\s+|estas\s+)?(?:\w+\s+){0,2}?(?:instrucciones|instruções|instrucoes|reglas|regras|órdenes|ordenes|ordens|indicaciones|diretrizes)|\b(?:dile|diga|diles|responde|responda|informa|informe)\s+(?:\w+\s+){0,2}?(?:al usuario|a los usuarios|ao usuário|ao usuario|aos usuários|solo con|solamente|sólo con|apenas|somente|siempre)\b|\b(?:ahora eres|eres ahora|agora você é|agora voce e|você agora é)\b",
    ),
    # Polish, Turkish, Indonesian, Vietnamese
    (
        ("zignoruj", "ignoruj", "zapomnij", "talimat", "kural", "komut", "abaikan", "lupakan", "bỏ qua", "quên"),
        r"\b(?:zignoruj|ignoruj|zapomnij)\s+(?:\w+\s+){0,3}?(?:poprzednie|wcześniejsze|wszystkie|powyższe)\s+(?:\w+\s+)?(?:instrukcje|polecenia|zasady)|\b(?:önceki|yukarıdaki|tüm|bütün)\s+(?:\w+\s+){0,2}?(?:talimatları|talimatlari|kuralları|komutları)\w*\s+(?:\w+\s+)?(?:yok say|unut|görmezden gel|dikkate alma)|\b(?:abaikan|lupakan)\s+(?:\w+\s+){0,2}?(?:instruksi|perintah|aturan)\b|\b(?:bỏ qua|quên)\s+(?:\w+\s+){0,3}?(?:hướng dẫn|chỉ dẫn|lệnh|quy tắc)",
    ),
    # Russian, Ukrainian
    (
        ("гнорируй", "забудь", "отмени", "ігноруй", "теперь", "отныне", "скажи", "сообщи", "ответь", "отвечай"),
        r"(?:игнорируй(?:те)?|проигнорируй(?:те)?|забудь(?:те)?|отмени(?:те)?|ігноруй(?:те)?)\s+(?:\w+\s+){0,3}?(?:предыдущ\w+|прежн\w+|все|всі|эти|свои|вышеуказанн\w+|попередн\w+)\s+(?:\w+\s+){0,2}?(?:инструкци\w+|указани\w+|правил\w+|команд\w+|інструкції|вказівки)|(?:теперь ты|ты теперь|отныне ты)\s|(?:скажи|сообщи|ответь|отвечай)(?:те)?\s+(?:\w+\s+){0,2}?(?:пользовател\w+|только)",
    ),
    # Chinese, Japanese, Korean
    (
        (
            "忽略",
            "无视",
            "無視",
            "忘",
            "不要理会",
            "覆盖",
            "现在",
            "告诉",
            "告知",
            "系统提示",
            "の",
            "ユーザーに",
            "利用者に",
            "지시",
            "명령",
            "규칙",
            "지침",
            "프롬프트",
            "사용자에게",
        ),
        r"(?:忽略|无视|無視|忘记|忘記|不要理会|覆盖)(?:掉)?(?:你)?(?:之前|以上|先前|所有|前面|上述|此前|一切)(?:的)?(?:所有|全部)?(?:的)?(?:指令|指示|提示|规则|規則|命令|说明|內容|内容)|(?:你现在是|从现在起你|从现在开始|你必须告诉用户|告诉用户|请告知用户|系统提示词?[:：])|(?:以前|これまで|上記|前|すべて|全て)の(?:すべての|全ての)?(?:指示|命令|ルール|プロンプト)(?:を|は)(?:すべて|全て)?(?:無視|忘れ|破棄)|(?:ユーザーに|利用者に)(?:.{0,30}?)(?:伝えて|言って|勧めて|答えて)(?:ください|下さい)|(?:이전|위의|앞의|모든|기존)\s?(?:모든\s?)?(?:지시|명령|규칙|지침|프롬프트)(?:사항)?(?:을|를|는|은)?\s?(?:모두\s?|전부\s?)?(?:무시|잊)|(?:사용자에게).{0,30}?(?:말하|알려|답하|추천하)(?:세요|십시오|라)",
    ),
    # Arabic, Persian, Hindi
    (
        ("تجاهل", "انس", "إنس", "دستور", "निर्देश", "आदेश", "नियम"),
        r"(?:تجاهل|انس|إنس)(?:وا)?\s+(?:\w+\s+){0,2}?(?:جميع|كل|التعليمات|الأوامر|تعليماتك)\s*(?:\w+\s+){0,2}?(?:السابقة|التعليمات|الأوامر|القواعد)?|(?:دستورات|دستورالعمل‌?های)\s+(?:قبلی|پیشین).{0,20}?(?:نادیده|فراموش)|(?:पिछले|पिछली|सभी|उपरोक्त)\s+(?:\w+\s+){0,2}?(?:निर्देशों|निर्देश|आदेशों|नियमों)\s+(?:को\s+)?(?:अनदेखा|भूल|नज़रअंदाज़|नजरअंदाज)",
    ),
)

_COMPILED = tuple((stems, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for stems, pattern in _ORDERS)


def find_order(text: str) -> str | None:
    """The first order to a machine that the text holds; None for ordinary prose."""
    folded = f" {text.casefold()}"
    for stems, pattern in _COMPILED:
        # A pattern costs far more than a look for its words.
        if any(stem in folded for stem in stems) and (found := pattern.search(text)):
            return found[0]
    return None
