"""Seeds for every route that a server describes, and mutations that are the same for the same random numbers."""

from __future__ import annotations

import json
from random import Random

from bench.proof.mutating.mutations import encode, mutate, mutated
from bench.proof.mutating.seeds import seeds_of

DESCRIPTION = {
    "paths": {
        "/v1/chat/completions": {"post": {}},
        "/v1/receipts/{id}": {"get": {}, "parameters": []},
        "/v1/new": {"post": {"requestBody": {"content": {"application/json": {"example": {"a": 1}}}}}},
        "/v1/newer": {"post": {"requestBody": {"content": {"application/json": {}}}}},
        "/v1/newest": {"delete": {}},
    }
}


def test_every_route_has_a_seed_whether_or_not_it_is_known() -> None:
    found = seeds_of(DESCRIPTION)
    assert {"POST /v1/chat/completions", "GET /v1/receipts/{id}", "DELETE /v1/newest", "POST /mcp"} <= found.keys()
    assert [seed.body for seed in found["POST /v1/new"]] == [b'{"a": 1}']
    assert [seed.body for seed in found["POST /v1/newer"]] == [b"{}"]
    assert len(found["POST /v1/chat/completions"]) == 2
    (receipt,) = found["GET /v1/receipts/{id}"]
    assert receipt.target.startswith("/v1/receipts/chatcmpl-")
    assert receipt.target[: receipt.fixed] == "/v1/receipts/"


def test_a_request_is_whole_http_with_its_length() -> None:
    seed = seeds_of(DESCRIPTION)["POST /v1/chat/completions"][0]
    head, _, body = encode(seed).partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\nHost: ")
    assert b"Content-Length: %d" % len(body) in head
    assert json.loads(body)["model"] == "scripted-plain"


def test_a_mutated_body_keeps_its_frame_and_a_mutated_path_its_route() -> None:
    found = seeds_of(DESCRIPTION)
    (chat, *_), (receipt,) = found["POST /v1/chat/completions"], found["GET /v1/receipts/{id}"]
    framed = 0
    for number in range(300):
        sent = mutated(chat, Random(number))
        if sent.is_framed:
            framed += 1
            head, _, body = sent.data.partition(b"\r\n\r\n")
            assert b"Content-Length: %d" % len(body) in head
    assert 200 < framed < 280
    kept = sum(mutated(receipt, Random(n)).data.startswith(b"GET /v1/receipts/") for n in range(300))
    assert kept > 250


def test_mutations_are_the_same_for_the_same_numbers_and_mostly_differ_from_the_seed() -> None:
    data = b'{"model": "scripted-plain", "messages": []}' * 5
    assert [mutate(data, Random(n)) for n in range(200)] == [mutate(data, Random(n)) for n in range(200)]
    assert sum(mutate(data, Random(n)) == data for n in range(200)) < 40
    assert mutate(b"", Random(1)) is not None
