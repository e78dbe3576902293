"""How orders to a machine are worded in the other languages that attacks are written in."""

# ruff: noqa: E501 - a phrase is easier to check in one piece

from __future__ import annotations

import re

from cryptodesk.core.patterns import Pattern
from cryptodesk.documents.order_phrases import Phrase

__all__ = ["ABROAD"]

# In Romance languages "ignores" and "ignore!" are one word: reporting has its subject before it.
_BEGINS = Pattern(
    r"(?:^|[^\w\s]\s*|\n\s*|\b(?:y|e|et|o|ou|por favor|s'il vous plaît|per favore|debes|deves|deve|ahora|agora|maintenant|ora|siempre|sempre|toujours|puis|luego|entonces)\s+)\Z",
    re.MULTILINE,
)


def _phrase(needs: str, pattern: str, lead: Pattern | None = None) -> Phrase:
    """`needs` are stems, parted by bars."""
    return Phrase((frozenset(needs.split("|")),), pattern, lead)


ABROAD: tuple[Phrase, ...] = (
    # German, Dutch
    _phrase(
        "ignorier|vergiss|vergessen sie|missacht|beachte|überschreib|verwirf",
        r"\b(?:ignorier(?:e|en sie)?|vergiss|vergessen sie|missachte(?:n sie)?|beachten? (?:sie )?nicht|überschreib(?:e|en sie)?|verwirf)\s+(?:\w+\s+){0,3}?(?:vorherig\w*|bisherig\w*|obig\w*|früher\w*|alle[nrs]?|deine\w*|ihre\w*|vorangegangen\w*|sämtliche\w*)\s+(?:\w+\s+){0,2}?(?:anweisung\w*|regel\w*|befehl\w*|instruktion\w*|vorgabe\w*)",
    ),
    _phrase(
        "dem nutzer|den nutzern|dem benutzer|nur mit|immer mit|du bist|anweisung",
        r"\b(?:sag|sage|sagen sie|teile|antworte|melde|erzähle?)\s+(?:\w+\s+){0,2}?(?:dem nutzer|den nutzern|dem benutzer|nur mit|immer mit)\b|\bdu bist (?:jetzt|nun|ab jetzt|nicht mehr)\b|\bneue (?:system)?anweisung\w*\s*:",
    ),
    _phrase(
        "negeer|vergeet",
        r"\b(?:negeer|vergeet)\s+(?:\w+\s+){0,3}?(?:vorige|eerdere|bovenstaande|alle)\s+(?:\w+\s+)?(?:instructies|regels|opdrachten)",
    ),
    # French, Italian
    _phrase(
        "instructions|consignes|règles|regles|directives|l'utilisateur|aux utilisateurs|uniquement|toujours que|tu es |vous êtes|vous etes",
        r"\b(?:ignor(?:e|ez|er)|oubli(?:e|ez|er)|néglige[zr]?|neglige[zr]?)\s+(?:toutes?\s+)?(?:les|tes|vos|ces|l'ensemble des)\s+(?:\w+\s+){0,2}?(?:instructions|consignes)\b|\b(?:ignor(?:e|ez|er)|oubli(?:e|ez|er))\s+(?:toutes\s+les|tes|vos|les)\s+(?:\w+\s+){0,2}?(?:(?:règles|regles|directives)\s+(?:précédentes|precedentes|ci-dessus|antérieures)|(?<=toutes les )(?:règles|regles|directives)|(?<=tes )(?:règles|directives)|(?<=vos )(?:règles|directives))|\b(?:dis|dites|réponds|répondez|reponds|indique[zr]?)\s+(?:\w+\s+){0,3}?(?:à l'utilisateur|a l'utilisateur|aux utilisateurs|uniquement|toujours que)\b|\b(?:tu es|vous êtes|vous etes) (?:maintenant|désormais|desormais) (?:un|une|le|la|en|libre|dan)\b",
    ),
    _phrase(
        "istruzioni|regole|indicazioni|sei ora|ora sei|rispondi|all'utente",
        r"\b(?:ignora|dimentica|trascura)(?:re|te)?\s+(?:(?:tutte\s+)?(?:le|queste|le tue)\s+(?:\w+\s+){0,2}?istruzioni|tutte\s+le\s+(?:\w+\s+){0,2}?(?:regole|indicazioni)|le\s+(?:tue\s+)?(?:regole|indicazioni)\s+precedenti|le\s+tue\s+(?:regole|indicazioni))|\b(?:sei ora|ora sei) (?:un|una|in|libero)\b|\brispondi (?:solo|soltanto|sempre)\b|\bdi'? all'utente\b",
    ),
    # Spanish, Portuguese
    _phrase(
        "instrucciones|instruções|instrucoes|indicaciones|diretrizes",
        r"\b(?:ignor(?:a|e|ar|en)|olvid(?:a|e|ar)|descarta|omite|desconsidere|esqueça|esqueca|desobedece)\s+(?:todas?\s+)?(?:as\s+|las\s+|tus\s+|sus\s+|suas\s+|estas\s+)?(?:\w+\s+){0,2}?(?:instrucciones|instruções|instrucoes|indicaciones|diretrizes)",
    ),
    _phrase(
        "reglas|regras|órdenes|ordenes|ordens",
        r"\b(?:ignor(?:a|e)|olvid(?:a|e)|descarta|omite|desconsidere|esqueça|esqueca|desobedece)\s+(?:(?:todas?|todos)\s+(?:as|las|os|los|tus|sus|suas)|las|as|tus|sus|suas|estas)\s+(?:\w+\s+){0,2}?(?:reglas|regras|órdenes|ordenes|ordens)\b",
        _BEGINS,
    ),
    _phrase(
        "dile|diga|diles|responde|responda|informe|informa|ahora eres|eres ahora|agora você é|agora voce e|você agora é",
        r"\b(?:dile|diga|diles|responde|responda|informa|informe)\s+(?:\w+\s+){0,2}?(?:al usuario|a los usuarios|ao usuário|ao usuario|aos usuários|solo con|solamente|sólo con|apenas|somente|siempre)\b",
        _BEGINS,
    ),
    _phrase(
        "ahora eres|eres ahora|agora você é|agora voce e|você agora é",
        r"\b(?:ahora eres|eres ahora|agora você é|agora voce e|você agora é)\b",
    ),
    # Polish, Turkish, Indonesian, Vietnamese
    _phrase(
        "ignoruj|zignoruj|zapomnij|talimat|kural|komut|abaikan|lupakan|bỏ qua|quên",
        r"\b(?:zignoruj|ignoruj|zapomnij)\s+(?:\w+\s+){0,3}?(?:poprzednie|wcześniejsze|wszystkie|powyższe)\s+(?:\w+\s+)?(?:instrukcje|polecenia|zasady)|\b(?:önceki|yukarıdaki|tüm|bütün)\s+(?:\w+\s+){0,2}?(?:talimatları|talimatlari|kuralları|komutları)\w*\s+(?:\w+\s+)?(?:yok say|unut|görmezden gel|dikkate alma)|\b(?:abaikan|lupakan)\s+(?:\w+\s+){0,2}?(?:instruksi|perintah|aturan)\b|\b(?:bỏ qua|quên)\s+(?:\w+\s+){0,3}?(?:hướng dẫn|chỉ dẫn|lệnh|quy tắc)",
    ),
    # Russian, Ukrainian
    _phrase(
        "гнорируй|забудь|отмени|ігноруй|теперь|отныне|скажи|сообщи|ответь|отвечай",
        r"(?:игнорируй(?:те)?|проигнорируй(?:те)?|забудь(?:те)?|отмени(?:те)?|ігноруй(?:те)?)\s+(?:\w+\s+){0,3}?(?:предыдущ\w+|прежн\w+|все|всі|усі|эти|свои|вышеуказанн\w+|попередн\w+)\s+(?:\w+\s+){0,2}?(?:инструкци\w+|указани\w+|правил\w+|команд\w+|інструкції|вказівки)|(?:теперь ты|ты теперь|отныне ты)\s|\b(?:скажи|сообщи|ответь|отвечай)(?:те)?\s+(?:\w+\s+){0,2}?(?:пользовател\w+|только)",
    ),
    # Chinese, Japanese, Korean
    _phrase(
        "忽略|无视|無視|忘|不要理会|覆盖",
        r"(?:忽略|无视|無視|忘记|忘記|不要理会|覆盖)(?:掉)?(?:你)?(?:之前|以上|先前|所有|前面|上述|此前|一切)(?:的)?(?:所有|全部)?(?:的)?(?:指令|指示|提示|规则|規則|命令|说明|內容|内容)",
    ),
    _phrase(
        "你现在是|从现在|告诉用户|告知用户|系统提示",
        r"你现在是|从现在起,?你|从现在开始,?你|你(?:必须|应该|要|需要|应当)告诉用户|(?:^|[。,;:!?，；：、]|[请并])\s{0,3}(?:你)?(?:告诉用户|告知用户)|系统提示词?[:：]",
    ),
    _phrase(
        "の|ユーザーに|利用者に",
        r"(?:以前|これまで|上記|前|すべて|全て)の(?:すべての|全ての)?(?:指示|命令|ルール|プロンプト)(?:を|は)(?:すべて|全て)?(?:無視|忘れ|破棄)|(?:ユーザーに|利用者に)(?:.{0,30}?)(?:伝えて|言って|勧めて|答えて)(?:ください|下さい)",
    ),
    _phrase(
        "지시|명령|규칙|지침|프롬프트|사용자에게",
        r"(?:이전|위의|앞의|모든|기존)\s?(?:모든\s?)?(?:지시|명령|규칙|지침|프롬프트)(?:사항)?(?:을|를|는|은)?\s?(?:모두\s?|전부\s?)?(?:무시|잊)|(?:사용자에게).{0,30}?(?:말하|알려|답하|추천하)(?:세요|십시오|라)",
    ),
    # Arabic, Persian, Hindi
    _phrase(
        "تجاهل|انس|إنس|دستور|निर्देश|आदेश|नियम",
        r"(?:تجاهل|انس|إنس)(?:وا)?\s+(?:\w+\s+){0,2}?(?:جميع|كل|التعليمات|الأوامر|تعليماتك)\s*(?:\w+\s+){0,2}?(?:السابقة|التعليمات|الأوامر|القواعد)|(?:دستورات|دستورالعمل‌?های)\s+(?:قبلی|پیشین).{0,20}?(?:نادیده|فراموش)|(?:पिछले|पिछली|सभी|उपरोक्त)\s+(?:\w+\s+){0,2}?(?:निर्देशों|निर्देश|आदेशों|नियमों)\s+(?:को\s+)?(?:अनदेखा|भूल|नज़रअंदाज़|नजरअंदाज)",
    ),
)
