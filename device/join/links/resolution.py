"""From something that reads like a link to the meeting that it joins: unwrapped, taken apart, recognised."""

from device.join.links.address import WEB, Address, NotUsable, Rule, read_address
from device.join.links.candidates import Link
from device.join.links.recognition import Declared, Recognised, recognise
from device.join.links.vtc import Interop, interop_of
from device.join.links.wrappers import MOST, unwrapped, unwrapped_v3

_ENDS_EARLY = ",;'"


def resolve(link: Link, declared: Declared) -> Recognised | Interop:
    """What a link of a text leads to.

    Raises:
        NotUsable: nothing that is known, or nothing that may be used; the rule is that of the link as a whole.
    """
    first: NotUsable | None = None
    for text in _readings(link):
        try:
            found = resolve_text(text, declared)
        except NotUsable as error:
            first = first or error
            continue
        if link.runs_on and isinstance(found, Recognised) and found.match.place.named:
            raise NotUsable(Rule.RUNS_ON)
        return found
    raise first or NotUsable(Rule.NOT_AN_ADDRESS)


def _readings(link: Link) -> list[str]:
    """The ways to read where it ends, the likeliest first."""
    early = min((at for sign in _ENDS_EARLY if (at := link.text.find(sign)) > 0), default=0)
    readings = [link.text]
    if link.exact:
        readings.append(link.text.rstrip(".,;:!?*>]'"))
    if early and "urldefense" not in link.text[:40]:
        readings.append(link.text[:early])
    return list(dict.fromkeys(readings))


def resolve_text(text: str, declared: Declared) -> Recognised | Interop:
    """What an address leads to, its wrappers taken off.

    Raises:
        NotUsable: nothing that is known, or nothing that may be used.
    """
    for layer in range(MOST + 1):
        inside = unwrapped_v3(text)
        if inside is None:
            address = read_address(text)
            inside = unwrapped(address)
            if inside is None:
                return _reached(address, declared, wrapped=layer > 0)
        text = inside.strip()
    raise NotUsable(Rule.NESTED)


def _reached(address: Address, declared: Declared, *, wrapped: bool) -> Recognised | Interop:
    if wrapped and address.scheme not in WEB:
        raise NotUsable(Rule.SCHEME)
    return interop_of(address) or recognise(address, declared)
