"""What is wrong in the emulated world just now, switched at run time by tests, the console and a scenario's script."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from device.model.value import Value


class Network(StrEnum):
    """How the office's servers can be reached."""

    UP = "up"
    CUT = "cut"
    """Every connection, old or new, is reset."""
    SILENT = "silent"
    """Connections are accepted and nothing ever answers: what a firewall that drops packets looks like from above."""


class Fault(StrEnum):
    """One way in which an answer can be wrong: first Graph's own answers, then what sits between."""

    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    GATEWAY_TIMEOUT = "gateway-timeout"
    SERVER_ERROR = "server-error"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - the name of a fault
    """The token endpoint refuses the credential."""

    HTML = "html"
    """A captive portal's page, with status 200."""
    REDIRECT = "redirect"
    """A captive portal's redirection to its page."""
    RESET = "reset"
    """The connection is reset when the request has arrived."""
    LOST_ANSWER = "lost-answer"
    """The request is carried out and the connection reset in place of the answer."""
    TRUNCATED = "truncated"
    """The answer breaks off in the middle."""
    GARBAGE = "garbage"
    """Status 200, the right type, and no JSON."""
    HUGE = "huge"
    """An answer of 16 MB."""
    SLOW = "slow"
    """One byte a second."""


BETWEEN = frozenset(
    (Fault.HTML, Fault.REDIRECT, Fault.RESET, Fault.LOST_ANSWER, Fault.TRUNCATED, Fault.GARBAGE, Fault.HUGE, Fault.SLOW)
)
"""Faults of the way there, which know nothing of Graph and may hit the token endpoint as well."""
TOKENS = "/token"
ENTRA = (TOKENS, "/.well-known/", "/adminconsent", "/o/oauth2/")
"""Pieces of the paths where access is given out, Entra's and Google's: a calendar's errors do not come from there."""


class Rule(Value):
    """One fault and the requests that it hits."""

    fault: Fault
    path: str = ""
    """Only requests whose path holds this, e.g. a room's address or `/events`; empty: all that the fault can hit."""
    method: str = ""
    times: int | None = None
    """How many requests more; None: until cleared."""
    retry_after: str = ""
    """The header's value as it is sent: `5`, `2.128`, or empty for none."""

    def hits(self, method: str, path: str) -> bool:
        """Whether it is about this request."""
        if self.method and self.method != method:
            return False
        if self.path:
            return self.path in path
        if self.fault is Fault.WRONG_SECRET:
            return TOKENS in path
        return self.fault in BETWEEN or not any(piece in path for piece in ENTRA)


class Faults:
    """All that is wrong now. Every change takes effect on the next request, a cut network at once."""

    def __init__(self) -> None:
        self._network = Network.UP
        self._rules: list[Rule] = []
        self._watchers: list[Callable[[], None]] = []
        self.latency = 0.0
        """Seconds of the machine's time before each answer."""
        self.drop_notifications = False
        """Subscriptions look healthy and nothing is delivered."""

    @property
    def network(self) -> Network:
        """How the office's servers can be reached."""
        return self._network

    @network.setter
    def network(self, network: Network) -> None:
        self._network = network
        for watcher in self._watchers:
            watcher()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The faults that are switched on."""
        return tuple(self._rules)

    def add(
        self, fault: Fault, *, path: str = "", method: str = "", times: int | None = None, retry_after: str = ""
    ) -> None:
        """Switch a fault on, for some requests and some number of times; the latest that hits a request decides."""
        self._rules.append(Rule(fault=fault, path=path, method=method, times=times, retry_after=retry_after))

    def remove(self, fault: Fault) -> None:
        """Switch one kind of fault off."""
        self._rules = [rule for rule in self._rules if rule.fault is not fault]

    def clear_rules(self) -> None:
        """Switch every fault of answers off; the network stays as it is."""
        self._rules.clear()

    def clear(self) -> None:
        """Everything is right again."""
        self.clear_rules()
        self.latency = 0.0
        self.drop_notifications = False
        self.network = Network.UP

    def take(self, method: str, path: str) -> Rule | None:
        """The fault that this request meets; it counts as one time."""
        for at in reversed(range(len(self._rules))):
            rule = self._rules[at]
            if rule.hits(method, path):
                self._count(at, rule)
                return rule
        return None

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` whenever the network goes or comes."""
        self._watchers.append(watcher)

    def _count(self, at: int, rule: Rule) -> None:
        if rule.times is None:
            return
        if rule.times <= 1:
            del self._rules[at]
        else:
            self._rules[at] = msgspec.structs.replace(rule, times=rule.times - 1)
