"""HTTP/1.1 to one server, as little of it as asking a model needs: POST, kept connections, one answer read in pieces.

In place of a general client, which costs more than all else that a bare gateway does (decision 0009). `httptools`
parses messages, `aiohappyeyeballs` tries addresses, TLS is the interpreter's. No proxies, cookies or redirects: they
would carry a key elsewhere. `pool` opens connections and keeps them, `connection` is one, `response` an answer on it,
`unpacking` for servers that pack what nobody asked them to pack, `errors` the ways in which it fails.
"""

from __future__ import annotations

__all__: list[str] = []
