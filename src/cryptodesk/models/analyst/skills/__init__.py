"""What the analyst can answer beyond figures of named assets: one skill a file, found by itself.

A skill recognises its questions, says which tools to call, and writes the answer from their results.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from functools import cache

from cryptodesk.core.discover import discover
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Named, Skill

__all__ = ["Ask", "Claim", "Named", "Skill", "claims_of", "load_skills"]

log = logging.getLogger("cryptodesk.analyst")


@cache
def load_skills() -> Mapping[str, Skill]:
    """By name, in the order of their names."""
    # Late: the writers of skills import the package of writers, which asks for skills.
    return {skill.name: skill for skill in discover(sys.modules[__name__], "SKILL").values()}


def claims_of(reading: Reading) -> tuple[Named, ...]:
    """Every skill that takes the question for its own, and how sure it is."""
    claims = []
    for name, skill in load_skills().items():
        try:
            claim = skill.recognise(reading)
        except Exception:
            # The defect of one skill must not take all others with it: the analyst is what remains when all else fails.
            log.exception("the skill %s failed on a question of %d characters", name, len(reading.text))
            continue
        if claim is not None:
            claims.append(Named(name, claim.confidence, claim.slots, claim.assets))
    return tuple(claims)
