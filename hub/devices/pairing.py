"""Codes on the glass, seeded claims, and the rules by which a device may be claimed (trust.md §4.3, §4.4).

A code has 34 bits, lives a quarter of an hour, and dies after five attempts to claim it with other words than the glass
shows. A seeded claim has 256 bits, is good once, for one room, and may do nothing but name one public key.
"""

import hashlib
import secrets
from datetime import timedelta

from device.model.value import Value
from device.wire.proof import fingerprint_words, spelled

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""Twenty letters that make no words and are not mistaken for each other (RFC 8628 §6.1)."""
LETTERS = 8
CODE_LIFE = timedelta(minutes=15)
MOST_WRONG = 5
ATTEMPTS, ATTEMPTS_PER = 20, timedelta(hours=1)
"""Attempts of one administrator or one address in so much time."""
CLAIM_LIFE = timedelta(hours=72)
LONGEST_CLAIM_LIFE = timedelta(days=10)


class Refused(Exception):
    """The device cannot be claimed like that; the text is a sentence for the administrator."""


class Pending(Value):
    """A device that shows a code."""

    key: str
    model: str
    serial: str
    version: str
    address: str
    words: tuple[str, ...]


def new_code() -> str:
    """A code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))


def read_code(typed: str) -> str:
    """The code behind what a person typed.

    Raises:
        Refused: it cannot be one.
    """
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(code) != LETTERS or not set(code) <= set(ALPHABET):
        raise Refused("A code has eight letters and no vowels. Look at the glass again.")
    return code


def new_claim() -> str:
    """A seeded claim."""
    return spelled(secrets.token_bytes(32))


def digest(text: str) -> bytes:
    """What is kept of a code or a claim."""
    return hashlib.sha256(b"doorlight claim 1" + text.encode()).digest()


def words_match(key: str, typed: tuple[str, ...]) -> bool:
    """Whether the words that a person confirms are those of the key."""
    return tuple(word.strip().lower() for word in typed) == fingerprint_words(key)
