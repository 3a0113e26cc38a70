"""Which service an address belongs to: its host looked up label by label, then the places of that service tried."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from device.join.links.address import Address, NotUsable, Rule, below
from device.join.links.places import Match, Place, match, passed_on
from device.join.links.services import Service
from device.model.value import Value

Declared = Mapping[Service, tuple[str, ...]]
"""Hosts of one's own, and all below them, by the service that runs there."""
_BY_FIRST_LABEL = 3
"""Labels that a host needs before its first one tells a service: `jitsi.example.org`, not `jitsi.org`."""


_TELLING = ("/webapp", "/invited.sf", "/rooms/", "/teams")
"""How the paths begin that are known at any host, gateways' pages included."""


class Recognised(Value):
    """An address that joins a meeting."""

    service: Service
    match: Match
    address: Address
    """As it was found."""
    joined: Address
    """The same, or what a page of the same host only passes on."""


class _Index:
    """The table of services, by host."""

    def __init__(self) -> None:
        self.alone: dict[str, list[tuple[Service, Place]]] = defaultdict(list)
        self.under: dict[str, list[tuple[Service, Place]]] = defaultdict(list)
        self.labels: dict[str, list[tuple[Service, Place]]] = defaultdict(list)
        self.anywhere: list[tuple[Service, Place]] = []
        for service in Service:
            for place in service.places:
                for host in place.hosts.split():
                    self._enter(host, service, place)

    def _enter(self, host: str, service: Service, place: Place) -> None:
        if host == "*":
            self.anywhere.append((service, place))
        elif host.endswith("*"):
            self.labels[host[:-1]].append((service, place))
        elif host != "-":
            if not host.startswith("<"):
                self.alone[host.lstrip(".")].append((service, place))
            if host.startswith(("<", ".")):
                self.under[host.lstrip("<.")].append((service, place))


@cache
def _index() -> _Index:
    return _Index()


@lru_cache(maxsize=2048)
def _of_host(host: str) -> tuple[tuple[Service, Place], ...]:
    return tuple(_looked_up(host))


def _looked_up(host: str) -> Iterator[tuple[Service, Place]]:
    index = _index()
    yield from index.alone.get(host, ())
    labels = host.split(".")
    for start in range(1, len(labels)):
        yield from index.under.get(".".join(labels[start:]), ())
    if len(labels) >= _BY_FIRST_LABEL:
        yield from index.labels.get(labels[0].partition("-")[0], ())


def knows_host(host: str) -> bool:
    """Whether any service is known to be there."""
    return bool(_of_host(host))


def leads_anywhere(rest: str) -> bool:
    """Whether what follows a host may be a path that is proof enough by itself."""
    return rest.startswith(_TELLING)


def places_of(host: str, declared: Declared) -> list[tuple[Service, Place]]:
    """Every place that an address at `host` can be."""
    own = [service for service, hosts in declared.items() if any(below(host, one) for one in hosts)]
    found = [(service, place) for service in own for place in service.places]
    found += _of_host(host)
    return found or _index().anywhere


def recognise(address: Address, declared: Declared) -> Recognised:
    """What an address joins.

    Raises:
        NotUsable: nothing, as far as is known.
    """
    found = places_of(address.host, declared)
    for _, place in found:
        passed = passed_on(address, place)
        inside = _first(passed, found) if passed else None
        if inside is not None:
            return Recognised(service=inside.service, match=inside.match, address=address, joined=inside.address)
    joined = _first(address, found)
    if joined is None:
        raise NotUsable(Rule.UNKNOWN_HOST if found is _index().anywhere else Rule.NO_JOIN)
    return joined


def _first(address: Address, places: list[tuple[Service, Place]]) -> Recognised | None:
    for service, place in places:
        found = match(address, place) if not place.inner else None
        if found is not None:
            return Recognised(service=service, match=found, address=address, joined=address)
    return None
