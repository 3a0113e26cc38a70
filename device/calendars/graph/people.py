"""People of the organisation's directory. The permission `User.ReadBasic.All` is enough, and it is given in Entra.

That permission shows names and addresses of everybody and nothing else. Without it nobody is found and all else works.
"""

from collections.abc import Iterator
from typing import Any

from device.calendars.graph.mailbox import pairs
from device.calendars.graph.service import Service
from device.calendars.interface import Person
from device.model.errors import MalformedAnswer
from device.model.safetext import SafeText

MOST = 25
LONGEST = 64
"""Characters of what is looked for."""
_KEYS = ("displayName", "mail", "userPrincipalName")
_HEADERS = {"ConsistencyLevel": "eventual"}
"""To filter and to sort in one question is an advanced query, which wants this header and `$count` (facts: A2)."""


async def find_people(service: Service, text: str) -> tuple[Person, ...]:
    """Those whose name or address begins with `text`, by name, at most `MOST`.

    Raises:
        AccessDenied: the directory may not be read.
    """
    wanted = str(SafeText(text)).strip()[:LONGEST]
    if not wanted:
        return ()
    quoted = wanted.replace("'", "''")
    query = {
        "$filter": " or ".join(f"startswith({key},'{quoted}')" for key in _KEYS),
        "$select": ",".join(_KEYS),
        "$orderby": "displayName",
        "$count": "true",
        "$top": str(MOST),
    }
    answer = await service.ask("GET", f"{service.root}/users?{pairs(query)}", headers=_HEADERS)
    plain = answer.json()
    users = plain.get("value") if isinstance(plain, dict) else None
    if not isinstance(users, list):
        raise MalformedAnswer("JSON that is no list of users")
    return tuple(person for user in users[:MOST] for person in _person(user))


def _person(user: Any) -> Iterator[Person]:
    """The person that a user is, if there is an address to invite."""
    if not isinstance(user, dict):
        return
    name, mail, principal = (value if isinstance(value := user.get(key), str) else "" for key in _KEYS)
    address = mail or principal
    if "@" in address and address == SafeText(address):
        yield Person(name=SafeText(name) or SafeText(address), address=address)
