"""`users`: as much of the directory as a calendar program looks up."""

from device.emulator.directory import directory_id
from device.emulator.graph.call import Answer, Call, GraphError
from device.emulator.tenant import Tenant


async def get_user(tenant: Tenant, call: Call, key: str) -> Answer:
    """GET /users/{id}: somebody or some room, by id or address."""
    address = tenant.directory.address_of(key)
    if address is None:
        message = (
            f"Resource '{key[:80]}' does not exist or one of its queried reference-property objects are not present."
        )
        raise GraphError(404, "Request_ResourceNotFound", message)
    body = {
        "@odata.context": f"{call.base}/$metadata#users/$entity",
        "id": directory_id(address),
        "displayName": tenant.directory.name_of(address),
        "mail": address,
        "userPrincipalName": address,
    }
    return Answer(body=body)
