"""The software bill of materials: every package of an install, of its extras and of the web app, as CycloneDX 1.6.

python scripts/write_sbom.py                  # writes build/sbom.cdx.json
python scripts/write_sbom.py FILE             # writes FILE
python scripts/write_sbom.py --check FILE     # tells whether FILE is a CycloneDX document; needs the audit tools

The same locks and installed packages give the same bytes. Fails for a licence that the product may not have.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components import PRODUCT, ROOT, Component, npm_components, python_components, refused

from cryptodesk import __version__

__all__ = ["build", "main"]

TARGET = ROOT / "build" / "sbom.cdx.json"
AUDIT_TOOLS = ROOT / ".venv" / "audit"
SPEC = "1.6"
_SELF = f"pkg:pypi/{PRODUCT}@{__version__}"
_NAMESPACE = uuid.UUID("8a0f2a3c-5f0e-4a57-9f7e-3f1c6f0c9d11")


def build(components: Sequence[Component]) -> dict[str, Any]:
    listed = [_component(each) for each in sorted(components, key=lambda each: each.purl)]
    depends = _dependencies(components)
    content = json.dumps([listed, depends], sort_keys=True)
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, content)}",
        "version": 1,
        "metadata": {"lifecycles": [{"phase": "build"}], "component": _product()},
        "components": listed,
        "dependencies": depends,
    }


def _product() -> dict[str, Any]:
    licences = [{"license": {"id": "Apache-2.0"}}]
    named = {"name": PRODUCT, "version": __version__, "purl": _SELF, "licenses": licences}
    return {"type": "application", "bom-ref": _SELF, **named}


def _component(each: Component) -> dict[str, Any]:
    group, _, name = each.name.rpartition("/")
    told: dict[str, Any] = {"type": "library", "bom-ref": each.purl}
    told |= {"group": group} if group else {}
    told |= {"name": name, "version": each.version, "scope": "optional" if each.is_optional else "required"}
    if len(each.hashes) == 1:
        told["hashes"] = [{"alg": each.algorithm, "content": each.hashes[0]}]
    if each.licence:
        is_one = " " not in each.licence
        told["licenses"] = [{"license": {"id": each.licence}} if is_one else {"expression": each.licence}]
    return told | {"purl": each.purl} | _properties(each)


def _properties(each: Component) -> dict[str, Any]:
    """The marker under which it is installed, and the hashes of all files of which an install takes one."""
    found = [{"name": f"{PRODUCT}:marker", "value": each.marker}] if each.marker else []
    if len(each.hashes) > 1:
        found += [{"name": f"{PRODUCT}:file:{each.algorithm}", "value": digest} for digest in each.hashes]
    return {"properties": found} if found else {}


def _dependencies(components: Sequence[Component]) -> list[dict[str, Any]]:
    python = [each for each in components if each.ecosystem == "pypi"]
    refs = {each.name: [other.purl for other in python if other.name == each.name] for each in python}
    needs: dict[str, set[str]] = {_SELF: set()} | {each.purl: set() for each in components}
    for each in python:
        for user in each.users:
            for ref in [_SELF] if user == PRODUCT else refs.get(user, ()):
                needs[ref].add(each.purl)
    needs[_SELF] |= {each.purl for each in components if each.ecosystem == "npm"}
    return [{"ref": ref, "dependsOn": sorted(needs[ref])} for ref in sorted(needs)]


def check(path: Path) -> int:
    """Raises: ImportError where the audit tools are not installed."""
    sys.path.insert(0, str(AUDIT_TOOLS))
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(path.read_text("utf-8"))
    print(f"{path}: {problem or 'a CycloneDX document'}")
    return 1 if problem else 0


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["--check"]:
        return check(Path(arguments[1]))
    components = (*python_components(), *npm_components())
    for each in refused(components):
        print(f"{each.purl}: its licence is {each.licence or 'unknown'!r}, which is not on the list", file=sys.stderr)
    if refused(components):
        return 1
    target = Path(arguments[0]) if arguments else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(build(components), indent=1) + "\n", encoding="utf-8")
    print(f"{target}: {len(components)} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
