"""What the address of a PostgreSQL is called."""

from __future__ import annotations

from cryptodesk.core.errors import InternalError
from cryptodesk.settings import SettingsError
from cryptodesk.storage.postgres.address import Address

__all__ = ["name_of"]


def name_of(url: str) -> str:
    """Its host and database, never its password. Raises: SettingsError for a URL that is none."""
    try:
        return Address(url).label
    except InternalError as error:
        raise SettingsError(error.message) from None
