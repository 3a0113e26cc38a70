"""Which way each character runs: the Unicode bidirectional algorithm for one line without embeddings.

`SafeText` drops embeddings, overrides and isolates, so the rules X1–X8 have nothing to do; W1–W7, N0–N2, I1–I2 and
L1–L2 of UAX #9 are here. Own code because runs are cut by font as well as by direction, and a library that reorders
a string cannot tell which pieces it moved; fribidi is what the tests compare with.
"""

import unicodedata
from collections.abc import Iterator, Sequence

LTR, RTL = 0, 1
_STRONG = {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}
_NEUTRAL = frozenset(("B", "S", "WS", "ON"))
_PAIRS = "()[]{}（）［］｛｝「」『』【】⟨⟩⟪⟫〈〉《》〔〕〖〗｢｣⁅⁆⦅⦆"
_BRACKETS = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_MIRRORED = _BRACKETS | {"<": ">", "«": "»", "‹": "›", "≤": "≥"}
_MIRRORED |= {closing: opening for opening, closing in _MIRRORED.items()}


def base_level(text: str) -> int:
    """The direction of the first strong character, else left to right (P2, P3)."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return LTR if kind == "L" else RTL
    return LTR


def levels(text: str, base: int) -> list[int]:
    """The embedding level of every character; odd levels run right to left."""
    if base == LTR and text.isascii():
        return [LTR] * len(text)
    original = [unicodedata.bidirectional(character) or "L" for character in text]
    live = [at for at, kind in enumerate(original) if kind != "BN"]
    kinds = [original[at] for at in live]
    marks = {index for index, kind in enumerate(kinds) if kind == "NSM"}
    outside = "R" if base else "L"
    _resolve_marks(kinds, outside)
    _resolve_numbers(kinds, outside)
    for bracket in _resolve_brackets(kinds, [text[at] for at in live], outside):
        _carry_marks(kinds, bracket, marks)
    _resolve_neutrals(kinds, outside)
    found = [base] * len(text)
    for at, kind in zip(live, kinds, strict=True):
        found[at] = _implicit(kind, base)
    _inherit(found, original, base)
    return found


def visual_runs(found: Sequence[int]) -> list[tuple[int, int, int]]:
    """`(start, end, level)` of each stretch of one level, in the order in which they stand from left to right (L2)."""
    runs: list[tuple[int, int, int]] = []
    start = 0
    for at in range(1, len(found) + 1):
        if at == len(found) or found[at] != found[start]:
            runs.append((start, at, found[start]))
            start = at
    for level in range(max(found, default=0), 0, -1):
        runs = list(_reversed_from(level, runs))
    return runs


def mirrored(text: str) -> str:
    """The text with its brackets turned round, as a right-to-left run shows them (L4)."""
    return "".join(_MIRRORED.get(character, character) for character in text)


def _reversed_from(level: int, runs: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    waiting: list[tuple[int, int, int]] = []
    for run in runs:
        if run[2] >= level:
            waiting.append(run)
            continue
        yield from reversed(waiting)
        waiting.clear()
        yield run
    yield from reversed(waiting)


def _resolve_marks(kinds: list[str], outside: str) -> None:
    """W1: a mark is what it stands on. W2: a number after an Arabic letter is an Arabic number. W3: AL is R."""
    previous, strong = outside, outside
    for at, kind in enumerate(kinds):
        now = previous if kind == "NSM" else kind
        if now in ("L", "R", "AL"):
            strong = now
        elif now == "EN" and strong == "AL":
            now = "AN"
        previous = kinds[at] = now
    for at, kind in enumerate(kinds):
        if kind == "AL":
            kinds[at] = "R"


def _resolve_numbers(kinds: list[str], outside: str) -> None:
    """W4, W5: separators inside numbers and terminators beside them. W6, W7: the rest, and numbers after L."""
    _join_numbers(kinds)
    strong = outside
    for index, kind in enumerate(kinds):
        if kind in ("ES", "CS", "ET"):
            kinds[index] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"


def _join_numbers(kinds: list[str]) -> None:
    for at in range(1, len(kinds) - 1):
        before, kind, after = kinds[at - 1 : at + 2]
        if before == after and ((kind == "ES" and before == "EN") or (kind == "CS" and before in ("EN", "AN"))):
            kinds[at] = before
    for start, end in _stretches(kinds, frozenset(("ET",))):
        if (start and kinds[start - 1] == "EN") or (end < len(kinds) and kinds[end] == "EN"):
            kinds[start:end] = ["EN"] * (end - start)


def _resolve_brackets(kinds: list[str], characters: list[str], outside: str) -> Iterator[int]:
    """N0: a pair of brackets runs as what it encloses, or as what stands before it. Yields each one settled."""
    for opening, closing in _bracket_pairs(kinds, characters):
        inside = {_STRONG[kind] for kind in kinds[opening + 1 : closing] if kind in _STRONG}
        if outside in inside:
            direction = outside
        elif inside:
            earlier = (_STRONG[kind] for kind in reversed(kinds[:opening]) if kind in _STRONG)
            direction = "L" if outside == "R" else "R"
            if next(earlier, outside) != direction:
                direction = outside
        else:
            continue
        kinds[opening] = kinds[closing] = direction
        yield opening
        yield closing


def _carry_marks(kinds: list[str], bracket: int, marks: set[int]) -> None:
    at = bracket + 1
    while at in marks:
        kinds[at] = kinds[bracket]
        at += 1


def _bracket_pairs(kinds: list[str], characters: list[str]) -> list[tuple[int, int]]:
    stack: list[tuple[str, int]] = []
    pairs = []
    for at, character in enumerate(characters):
        if kinds[at] != "ON":
            continue
        if character in _BRACKETS:
            stack.append((_BRACKETS[character], at))
            continue
        for depth in range(len(stack) - 1, -1, -1):
            if stack[depth][0] == character:
                pairs.append((stack[depth][1], at))
                del stack[depth:]
                break
    return sorted(pairs)


def _resolve_neutrals(kinds: list[str], outside: str) -> None:
    """N1, N2: neutrals between two of a kind are of that kind, others follow the line."""
    for start, end in _stretches(kinds, _NEUTRAL):
        before = _STRONG[kinds[start - 1]] if start else outside
        after = _STRONG[kinds[end]] if end < len(kinds) else outside
        kinds[start:end] = [before if before == after else outside] * (end - start)


def _stretches(kinds: list[str], wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(kinds):
        start = at
        while at < len(kinds) and kinds[at] in wanted:
            at += 1
        if at > start:
            yield start, at
        at += 1


def _implicit(kind: str, base: int) -> int:
    """I1, I2."""
    if base == LTR:
        return {"L": 0, "R": 1}.get(kind, 2)
    return 1 if kind == "R" else 2


def _inherit(found: list[int], original: list[str], base: int) -> None:
    """X9 as it is shown: what has no direction stays with its neighbour. L1: spaces at the end follow the line."""
    for at, kind in enumerate(original):
        if kind == "BN":
            found[at] = found[at - 1] if at else base
    for at in range(len(original) - 1, -1, -1):
        if original[at] not in ("WS", "BN", "B", "S"):
            break
        found[at] = base
