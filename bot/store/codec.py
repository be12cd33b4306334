"""The one codec for everything a customer or a colleague wrote: each stored value names how it was encoded."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pipeline.errors import Permanent

MARK = "enc:"
"""Stands before a text column's value that is not plain text: enc:<codec>:<base64>."""


class Codec(Protocol):
    """How bytes are kept; `name` is stored beside them."""

    @property
    def name(self) -> str: ...
    def encode(self, plain: bytes) -> bytes: ...
    def decode(self, stored: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """Kept as they are."""

    name: str = "identity"

    def encode(self, plain: bytes) -> bytes:
        return plain

    def decode(self, stored: bytes) -> bytes:
        return stored


@dataclass(frozen=True, slots=True)
class Codecs:
    """The codec that writes, and by name all that can still read."""

    writer: Codec
    readers: Mapping[str, Codec]

    @property
    def name(self) -> str:
        return self.writer.name

    def encode(self, plain: bytes) -> bytes:
        return self.writer.encode(plain)

    def decode(self, name: str, stored: bytes) -> bytes:
        """Raises Permanent where a row names a codec that nobody configured."""
        if name not in self.readers:
            raise Permanent(f"A stored mail was encoded with {name!r}, which is not configured. Add its key to the settings.")
        return self.readers[name].decode(stored)

    def encode_text(self, text: str) -> str:
        """For text columns: readable where the writer is the identity, else marked base64. NUL and lone surrogates are replaced."""
        clean = text.replace("\0", "\ufffd").encode("utf-8", "replace")
        if isinstance(self.writer, Identity) and not text.startswith(MARK):
            return clean.decode()
        return f"{MARK}{self.name}:{base64.b64encode(self.encode(clean)).decode()}"

    def decode_text(self, stored: str) -> str:
        if not stored.startswith(MARK):
            return stored
        name, _, data = stored.removeprefix(MARK).partition(":")
        return self.decode(name, base64.b64decode(data)).decode()


def codecs(writer: Codec, *older: Codec) -> Codecs:
    """Write with `writer`; read what it, any of `older`, or nobody encoded."""
    return Codecs(writer, {codec.name: codec for codec in (Identity(), *older, writer)})


PLAIN = codecs(Identity())
