"""Many texts in one row of bytes, so that no two lists of texts give the same row: each is preceded by its length."""

from collections.abc import Mapping


def framed(*parts: str | bytes) -> bytes:
    """The parts, each after its length in four bytes."""
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def framed_mapping(mapping: Mapping[str, str]) -> bytes:
    """Keys and values, in the order of the keys."""
    return framed(*(text for key in sorted(mapping) for text in (key, mapping[key])))
