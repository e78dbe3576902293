"""What a search over documents costs in PostgreSQL, and what its index costs to build: a small index in `make bench`,
any size by `python -m bench.components.document_search_postgres 20000 100000`; with `recall` as an argument the
committed questions about the handbook are asked, with the real model."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial

from bench.components import Component, Figure

__all__ = ["COMPONENT"]

SMALL = ("2000",)


def measure() -> Sequence[Figure]:
    return [figure for argument in SMALL for figure in _measured(argument)]


def _measured(argument: str) -> Iterator[Figure]:
    # Where the driver or the server is missing, that is one line of the report.
    from bench.components._postgres_search import ask_the_handbook, in_server, measure_index  # noqa: PLC0415

    yield from in_server(ask_the_handbook if argument == "recall" else partial(measure_index, size=int(argument)))


COMPONENT = Component("document_search_postgres", measure)


def _main(arguments: list[str]) -> None:
    for argument in arguments or SMALL:
        for figure in _measured(argument):
            print(f"{figure.name:<75}{figure.value or 0:>12.3f} {figure.unit}  {figure.note}", flush=True)


if __name__ == "__main__":
    _main(sys.argv[1:])
