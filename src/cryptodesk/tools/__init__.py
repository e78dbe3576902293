"""Built-in tools, one file each; the registry finds them."""

from cryptodesk.tools._registry import ToolRegistry, load_tools, tool_specs
from cryptodesk.tools._tool import BuiltInTool, Cited, ToolContext, ToolServices, built_in_tool

__all__ = [
    "BuiltInTool",
    "Cited",
    "ToolContext",
    "ToolRegistry",
    "ToolServices",
    "built_in_tool",
    "load_tools",
    "tool_specs",
]
