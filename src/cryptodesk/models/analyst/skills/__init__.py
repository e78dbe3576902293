"""What the analyst can answer beyond figures of named assets: one skill a file, found by itself.

A skill recognises its questions, says which tools to call, and writes the answer from their results.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache

from cryptodesk.core.discover import discover
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Named, Skill

__all__ = ["Ask", "Claim", "Named", "Skill", "claims_of", "load_skills"]


@cache
def load_skills() -> Mapping[str, Skill]:
    """By name, in the order of their names."""
    # Late: the writers of skills import the package of writers, which asks for skills.
    return {skill.name: skill for skill in discover(sys.modules[__name__], "SKILL").values()}


def claims_of(reading: Reading) -> tuple[Named, ...]:
    """Every skill that takes the question for its own, and how sure it is."""
    found = ((name, skill.recognise(reading)) for name, skill in load_skills().items())
    return tuple(Named(name, claim.confidence, claim.slots, claim.assets) for name, claim in found if claim is not None)
