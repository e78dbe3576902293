"""The text that an answer's bytes tell, in each dialect's form."""

from __future__ import annotations

import pytest

from cryptodesk.app.evidence.texts import told_text


@pytest.mark.parametrize(
    "body",
    [
        b'{"choices":[{"message":{"content":"One two."}}]}',
        b'data:{"delta":{"content":"One "}}\n\ndata:{"delta":{"content":"two."}}\n\ndata:[DONE]\n\n',
        b': keep-alive\n\ndata: {"data":{"messages":[{"delta":{"content":"One "}},{"delta":{"content":"two."}}]}}\n\n',
        b'0:"One "\n2:[{"type":"x"}]\n0:"two."\nd:{"finishReason":"stop"}\n',
        b'{"event":"text","text":"One "}\n{"event":"text","text":"two."}\n',
    ],
)
def test_pieces_are_put_together(body: bytes) -> None:
    assert told_text(body) == "One two."


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"not json", b'{"a":1}', b"data:{", b"[" * 50])
def test_what_tells_no_text_tells_nothing(body: bytes) -> None:
    assert told_text(body) == ""
