"""Arguments for any built-in tool, made from its JSON Schema alone: every choice once, and anything at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

__all__ = ["anything", "every_choice", "schema_choices"]

_Path = tuple[str, ...]


def every_choice(schema: Mapping[str, Any], samples: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Argument sets in which each enum value of the schema stands at least once, under each value of the first
    choice that is required (such as the asset type).

    `samples` are values for fields by name, under the first choice's value or under "" for all."""
    leading = next((name for name in schema.get("required", ()) if "enum" in schema["properties"][name]), None)
    heads = schema["properties"][leading]["enum"] if leading else [""]
    made: list[dict[str, Any]] = []
    for head in heads:
        known = {**samples.get("", {}), **samples.get(head, {})}
        base = {name: known[name] for name in schema["properties"] if name in known}
        if leading:
            base[leading] = head
        made.append(base)
        for path, choices in schema_choices(schema):
            if path != (leading,):
                made += [_with(base, path, choice) for choice in choices]
    return made


def schema_choices(schema: Mapping[str, Any], at: _Path = ()) -> Iterator[tuple[_Path, Sequence[Any]]]:
    """Each enum of the schema with the way to it; "[]" stands for a list around it. A list is also tried whole."""
    if "enum" in schema:
        yield at, schema["enum"]
        if at[-1] == "[]":
            yield at, [list(schema["enum"])]
    for name, part in schema.get("properties", {}).items():
        yield from schema_choices(part, (*at, name))
    if "items" in schema:
        yield from schema_choices(schema["items"], (*at, "[]"))


def _with(base: Mapping[str, Any], path: _Path, choice: Any) -> dict[str, Any]:
    if path[-1] == "[]":
        path, choice = path[:-1], choice if isinstance(choice, list) else [choice]
    if "[]" in path:
        # A member of a list of objects: the list as it is in the base, its first member changed.
        place = path.index("[]")
        held = _at(base, path[:place]) or [{}]
        first = _with(held[0], path[place + 1 :], choice)
        return _with(base, path[:place], [first, *held[1:]])
    name, *rest = path
    return {**base, name: _with(base.get(name, {}), tuple(rest), choice) if rest else choice}


def _at(base: Any, path: _Path) -> Any:
    for name in path:
        base = base.get(name, {}) if isinstance(base, Mapping) else {}
    return base


def anything(schema: Mapping[str, Any], texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Values of the schema's form, at and beyond its bounds; `texts` are put where it allows any text."""
    if "enum" in schema:
        return st.sampled_from([*schema["enum"], *schema["enum"], "nonsense"])
    return {
        "object": _objects,
        "array": _arrays,
        "integer": _integers,
        "number": _numbers,
        "boolean": lambda part, texts: st.booleans(),
        "string": lambda part, texts: texts,
        "": lambda part, texts: _scalars(texts) | st.lists(_scalars(texts), max_size=3),
    }[_kind(schema)](schema, texts)


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "")
    return kind if isinstance(kind, str) else ""


def _objects(schema: Mapping[str, Any], texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    required = set(schema.get("required", ()))
    parts = {name: anything(part, texts) for name, part in schema.get("properties", {}).items()}
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


def _arrays(schema: Mapping[str, Any], texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    most = min(schema.get("maxItems", 4) + 1, 5)
    return st.lists(anything(schema.get("items", {}), texts), max_size=most)


def _integers(schema: Mapping[str, Any], texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    low, high = schema.get("minimum", -(10**6)), schema.get("maximum", 10**6)
    return st.integers(low, high) | st.sampled_from([low - 1, high + 1, 10**40, -(10**18), 0])


def _numbers(schema: Mapping[str, Any], texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.floats(allow_nan=True) | st.sampled_from([0, -1, 1e308, -1e308, 5e-324, 10**30])


def _scalars(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return texts | _integers({}, texts) | _numbers({}, texts) | st.booleans() | st.none()
