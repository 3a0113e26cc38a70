"""All that a kiosk may ever write to a terminal, as one grammar; whatever does not parse is foreign."""

import re

_MODES = "1049|25|1004|2004|7|1000|1003|1015|1006|2026|2048"
_GRAMMAR = re.compile(
    "|".join(
        (
            r"\x1b\[[0-9;:]*m",  # colours and weights
            r"\x1b\[[0-9]+;[0-9]+H",  # where to write
            rf"\x1b\[\?(?:{_MODES})[hl]",  # the modes that Textual sets
            r"\x1b\[\?(?:2026|2048)\$p",  # the two questions it asks
            r"\x1b\[>[0-9]+u|\x1b\[<u",  # the keyboard protocol, on and off
            r"\x1b\]22;[a-z-]+\x07",  # the pointer's shape, which Textual sets
            r"\x1b\[2J",  # the first paint's own
            r"\x1b[78]",  # there and back, around an image
            r"\x1bP[0-9;]*q[\"0-9;#!$?-~-]*\x1b\\",  # sixel images
            r"\x1b_G[a-zA-Z0-9=,]*(?:;[A-Za-z0-9+/=]*)?\x1b\\",  # kitty images
            r"\r\n",
            r"[^\x00-\x1f\x7f-\x9f]+",
        )
    )
)
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def foreign(written: bytes) -> list[str]:
    """What in the stream is none of the kiosk's doing, at most ten places of it."""
    text = written.decode("utf-8", errors="strict")
    found, at = [], 0
    while at < len(text) and len(found) < 10:
        match = _GRAMMAR.match(text, at)
        if match is None:
            found.append(f"{at}: {text[max(0, at - 20) : at + 40]!r}")
            at += 1
            continue
        if match[0][0] != "\x1b" and _TURNING.search(match[0]):
            found.append(f"{at}: a direction control in {match[0][:60]!r}")
        at = match.end()
    return found
