"""Why something is no way in, in sentences, for `doorlight links --why`."""

from collections.abc import Iterator

from device.join.links import Look, WayIn
from device.join.links.address import Rule
from device.join.policy import Allowed, JoinPolicy, Judgement, Reason
from device.model.safetext import SafeText

RULES = {
    Rule.TOO_LONG: "It is longer than any meeting's address.",
    Rule.NOT_AN_ADDRESS: "It is no address.",
    Rule.SCHEME: "It begins with something that no meeting's address does, or a wrapper hides such a one.",
    Rule.BROKEN: "There is a space, a control character or a backslash in it.",
    Rule.USERINFO: "There is an @ before its host: what looks like the host is none.",
    Rule.PORT: "It names a port.",
    Rule.PERCENT_IN_HOST: "Its host is written in percent signs.",
    Rule.NOT_ASCII: "Its host has letters of another script: it may only look like a known one.",
    Rule.NAME: "Its host is no name that a host can have.",
    Rule.NUMERIC_HOST: "Its host is a number.",
    Rule.DOTS: "Its path climbs with dots.",
    Rule.AMBIGUOUS: "A parameter that decides is there twice and says two things.",
    Rule.RUNS_ON: "Letters of another script follow at once, so where the name ends would be a guess.",
    Rule.UNKNOWN_HOST: "No service is known at its host; name one's own with --host SERVICE=HOST.",
    Rule.NO_JOIN: "It is a service's page, and none that joins a meeting.",
    Rule.SEALED: "A link protection hides the address, and only its maker can open it.",
    Rule.NESTED: "It is wrapped more often than is believed.",
    Rule.NOT_DIALABLE: "It is nothing that a room system could dial.",
    Rule.TOO_MANY: "There are more meetings in one text than are told apart.",
}
REASONS = {
    Reason.ADDRESS: "It is not written plainly.",
    Reason.SERVICE: "The service is not on the list of those that may be joined.",
    Reason.HOST: "Its host is not on the list.",
    Reason.MISMATCH: "It is another service than it was told to be.",
    Reason.CHARACTERS: "It has characters that no dial string has.",
    Reason.DOMAIN: "Its domain is not on the list of those that may be dialled.",
    Reason.GATEWAY: "Its gateway is not on the list of those that may be dialled.",
    Reason.NUMBER: "It would call a telephone number.",
    Reason.DEAR: "The number costs more than a call.",
}
_SHOWN = 160


def lines(found: Look, policy: JoinPolicy) -> Iterator[str]:
    """What was looked at, what became of it, and what a room would do with each way in."""
    if not found.noticed:
        yield "There is nothing in it that reads like a link or something to dial."
    for one in found.noticed:
        mark, why = ("✓", "a way in") if one.rule is None else ("✗", RULES[one.rule])
        yield f"{mark} {one.field}: {SafeText(one.what, limit=_SHOWN)}"
        yield f"    → {why}"
    for way in found.ways:
        yield from _judged(way, policy)


def _judged(way: WayIn, policy: JoinPolicy) -> Iterator[str]:
    """What a room with the rules as they come would say."""
    judged = policy.judge(way)
    verdicts = (("web", judged.web), ("SIP", judged.sip), ("H.323", judged.h323))
    for kind, judgement in verdicts:
        if judgement is not None:
            yield f"{'✓' if isinstance(judgement, Allowed) else '✗'} {way.service.value} by {kind}: {_said(judgement)}"


def _said(judgement: Judgement) -> str:
    if isinstance(judgement, Allowed):
        return f"a room may join it, at {SafeText(judgement.host)}"
    why = RULES[judgement.rule] if judgement.rule else REASONS[judgement.reason]
    return f"a room refuses it, unless its settings say otherwise. {why}"
