"""Posts in other languages than English."""

from __future__ import annotations

__all__ = ["POSTS"]

# By language and side. Japanese writes its own percent sign, so the number stands alone there.
POSTS: dict[str, dict[str, tuple[str, ...]]] = {
    "es": {
        "up": (
            "{tag} sube un {number} % en un día, [qué fuerza|impresionante|por fin]",
            "[hoy|esta mañana] {name} se dispara, {price} y [subiendo|sin parar] 🚀",
        ),
        "down": (
            "{tag} cae un {number} % en un día, [qué desastre|otra vez|paciencia]",
            "[hoy|esta mañana] {name} se hunde, {price} y [bajando|sin suelo] 📉",
        ),
        "flat": ("{name} [tranquilo|sin cambios] cerca de {price}", "¿alguien sigue {tag} esta semana?"),
    },
    "de": {
        "up": (
            "{tag} steigt um {number} % an einem Tag, [stark|endlich|nicht schlecht]",
            "{name} [läuft|zieht an], Kurs bei {price} 📈",
        ),
        "down": (
            "{tag} fällt um {number} % an einem Tag, [bitter|schon wieder|Geduld]",
            "{name} [bricht ein|gibt nach], Kurs bei {price} 📉",
        ),
        "flat": ("{name} [kaum bewegt|seitwärts] bei {price}", "wer beobachtet diese Woche {tag}?"),
    },
    "fr": {
        "up": (
            "{tag} gagne {number} % en un jour, [belle hausse|enfin|impressionnant]",
            "{name} [s'envole|remonte], le cours est à {price}",
        ),
        "down": (
            "{tag} perd {number} % en un jour, [quelle chute|encore|patience]",
            "{name} [plonge|recule], le cours est à {price}",
        ),
        "flat": ("{name} [stable|calme] autour de {price}", "qui suit {tag} cette semaine ?"),
    },
    "pt": {
        "up": ("{tag} sobe {number} % em um dia, [que força|finalmente]", "{name} [dispara|avança], preço em {price}"),
        "down": ("{tag} cai {number} % em um dia, [que tombo|de novo]", "{name} [despenca|recua], preço em {price}"),
        "flat": ("{name} [parado|de lado] perto de {price}", "quem acompanha {tag} esta semana?"),
    },
    "ja": {
        "up": ("{name}が24時間で{number}%上昇。[すごい|強い|まだ持ってる]。", "{tag} 上がってる、今{price}"),
        "down": ("{name}が24時間で{number}%下落。[つらい|弱い|様子見]。", "{tag} 下がってる、今{price}"),
        "flat": ("{name}は横ばい、{price}あたり。", "今週{tag}を見てる人いますか？"),
    },
}
