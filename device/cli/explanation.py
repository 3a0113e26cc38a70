"""Tells why a door says what it says: the agent's own explanation, put into words for people."""

from collections.abc import Iterator

from device.agent.explanation import Explanation, Rule, Verdict
from device.cli.telling import RULES, age, answer, clock, title_of
from device.model.value import Value

WEIGHTS = {
    Rule.OCCUPIES: "it occupies the room",
    Rule.CANCELLED: "it is cancelled",
    Rule.DECLINED: "the room declined it",
    Rule.SHOWN_AS_FREE: "it counts as free",
    Rule.ALL_DAY_IGNORED: "policy.all_day_occupies is off",
    Rule.TENTATIVE_IGNORED: "policy.tentative_occupies is off",
    Rule.NO_LENGTH: "it has no length",
}


class Told(Value, omit_defaults=False):
    """An explanation, where it comes from, and its sentences."""

    source: str
    """`agent`: what the running agent shows; `last`: what it showed last; `calendar`: read now, without an agent."""
    why: str
    """Why it is not from a running agent, where there should be one."""
    sentence: str
    """What the door says."""
    rule: str
    """The rule that decided, as a sentence."""
    explanation: Explanation


def told(explanation: Explanation, source: str, why: str = "") -> Told:
    """The explanation with its sentences."""
    return Told(
        source=source,
        why=why,
        sentence=answer(explanation.availability, explanation.room, explanation.at),
        rule=RULES[explanation.availability.reason],
        explanation=explanation,
    )


def lines(said: Told) -> Iterator[str]:
    """The explanation as text."""
    why = said.explanation
    now, zone = why.at, why.room.zone
    yield f"{why.room.name}, {clock(now, zone, now, seconds=True)} ({zone})"
    yield f"The door says: {said.sentence}"
    yield f"Rule {why.availability.reason.value}: {said.rule}"
    if why.decided_by:
        yield f"Decided by {_meeting(why.decided_by, why)}"
    yield from (f"Left out   {_meeting(one, why)}" for one in why.meetings if not one.occupies and one.bounds.end > now)
    yield f"It may change at {clock(why.availability.next_change, zone, now)}."
    yield ""
    yield _source(said)
    confirmed = f"{age(why.age)}{'' if why.fresh else ', which is too long ago'}" if why.age is not None else "never"
    yield f"Confirmed by the calendar: {confirmed}."
    yield f"Clock: {why.clock.value}."
    for hop in why.hops:
        heard = f", last good {age(now - hop.at)}" if hop.at else ""
        yield f"  {'✓' if hop.healthy else '✗'} {hop.hop.value}{f': {hop.fault}' if hop.fault else ''}{heard}"
    for one in why.skipped:
        yield f"  ✗ meeting {one.id} could not be read: {one.why}"


def _meeting(verdict: Verdict, why: Explanation) -> str:
    zone = why.room.zone
    starts, ends = (clock(instant, zone, why.at) for instant in (verdict.bounds.start, verdict.bounds.end))
    field = f"{verdict.field} = {verdict.value}"
    return f"{starts}–{ends} {title_of(verdict.occurrence)}: {WEIGHTS[verdict.rule]} ({field})"


def _source(said: Told) -> str:
    source = {
        "agent": "From the running agent.",
        "last": "From what the agent showed last.",
        "calendar": "Read from the calendar now.",
    }[said.source]
    return f"{said.why} {source}".strip()
