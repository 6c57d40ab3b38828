"""How the store keeps texts: as they are, or sealed with a passphrase.

AES-256-GCM (NIST SP 800-38D) with a key from scrypt (RFC 7914), both of the `cryptography` package. Every text has a
nonce of its own and is bound to its place in the store, so that no sealed text can be moved to another case or version.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Protocol

from cofactor.errors import StoreError
from cofactor.said import Said

# scrypt: about a tenth of a second and 32 MB for each guess (RFC 7914 and OWASP name 2^15 to 2^17 with r 8 and p 1).
_COST, _BLOCK, _PARALLEL = 2**15, 8, 1
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32  # as the two standards have them
SHORTEST = 8
"""Characters of the shortest passphrase that is taken."""
_CHECK = b"cofactor store"


class Seal(Protocol):
    """Turns a text into what is kept, and back."""

    def close(self, text: str, place: str) -> bytes:
        """The bytes to keep at a place of the store."""
        ...

    def open(self, kept: bytes, place: str) -> str:
        """The text that was kept at a place. Raises :class:`StoreError` where it is not what was put there."""
        ...


class Plain:
    """Texts as they are, UTF-8."""

    def close(self, text: str, place: str) -> bytes:  # noqa: ARG002 - as Seal has it
        """The text in UTF-8."""
        return text.encode()

    def open(self, kept: bytes, place: str) -> str:
        """The text of the bytes."""
        try:
            return kept.decode()
        except UnicodeDecodeError:
            raise StoreError(
                Said("{place} is damaged: it holds no text any more. Look at an earlier version.", place=place)
            ) from None


@dataclass(frozen=True)
class Sealed:
    """Texts sealed with a key."""

    key: bytes

    def close(self, text: str, place: str) -> bytes:
        """A nonce and the sealed text."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self.key).encrypt(nonce, text.encode(), place.encode())

    def open(self, kept: bytes, place: str) -> str:
        """The text, where key, place and every bit are those it was sealed with."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            nonce, sealed = kept[:_NONCE_BYTES], kept[_NONCE_BYTES:]
            return AESGCM(self.key).decrypt(nonce, sealed, place.encode()).decode()
        except (InvalidTag, ValueError):
            raise StoreError(
                Said("{place} is damaged: its seal is broken. Look at an earlier version.", place=place)
            ) from None


def new_seal(passphrase: str) -> tuple[Sealed, bytes, bytes]:
    """A seal for a new passphrase, its salt, and what tells later whether a passphrase is the right one."""
    if len(passphrase) < SHORTEST:
        raise StoreError(
            Said(
                "The passphrase has {n} characters; use at least {least}: several words.",
                n=len(passphrase),
                least=SHORTEST,
            )
        )
    salt = os.urandom(_SALT_BYTES)
    seal = Sealed(_key(passphrase, salt))
    return seal, salt, seal.close(_CHECK.decode(), "check")


def seal_of(passphrase: str, salt: bytes, check: bytes) -> Sealed:
    """The seal of a store. Raises :class:`StoreError` where the passphrase is not that of the store."""
    if len(salt) != _SALT_BYTES or not check:
        raise StoreError(Said("The store is damaged: what tells its passphrase is gone. Restore it from a backup."))
    seal = Sealed(_key(passphrase, salt))
    try:
        seal.open(check, "check")
    except StoreError:
        raise StoreError(
            Said("The passphrase does not open this store. Nothing was read or changed; try again.")
        ) from None
    return seal


def _key(passphrase: str, salt: bytes) -> bytes:
    import unicodedata

    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    text = unicodedata.normalize("NFKC", passphrase).encode()  # one passphrase, however the keyboard composes it
    return bytes(Scrypt(salt=salt, length=_KEY_BYTES, n=_COST, r=_BLOCK, p=_PARALLEL).derive(text))
