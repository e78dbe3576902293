"""What the product is made of: packages of its locks, with their licences, and which of those licences it may have.

The locks say which version and which files; what is installed says under which licence."""

from __future__ import annotations

import base64
import importlib.metadata
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

__all__ = ["PRODUCT", "ROOT", "Component", "is_allowed", "npm_components", "python_components", "refused"]

ROOT = Path(__file__).parents[1]
PRODUCT = "cryptodesk"

# Licences that ask for no more than a notice, and those whose duties end at the borders of their own files.
ALLOWED = frozenset(
    ("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "CNRI-Python", "ISC", "MIT",
     "MIT-0", "MPL-1.1", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Unlicense", "Zlib")
)  # fmt: skip
# What packages write where they do not write an SPDX expression.
_SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The BSD 2-Clause License": "BSD-2-Clause",
}
# Installed on other systems alone, so nothing here can be asked; read at their projects.
_ELSEWHERE = {"colorama": "BSD-3-Clause", "pywin32": "PSF-2.0"}
# For a platform that the product does not run on.
_NOWHERE = frozenset({"httpx2-jsfetch"})

_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]*?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^\s+#\s+(?:via\s+)?(?P<name>[A-Za-z0-9._-]+)(?P<root> \(pyproject\.toml\))?$")


@dataclass(frozen=True)
class Component:
    """`hashes` are of its files, `algorithm` how they were made; `users` are names of what needs it, the product's own
    among them. `licence` is an SPDX expression, empty where nobody here knows it."""

    ecosystem: str
    name: str
    version: str
    licence: str
    algorithm: str
    hashes: tuple[str, ...]
    users: tuple[str, ...] = ()
    marker: str = ""
    is_optional: bool = False

    @property
    def purl(self) -> str:
        name = self.name.replace("@", "%40")
        return f"pkg:{self.ecosystem}/{name}@{self.version}"


def python_components() -> tuple[Component, ...]:
    """What an install brings, and after that what its extras bring beside it."""
    needed = list(_locked("requirements.lock", is_optional=False))
    with_tests = list(_locked("requirements-dev.lock", is_optional=True))
    reached = _reached_from(_extras(), with_tests)
    wanted = reached - {component.name for component in needed}
    optional_users = {component.name: reached & set(component.users) for component in with_tests}
    shared = (replace(each, users=tuple({*each.users, *optional_users.get(each.name, ())})) for each in needed)
    return (*shared, *(component for component in with_tests if component.name in wanted))


def npm_components() -> tuple[Component, ...]:
    """What may be bundled into the web app."""
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))["packages"]
    found = {}
    for path, entry in lock.items():
        if path and not entry.get("dev"):
            name = path.rpartition("node_modules/")[2]
            found[name, entry["version"]] = _npm_component(name, entry)
    return tuple(found.values())


def refused(components: Iterable[Component]) -> tuple[Component, ...]:
    """Those under a licence that the product may not have, or under none that is known."""
    return tuple(each for each in components if each.name not in _NOWHERE and not is_allowed(each.licence))


def is_allowed(expression: str) -> bool:
    """Of licences joined by OR one must be allowed, of those joined by AND all; brackets are looked into."""
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    try:
        value, rest = _any_of(tokens)
    except IndexError:
        return False
    return value and not rest


def _any_of(tokens: list[str]) -> tuple[bool, list[str]]:
    value, rest = _all_of(tokens)
    while rest and rest[0].upper() == "OR":
        other, rest = _all_of(rest[1:])
        value = value or other
    return value, rest


def _all_of(tokens: list[str]) -> tuple[bool, list[str]]:
    value, rest = _one(tokens)
    while rest and rest[0].upper() == "AND":
        other, rest = _one(rest[1:])
        value = value and other
    return value, rest


def _one(tokens: list[str]) -> tuple[bool, list[str]]:
    if tokens[0] != "(":
        return tokens[0] in ALLOWED, tokens[1:]
    value, rest = _any_of(tokens[1:])
    if rest[0] != ")":
        raise IndexError
    return value, rest[1:]


# -- Python ------------------------------------------------------------------------------------------------------------


def _locked(lock: str, *, is_optional: bool) -> Iterator[Component]:
    for head, lines in _entries((ROOT / lock).read_text("utf-8")):
        users = tuple(match["name"] for line in lines if (match := _VIA.match(line)))
        yield Component(
            ecosystem="pypi",
            name=head["name"],
            version=head["version"],
            licence=_licence_of(head["name"]),
            algorithm="SHA-256",
            hashes=tuple(_HASH.findall("\n".join(lines))),
            users=users,
            marker=(head["marker"] or "").strip(),
            is_optional=is_optional,
        )


def _entries(text: str) -> Iterator[tuple[Mapping[str, str], list[str]]]:
    head: re.Match[str] | None = None
    lines: list[str] = []
    for line in text.splitlines():
        found = _PINNED.match(line)
        if found is None:
            lines.append(line)
            continue
        if head is not None:
            yield head.groupdict(), lines
        head, lines = found, []
    if head is not None:
        yield head.groupdict(), lines


def _extras() -> set[str]:
    """Names that the product's extras ask for, without that of the tests."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    asked = {line for name, lines in extras.items() if name != "test" for line in lines}
    return {re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0].lower() for line in asked}


def _reached_from(roots: set[str], components: list[Component]) -> set[str]:
    reached = set(roots)
    while more := {each.name for each in components if reached & set(each.users)} - reached:
        reached |= more
    return reached


def _licence_of(name: str) -> str:
    try:
        found = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return _ELSEWHERE.get(name, "")
    classifiers = [text.rpartition(" :: ")[2] for text in found.get_all("Classifier") or [] if "License ::" in text]
    for text in (found.get("License-Expression"), found.get("License"), *classifiers):
        if text and len(text) < 200:
            return _SPELLINGS.get(text, text)
    return ""


# -- npm ---------------------------------------------------------------------------------------------------------------


def _npm_component(name: str, entry: Mapping[str, str]) -> Component:
    algorithm, _, digest = entry["integrity"].partition("-")
    return Component(
        ecosystem="npm",
        name=name,
        version=entry["version"],
        licence=entry.get("license", ""),
        algorithm=algorithm.upper().replace("SHA", "SHA-"),
        hashes=(base64.b64decode(digest).hex(),),
    )
