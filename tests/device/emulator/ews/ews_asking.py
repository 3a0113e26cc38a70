"""How tests ask the office's Exchange by hand: envelopes of their own, and what is in the answers."""

import ssl
from xml.etree.ElementTree import Element

import httpx
from defusedxml.ElementTree import fromstring

from device.emulator.office import Office

ROOM = "aurora@office.example"
T = "{http://schemas.microsoft.com/exchange/services/2006/types}"
M = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
CALENDAR = '<t:DistinguishedFolderId Id="calendar"/>'
WHOLE = "<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>"
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">'
    "<s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
)


def acting_as(room: str, kind: str = "PrimarySmtpAddress") -> str:
    """The header that impersonates."""
    sid = f"<t:ConnectingSID><t:{kind}>{room}</t:{kind}></t:ConnectingSID>"
    return f"<t:ExchangeImpersonation>{sid}</t:ExchangeImpersonation>"


def envelope(body: str, header: str = "") -> bytes:
    return _ENVELOPE.format(header=header, body=body).encode()


def client_of(office: Office, **options: object) -> httpx.AsyncClient:
    """A client that trusts the office's authority and signs in by Basic."""
    auth = (office.exchange.username, office.exchange.password.reveal())
    context = ssl.create_default_context(cafile=str(office.ca_bundle))
    usual = {"auth": auth, "timeout": 10, "trust_env": False}
    return httpx.AsyncClient(verify=context, headers={"Content-Type": "text/xml"}, **(usual | options))  # type: ignore[arg-type]


class EwsClient:
    """Asks by envelopes."""

    def __init__(self, http: httpx.AsyncClient, office: Office) -> None:
        self.http = http
        self._url = office.ews

    async def send(self, body: str, header: str | None = None) -> httpx.Response:
        told = acting_as(ROOM) if header is None else header
        return await self.http.post(self._url, content=envelope(body, told))

    async def ask(self, body: str, header: str | None = None) -> Element:
        """What is in the body of the answer."""
        answer = await self.send(body, header)
        assert answer.headers["content-type"].startswith("text/xml"), answer.text
        inside = fromstring(answer.content).find("{http://schemas.xmlsoap.org/soap/envelope/}Body")
        assert inside is not None
        return inside[0]

    async def code(self, body: str, header: str | None = None) -> str:
        """The first response code, of a message or of a fault."""
        inside = await self.ask(body, header)
        found = [each.text or "" for each in inside.iter() if each.tag.rpartition("}")[2] == "ResponseCode"]
        return found[0]

    async def subjects(self, day: str = "2026-11-23", header: str | None = None) -> list[str]:
        inside = await self.ask(view(f"{day}T00:00:00Z", f"{day}T23:59:59Z"), header)
        return [each.text or "" for each in inside.iter(f"{T}Subject")]


def view(start: str, end: str, most: int = 1000, folder: str = CALENDAR, shape: str = WHOLE) -> str:
    """`FindItem` with a calendar view."""
    window = f'<m:CalendarView MaxEntriesReturned="{most}" StartDate="{start}" EndDate="{end}"/>'
    return (
        f'<m:FindItem Traversal="Shallow">{shape}{window}<m:ParentFolderIds>{folder}</m:ParentFolderIds></m:FindItem>'
    )


def create(item: str, invitations: str = "SendToNone", folder: str = CALENDAR) -> str:
    """`CreateItem` with one meeting."""
    place = f"<m:SavedItemFolderId>{folder}</m:SavedItemFolderId>"
    told = f' SendMeetingInvitations="{invitations}"' if invitations else ""
    return f"<m:CreateItem{told}>{place}<m:Items><t:CalendarItem>{item}</t:CalendarItem></m:Items></m:CreateItem>"


def times(start: str, end: str) -> str:
    return f"<t:Start>2026-11-23T{start}:00Z</t:Start><t:End>2026-11-23T{end}:00Z</t:End>"


def update(identifier: str, key: str, change: str, rule: str = "NeverOverwrite") -> str:
    """`UpdateItem` of one item."""
    version = f' ChangeKey="{key}"' if key else ""
    updates = f'<t:ItemChange><t:ItemId Id="{identifier}"{version}/><t:Updates>{change}</t:Updates></t:ItemChange>'
    return (
        f'<m:UpdateItem ConflictResolution="{rule}" MessageDisposition="SaveOnly"'
        f' SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges>{updates}</m:ItemChanges></m:UpdateItem>'
    )


def set_field(uri: str, element: str) -> str:
    path = f'<t:FieldURI FieldURI="{uri}"/>'
    return f"<t:SetItemField>{path}<t:CalendarItem>{element}</t:CalendarItem></t:SetItemField>"


def get(identifier: str) -> str:
    return f'<m:GetItem>{WHOLE}<m:ItemIds><t:ItemId Id="{identifier}"/></m:ItemIds></m:GetItem>'


def delete(identifier: str, cancellations: str = "SendToNone") -> str:
    told = f' SendMeetingCancellations="{cancellations}"' if cancellations else ""
    wanted = f'<m:ItemIds><t:ItemId Id="{identifier}"/></m:ItemIds>'
    return f'<m:DeleteItem DeleteType="HardDelete"{told}>{wanted}</m:DeleteItem>'


def reply(kind: str, identifier: str) -> str:
    item = f'<t:{kind}><t:ReferenceItemId Id="{identifier}"/></t:{kind}>'
    return f'<m:CreateItem MessageDisposition="SendOnly"><m:Items>{item}</m:Items></m:CreateItem>'


def ids(inside: Element) -> list[tuple[str, str]]:
    """The ids and versions in an answer."""
    return [(each.get("Id", ""), each.get("ChangeKey", "")) for each in inside.iter(f"{T}ItemId")]
