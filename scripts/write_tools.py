"""Writes docs/tools.md from the registry of built-in tools, and docs/data/terms.md from the catalogue of sources.

python scripts/write_tools.py            # writes both anew
python scripts/write_tools.py --check    # tells whether they are those of the code
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
from pages import write_or_check

from cryptodesk.catalog.data_sources import OWN_DOMAIN, DataSource, load_data_sources
from cryptodesk.tools import tool_specs
from cryptodesk.tools._registry import load_tools
from cryptodesk.tools._tool import BuiltInTool

DOCS = Path(__file__).parents[1] / "docs"

# ruff: noqa: E501 - lines of a page

HEAD = """\
# Tools

<!-- Written by scripts/write_tools.py from the registry: change the tools, then run it. -->

The built-in tools run on the server, in every wire format: the [CMC dialect](dialects/cmc.md) offers those that a request names, the
[OpenAI dialect](dialects/openai.md) all of them, [MCP](mcp.md) lists them, and `cryptodesk tools call` runs one from the shell. Names,
descriptions and arguments below are what a model is told.

Every value of a result says where it comes from (`source`), what moment it describes (`as_of`) and in which
[mode](data/modes.md); what could not be had stands under `unavailable`, by name. Rules for all of them:

- Arguments are checked against the schema. What is wrong is told to the model, which may try again; unknown members are refused.
- A call may take 20 seconds, and no longer than the run has left. A result is kept within its size by leaving out the last rows, which it then says.
- Nothing that was not known at the request's `as_of` is given ([one clock](data/one-clock.md)).

| tool | for |
|---|---|
"""


def page() -> str:
    tools = load_tools()
    specs = {spec.name: spec for spec in tool_specs()}
    rows = "".join(f"| [`{name}`](#{name}) | {specs[name].description} |\n" for name in tools)
    parts = [HEAD + rows]
    parts += ["\n".join(_section(name, tool, specs[name].parameters)) for name, tool in tools.items()]
    return "\n".join(parts)


def _section(name: str, tool: BuiltInTool, parameters: dict[str, Any]) -> Iterator[str]:
    yield f"## `{name}`\n\n{tool.description}\n"
    yield "| argument | what it is |\n|---|---|"
    required = parameters.get("required", ())
    for argument, schema in parameters["properties"].items():
        told = "; ".join(filter(None, (_type(schema), "required" if argument in required else "", *_rules(schema))))
        yield f"| `{argument}` | {told} |"
    gives = _gives(tool)
    if gives:
        yield f"\nGives {gives}."
    yield "\nWhat a model is told of it, beside its schema:\n"
    yield "\n".join(f"> {line}  " for line in tool.advice.strip().splitlines()).rstrip()
    yield f"\n```sh\ncryptodesk tools call {name.removeprefix('cmc_')} {shlex.quote(json.dumps(_example(tool)))}\n```\n"


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        items = schema["items"]
        return (
            f"any of {', '.join(f'`{value}`' for value in items['enum'])}"
            if "enum" in items
            else f"list of {_type(items)}"
        )
    if "properties" in schema:
        return "object with " + ", ".join(f"`{name}`" for name in schema["properties"])
    kinds = schema.get("type", "any value")
    return " or ".join(kinds) if isinstance(kinds, list) else kinds


def _rules(schema: dict[str, Any]) -> Iterator[str]:
    names = {
        "minimum": "from {}", "maximum": "to {}", "minItems": "at least {}", "maxItems": "at most {}",
        "minLength": "at least {} characters", "maxLength": "at most {} characters",
    }  # fmt: skip
    yield from (words.format(schema[key]) for key, words in names.items() if key in schema)
    if "default" in schema:
        yield f"`{json.dumps(schema['default'])}` when left out"
    if "description" in schema:
        yield _cell(schema["description"])


def _gives(tool: BuiltInTool) -> str:
    """The members of the result, and of what stands in it."""
    output = get_type_hints(tool.function)["return"]
    if not hasattr(output, "__struct_fields__") or "citations" in output.__struct_fields__:
        return ""
    told = []
    for field in msgspec.structs.fields(output):
        inner = [one for one in (field.type, *get_args(field.type)) if hasattr(one, "__struct_fields__")]
        names = ", ".join(f"`{one.encode_name}`" for one in msgspec.structs.fields(inner[0])) if inner else ""
        told.append(f"`{field.encode_name}`" + (f" with {names}" if names else ""))
    return "; ".join(told)


def _example(tool: BuiltInTool) -> Any:
    """The first example of the advice."""
    found = re.search(r"Example: (\{.*)", tool.advice)
    if found is None:
        raise ValueError(f"the advice of {tool.function!r} has no example")
    return json.JSONDecoder().raw_decode(found[1])[0]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


TERMS = """\
# Sources and terms

<!-- Written by scripts/write_tools.py from the catalogue of sources: change that, then run it. -->

Every name that can stand under `source` of a value or a document, and whose terms hold for it. Whoever runs a desk asks these
services under their own address and keys, and is bound by their terms; nothing is asked before a question or a subscription wants it.
`CRYPTODESK_SOURCES_OFF` names live sources that are never asked.

## Of others

| source | what it is | terms |
|---|---|---|
{others}

## Of the desk itself, and what its operator named

| source | what it is |
|---|---|
{own}
"""


def terms_page() -> str:
    others = [source for source in load_data_sources() if source.domain != OWN_DOMAIN]
    own = [source for source in load_data_sources() if source.domain == OWN_DOMAIN]
    rows = "\n".join(f"{_source(source)} | {_link('terms', source.terms) or '—'} |" for source in others)
    return TERMS.format(others=rows, own="\n".join(f"{_source(source)} |" for source in own))


def _source(source: DataSource) -> str:
    return f"| `{source.name}` | {_link(_cell(source.title), source.link) or _cell(source.title)}. {_cell(source.note)}".rstrip()


def _link(text: str, address: str) -> str:
    return f"[{text}]({address})" if address else ""


def main() -> int:
    return write_or_check({DOCS / "tools.md": page(), DOCS / "data" / "terms.md": terms_page()}, "pages")


if __name__ == "__main__":
    sys.exit(main())
