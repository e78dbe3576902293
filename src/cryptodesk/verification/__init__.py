"""Binds every figure of an answer to the cell of a tool result that it comes from."""
