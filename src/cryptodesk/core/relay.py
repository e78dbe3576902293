"""An async generator around another one, for layers that look at what passes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, TypeVar

__all__ = ["Relay"]

T = TypeVar("T")


class Relay(AsyncGenerator[T, None]):
    """`_inner` is what it is around. Not a generator of its own: one more layer of those costs a batch more than most
    looking does."""

    __slots__ = ("_inner",)

    _inner: AsyncGenerator[T, None]

    @abstractmethod
    async def __anext__(self) -> T: ...

    async def asend(self, value: None) -> T:
        return await self.__anext__()

    async def athrow(self, *error: Any) -> T:
        return await self._inner.athrow(*error)

    def aclose(self) -> Coroutine[Any, Any, None]:
        return self._inner.aclose()
