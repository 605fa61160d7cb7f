"""Who signs the ledger: this installation's Ed25519 key, and the keys of others that it trusts."""

import json
from pathlib import Path

import filelock
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cohort.errors import InputError, Problem
from synthassay.ledger.canonical import canonical
from synthassay.ledger.records import Entry
from synthassay.state import secret, state_folder

OWN = "this installation"
_KEY, _TRUSTED = "ledger.key", "ledger.trusted.json"
_SIGNATURE_DIGITS = 128


def signing_key() -> Ed25519PrivateKey:
    """The private key of this installation, made when absent; only its owner may read the file (0600)."""
    return _key(secret(_KEY))


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half, 64 hex digits: what entries name as their signer."""
    return key.public_key().public_bytes_raw().hex()


def known_keys() -> dict[str, str]:
    """The public keys that are trusted here, each with its holder; none is made for it."""
    folder = state_folder()
    own = {public_key(signing_key()): OWN} if (folder / _KEY).exists() else {}
    return {**_trusted(folder / _TRUSTED), **own}


def trust(key: str, *, holder: str) -> None:
    """Trust another installation's entries from now on.

    Raises
    ------
    InputError
        Where it is no public key.
    """
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    except ValueError:
        remedy = "Give the 64 hex digits that `synthassay keys` prints there."
        raise InputError(Problem(what="is no public key.", where=key, remedy=remedy)) from None
    path = state_folder() / _TRUSTED
    with filelock.FileLock(path.with_suffix(".lock")):
        draft = path.with_name(f".{_TRUSTED}")
        draft.write_bytes(canonical({**_trusted(path), key.lower(): holder}))
        draft.replace(path)


def is_genuine(entry: Entry) -> bool:
    """Whether an entry's signature is its signer's, and spelled in one way only."""
    if len(entry.signature) != _SIGNATURE_DIGITS or entry.signature != entry.signature.lower():
        return False
    try:
        signer = Ed25519PublicKey.from_public_bytes(bytes.fromhex(entry.signer))
        signer.verify(bytes.fromhex(entry.signature), entry.signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _key(content: bytes) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(content)
    except ValueError:
        where = str(state_folder() / _KEY)
        remedy = "Restore it from a backup; without it the ledger can be read and checked, but not signed."
        raise InputError(Problem(what="is no signing key.", where=where, remedy=remedy)) from None


def _trusted(path: Path) -> dict[str, str]:
    content: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return content
