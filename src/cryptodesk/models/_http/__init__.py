"""What the providers over HTTP have in common; each adds what is its vendor's: requests, events, the meaning of errors.

`timeouts` are an operator's option, `sse` cuts a stream into payloads, `answers` reads one in batches, `provider` is
the client, `failures` the table of what goes wrong on the way, `meanings` what a status says and an error's body holds,
`retry_after` when to ask again, `turns` what a vendor wants back in the next call of a tool loop. Nothing is loaded
here: `answers`, `failures` and `provider` need the HTTP client, which a desk without a configured server goes without.
"""

from __future__ import annotations

__all__: list[str] = []
