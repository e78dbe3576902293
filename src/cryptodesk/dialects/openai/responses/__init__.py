"""`POST /openai/v1/responses`: the same runs in the wire format of OpenAI's Responses, without state."""

from cryptodesk.dialects.openai.responses.route import RESPONSES_PATH, responses_endpoint

__all__ = ["RESPONSES_PATH", "responses_endpoint"]
