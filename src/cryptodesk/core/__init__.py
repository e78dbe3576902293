"""The narrow waist: messages, events, errors and ports. Imports nothing of the product."""

__all__: list[str] = []
