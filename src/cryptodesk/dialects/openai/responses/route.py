"""`POST /openai/v1/responses` as an endpoint over the same runs as the chat's."""

from __future__ import annotations

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.dialects._ports import ASGIApp, DialectPorts, RunEngine
from cryptodesk.dialects.openai.convert import Asked
from cryptodesk.dialects.openai.reply import Reply
from cryptodesk.dialects.openai.responses.encode import ResponseEncoder, encode_response
from cryptodesk.dialects.openai.responses.request import ResponsesRequest, read_responses, to_chat, told_of_input
from cryptodesk.dialects.openai.route import PREFIX, Admission, ChatEndpoint, kept_answers
from cryptodesk.dialects.openai.running import events_of, send_body, send_stream

__all__ = ["RESPONSES_PATH", "responses_endpoint"]

RESPONSES_PATH = f"{PREFIX}/responses"


def responses_endpoint(ports: DialectPorts) -> ASGIApp:
    return kept_answers(ResponsesEndpoint(ports), ports)


class ResponsesEndpoint(ChatEndpoint[ResponsesRequest]):
    def read(self, body: bytes, admission: Admission) -> tuple[Asked, ResponsesRequest]:
        """Raises: InvalidRequest."""
        asked = read_responses(body)
        chat, origins = to_chat(asked)
        try:
            return self.to_run(chat, admission), asked
        except InvalidRequest as error:
            raise told_of_input(error, origins) from None

    async def answer(self, asked: Asked, wire: ResponsesRequest, engine: RunEngine, reply: Reply) -> None:
        extra = await self.extra_of(asked.run)
        async with events_of(engine, asked.run, asked.shape) as events:
            if asked.run.stream:
                await send_stream(events, ResponseEncoder(extra, wire), reply, self.ports.settings.fill_seconds)
            else:
                await send_body(events, lambda fold, extra: encode_response(fold, extra, wire), extra, reply)
