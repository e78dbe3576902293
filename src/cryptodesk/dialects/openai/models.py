"""`GET /openai/v1/models`, one model by its id, and whatever path there is not."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import ModelNotFound, NotFound
from cryptodesk.dialects._ports import DialectPorts, Receive, Scope, Send
from cryptodesk.dialects._quoting import clipped
from cryptodesk.dialects.openai import choices
from cryptodesk.dialects.openai.auth import RequestHeaders, authenticate
from cryptodesk.dialects.openai.errors import encode_error
from cryptodesk.dialects.openai.reply import Reply

__all__ = ["ModelEndpoint", "ModelsEndpoint", "UnknownEndpoint"]


class _WireModel(Struct):
    """`created` is when this desk was started: a catalogue entry has no other birthday."""

    id: str
    created: int
    object: str = "model"
    owned_by: str = choices.OWNED_BY


class _Listing:
    def __init__(self, ports: DialectPorts) -> None:
        self.ports = ports
        self._created = int(ports.clock.unix())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(send)
        if scope["method"] not in ("GET", "HEAD"):
            await reply.refuse_method(scope, self.ports, "GET, HEAD")
            return
        try:
            caller = await authenticate(RequestHeaders(scope).key, self.ports)
            reply.belongs_to(caller, self.ports)
            await reply.send_json(200, msgspec.json.encode(self.show(scope["path"])))
        except Exception as error:  # the HTTP boundary
            await reply.fail(error, self.ports)

    def ids(self) -> list[str]:
        return list(self.ports.model_ids()) if self.ports.model_ids is not None else []

    def wire(self, model_id: str) -> _WireModel:
        return _WireModel(model_id, self._created)

    def show(self, path: str) -> object:
        raise NotImplementedError


class ModelsEndpoint(_Listing):
    def show(self, path: str) -> object:
        return {"object": "list", "data": [self.wire(model_id) for model_id in self.ids()]}


class ModelEndpoint(_Listing):
    """The rest of the path is the id, which may hold slashes."""

    def __init__(self, ports: DialectPorts, prefix: str) -> None:
        super().__init__(ports)
        self._prefix = prefix

    def show(self, path: str) -> object:
        """Raises: ModelNotFound."""
        model_id = _shown(path.removeprefix(self._prefix))
        if model_id not in self.ids():
            raise ModelNotFound("unknown model", model_id=model_id)
        return self.wire(model_id)


class UnknownEndpoint:
    """Whatever no other route answers, in OpenAI's envelope."""

    def __init__(self, ports: DialectPorts) -> None:
        self.ports = ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        where = f"{clipped(scope['method'])} {clipped(_shown(scope['path']))}"
        error = _UnknownUrl(f"Unknown request URL: {where}. The routes are listed in /openapi.json.")
        await Reply(send).send_answer(encode_error(error, self.ports.clock.now()))


class _UnknownUrl(NotFound):
    code = "unknown_url"


def _shown(text: str) -> str:
    # A server may hand on what is no text as half a surrogate pair, which no JSON can hold.
    return text.encode("utf-8", "replace").decode()
