"""One request to Exchange and the answer to it, free of HTTP's machinery."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from device.emulator.ews.errors import EwsError, schema_violation
from device.emulator.ews.exchange import Caller
from device.emulator.ews.xml import MESSAGES, SOAP, TYPES, M, S, T, node, said
from device.emulator.ews.zones import zone_of

# fmt: off
VERSIONS = frozenset((
    "Exchange2007", "Exchange2007_SP1", "Exchange2010", "Exchange2010_SP1", "Exchange2010_SP2", "Exchange2013",
    "Exchange2013_SP1", "Exchange2015", "Exchange2016", "V2015_10_05", "V2016_01_06", "V2016_04_13", "V2016_07_13",
    "V2016_10_10", "V2017_01_07", "V2017_04_14", "V2017_07_11", "V2017_10_09", "V2018_01_08",
))
# fmt: on
"""The schemas that this server takes."""
BUILD = {"MajorVersion": "15", "MinorVersion": "2", "MajorBuildNumber": "1748", "MinorBuildNumber": "10"}
"""What Exchange Server Subscription Edition says of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request after the door: who asks, and for what."""

    operation: str
    body: Element
    """The operation's element."""
    caller: Caller
    zone: tzinfo = UTC
    """In which times are answered."""
    backend: str = ""
    """The server behind the address that it was led to."""

    def answer(self, results: Iterable[list[Element] | EwsError]) -> Element:
        """The operation's response: one message for each result."""
        messages = [response_message(f"m:{self.operation}ResponseMessage", result) for result in results]
        return node(f"m:{self.operation}Response", node("m:ResponseMessages", *messages))


def response_message(tag: str, result: list[Element] | EwsError) -> Element:
    """One message: what was asked for, or why not."""
    if isinstance(result, EwsError):
        return node(tag, *result.parts(), ResponseClass="Error")
    return node(tag, node("m:ResponseCode", "NoError"), *result, ResponseClass="Success")


def parse(data: bytes) -> tuple[Element, Element]:
    """Header and operation of a SOAP envelope.

    Raises:
        EwsError: it is none.
    """
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise schema_violation("The request is no well-formed XML.") from error
    body = root.find(f"{S}Body")
    operation = body[0] if root.tag == f"{S}Envelope" and body is not None and len(body) == 1 else None
    if operation is None or not operation.tag.startswith(M):
        raise schema_violation("The body holds no operation.")
    header = root.find(f"{S}Header")
    return node("s:Header") if header is None else header, operation


def operation_of(element: Element) -> str:
    """What is asked for; availability's element is called otherwise than its operation."""
    return element.tag.removeprefix(M).removesuffix("Request")


def sid_of(header: Element) -> str:
    """Whom the request wants to act as, as it is written there."""
    sid = header.find(f"{T}ExchangeImpersonation/{T}ConnectingSID")
    if sid is None:
        return ""
    names = (said(sid, f"{T}{name}") for name in ("PrimarySmtpAddress", "SmtpAddress", "PrincipalName"))
    return next(filter(None, names), "?")


def zone_in(header: Element) -> tzinfo:
    """The zone that times shall be answered in.

    Raises:
        EwsError: Exchange does not know it.
    """
    definition = header.find(f"{T}TimeZoneContext/{T}TimeZoneDefinition")
    return UTC if definition is None else zone_of(definition.get("Id", ""))


def check_version(header: Element) -> None:
    """Refuse a schema that this server does not speak.

    Raises:
        EwsError: it is one.
    """
    element = header.find(f"{T}RequestServerVersion")
    wanted = "" if element is None else element.get("Version", "")
    if wanted and wanted not in VERSIONS:
        raise EwsError("ErrorInvalidServerVersion", "The specified server version is invalid.", fault=True)


def streamed(content: Element) -> Element:
    """A document of a stream, which Exchange spells in a way of its own: the envelope has no prefix."""
    return node(
        "Envelope",
        node("soap11:Header", _version(), xmlns__soap11=SOAP),
        node("soap11:Body", content, xmlns__soap11=SOAP),
        xmlns=SOAP,
        xmlns__t=TYPES,
        xmlns__m=MESSAGES,
    )


def _version() -> Element:
    return node("t:ServerVersionInfo", Version="V2017_07_11", **BUILD)


def envelope(content: Element) -> Element:
    """A response, or a fault, as it goes out."""
    return node(
        "s:Envelope",
        node("s:Header", _version()),
        node("s:Body", content),
        xmlns__s=SOAP,
        xmlns__t=TYPES,
        xmlns__m=MESSAGES,
    )
