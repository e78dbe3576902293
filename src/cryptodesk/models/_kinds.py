"""How a kind of provider is declared and built: each public module of `models` holds one `PROVIDER`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct, ValidationError, convert, field

from cryptodesk.catalog.models import ModelProfile
from cryptodesk.core.clock import Clock
from cryptodesk.core.ports import Provider

__all__ = ["EmbedQuestion", "ProviderConfig", "ProviderKind", "ProviderServices", "options_of"]

_Options = TypeVar("_Options", bound=Struct)

# A text to the id of the encoder and the vector; None where there is none to be had.
EmbedQuestion: TypeAlias = Callable[[str], Awaitable[tuple[str, Sequence[float]] | None]]


class ProviderServices(Struct, frozen=True):
    """What the composition root lends to every provider; a kind takes what it needs and leaves the rest.

    `mentions` finds assets in text; the kind that wants it states its type. `embed` gives the vector of a question."""

    clock: Clock
    mentions: object | None = None
    embed: EmbedQuestion | None = None


class ProviderConfig(Struct, frozen=True):
    """One configured instance: `name` is the instance's, `options` are checked by the kind that knows them,
    `profiles` are the facts about its models by upstream name."""

    name: str
    services: ProviderServices
    base_url: str = ""
    api_key: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    profiles: Mapping[str, ModelProfile] = field(default_factory=dict)

    def __repr__(self) -> str:
        # An address may hold a password.
        address, key = (repr(each) if not each else "<set>" for each in (self.base_url, self.api_key))
        return f"ProviderConfig(name={self.name!r}, base_url={address}, api_key={key})"


class ProviderKind(Struct, frozen=True):
    """`name` is the module's name. `build` does no I/O and needs no running loop. `upstream_models` are all the
    models of a kind that knows its own; empty where only the vendor does. `is_language_model` is False for a kind that
    follows rules and no prompt.

    Raises (`build`): ValueError naming the option that is unknown or wrong."""

    name: str
    build: Callable[[ProviderConfig], Provider]
    needs_base_url: bool = False
    upstream_models: tuple[str, ...] = ()
    is_language_model: bool = True


def options_of(config: ProviderConfig, kind: type[_Options]) -> _Options:
    """Raises: ValueError naming the option that is unknown or wrong."""
    try:
        return convert(dict(config.options), kind)
    except ValidationError as error:
        raise ValueError(f"provider {config.name!r}: options: {error}") from None
