from __future__ import annotations

from cryptodesk.core.messages import ToolCallPart
from cryptodesk.engine.limits import RepeatGuard


def test_calls_are_the_same_when_their_arguments_mean_the_same() -> None:
    guard = RepeatGuard()
    guard.remember(ToolCallPart("a", "tool", '{"x": 1, "y": [2]}'), "result")
    assert guard.earlier(ToolCallPart("b", "tool", '{"y":[2],"x":1}')) == "result"
    assert guard.earlier(ToolCallPart("c", "other", '{"y":[2],"x":1}')) is None
    assert guard.earlier(ToolCallPart("d", "tool", '{"y":[2],"x":')) is None
