"""OpenAI's Responses format, which its reasoning models need: Chat Completions loses their reasoning between the rounds
of tools, and from gpt-5.4 on takes no tools beside reasoning.

Stateless: nothing is stored at the vendor (`store: false`); what a round reasoned comes encrypted and goes back beside
the results of its calls. `_wire` holds the structs, `_asking` and `_conversation` write a request, `_thoughts` keeps
reasoning between rounds, `_items` and `_reading` make events of an answer. Errors and the client are those of the
package above.
Source: OpenAI API reference, Responses (create, streaming events), and the reasoning guide.
"""

from __future__ import annotations

__all__: list[str] = []
