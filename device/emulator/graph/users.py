"""`users`: as much of the directory as a calendar program looks up."""

import re
from typing import Any

from device.emulator.directory import USERS, directory_id
from device.emulator.graph.call import Answer, Call, GraphError, bad_request
from device.emulator.graph.odata import page
from device.emulator.tenant import Tenant

LARGEST_PAGE, USUAL_PAGE = 999, 100
_START = r"startswith\(\s*(displayName|mail|userPrincipalName)\s*,\s*'((?:[^']|'')*)'\s*\)"
_STARTS = re.compile(_START, re.IGNORECASE)
_FILTER = re.compile(rf"\s*{_START}(?:\s+or\s+{_START})*\s*", re.IGNORECASE)
_BY_LOWER = {name.lower(): name for name in ("displayName", "mail", "userPrincipalName")}


async def list_users(tenant: Tenant, call: Call) -> Answer:
    """GET /users: everybody and every room, or those whose name or address begins with something."""
    if USERS not in call.app.roles:
        raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    _check_advanced(call)
    users = [_user(tenant, address) for address in (*tenant.directory.people, *tenant.directory.rooms)]
    wanted = _filter(call.query.get("$filter", ""))
    found = [user for user in users if not wanted or any(_begins(user[name], text) for name, text in wanted)]
    if order := call.query.get("$orderby", ""):
        found = sorted(found, key=lambda user: str(user[_property(order.partition(" ")[0])]).casefold())
    body = page([_chosen(user, call) for user in found], call, usual=USUAL_PAGE, largest=LARGEST_PAGE)
    return Answer(body=body | {"@odata.context": f"{call.base}/$metadata#users"})


async def get_user(tenant: Tenant, call: Call, key: str) -> Answer:
    """GET /users/{id}: somebody or some room, by id or address."""
    user = _user(tenant, known_address(tenant, key))
    return Answer(body={"@odata.context": f"{call.base}/$metadata#users/$entity", **_chosen(user, call)})


def known_address(tenant: Tenant, key: str) -> str:
    """The address of a user that exists.

    Raises:
        GraphError: there is none.
    """
    address = tenant.directory.address_of(key)
    if address is None:
        what = f"Resource '{key[:80]}' does not exist or one of its queried reference-property objects are not present."
        raise GraphError(404, "Request_ResourceNotFound", what)
    return address


def _user(tenant: Tenant, address: str) -> dict[str, Any]:
    return {
        "businessPhones": [],
        "displayName": tenant.directory.name_of(address),
        "givenName": None,
        "jobTitle": None,
        "mail": address,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": None,
        "userPrincipalName": address,
        "id": directory_id(address),
    }


def _check_advanced(call: Call) -> None:
    """To count, or to sort what is filtered, takes an advanced query."""
    query = call.query
    advanced = call.headers.get("consistencylevel", "").lower() == "eventual"
    counts = query.get("$count", "").lower() == "true"
    if "$skip" in query:
        raise bad_request("'$skip' is not supported by the service.", "Request_BadRequest")
    if counts and not advanced:
        raise bad_request("$count is not currently supported.", "Request_BadRequest")
    if query.get("$orderby") and query.get("$filter") and not (advanced and counts):
        raise bad_request("Sorting not supported for current query.", "Request_UnsupportedQuery")


def _filter(text: str) -> list[tuple[str, str]]:
    """What is to begin with what; anything else that Graph could filter by is not spoken here."""
    if text.strip() and not _FILTER.fullmatch(text):
        raise bad_request("Unsupported or invalid query filter clause specified.", "Request_UnsupportedQuery")
    return [(_BY_LOWER[match[1].lower()], match[2].replace("''", "'")) for match in _STARTS.finditer(text)]


def _begins(value: Any, text: str) -> bool:
    return isinstance(value, str) and value.casefold().startswith(text.casefold())


def _chosen(user: dict[str, Any], call: Call) -> dict[str, Any]:
    names = [_property(name) for name in call.query.get("$select", "").split(",") if name.strip()]
    return {name: user[name] for name in names} if names else user


def _property(name: str) -> str:
    """A property's name as it is spelt."""
    known = {key.lower(): key for key in ("businessPhones", "givenName", "jobTitle", "mobilePhone", "officeLocation")}
    known |= {"preferredlanguage": "preferredLanguage", "surname": "surname", "id": "id", **_BY_LOWER}
    if name.strip().lower() not in known:
        message = f"Could not find a property named '{name.strip()[:80]}' on type 'microsoft.graph.user'."
        raise bad_request(f"Parsing OData Select and Expand failed: {message}", "BadRequest")
    return known[name.strip().lower()]
