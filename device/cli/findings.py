"""What `doorlight doctor` found: one finding a check, told as a table or as JSON."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from device.model.value import Value


class Verdict(StrEnum):
    """How a check ended."""

    GOOD = "good"
    WRONG = "wrong"
    SKIPPED = "skipped"


_MARKS = {Verdict.GOOD: "✓", Verdict.WRONG: "✗", Verdict.SKIPPED: "–"}


class Finding(Value, omit_defaults=False):
    """The end of one check."""

    check: str
    verdict: Verdict
    detail: str
    hint: str = ""
    """What to do, where something is wrong or was not looked at."""


class Findings(Value, omit_defaults=False):
    """All of them."""

    healthy: bool
    findings: tuple[Finding, ...]


def good(check: str, detail: str) -> Finding:
    """As it should be."""
    return Finding(check=check, verdict=Verdict.GOOD, detail=detail)


def wrong(check: str, detail: str, hint: str) -> Finding:
    """Not as it should be, and what to do."""
    return Finding(check=check, verdict=Verdict.WRONG, detail=detail, hint=hint)


def skipped(check: str, detail: str, hint: str = "") -> Finding:
    """Not looked at, why, and what would tell."""
    return Finding(check=check, verdict=Verdict.SKIPPED, detail=detail, hint=hint)


def conclude(findings: Iterable[Finding]) -> Findings:
    """All of them, and whether anything is wrong."""
    found = tuple(findings)
    return Findings(healthy=all(one.verdict is not Verdict.WRONG for one in found), findings=found)


def lines(found: Findings) -> Iterator[str]:
    """The table: a mark, the check, what was found; a hint below what is wrong."""
    width = max((len(one.check) for one in found.findings), default=0)
    for one in found.findings:
        yield f"{_MARKS[one.verdict]} {one.check:<{width}}  {one.detail}"
        if one.hint:
            yield f"  {'':<{width}}  → {one.hint}"
    wrongs = sum(one.verdict is Verdict.WRONG for one in found.findings)
    yield ""
    yield "Nothing is wrong." if not wrongs else f"{wrongs} thing{'s are' if wrongs > 1 else ' is'} wrong."
