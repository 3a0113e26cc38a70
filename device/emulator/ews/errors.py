"""How Exchange says no: a fault of the whole request, or one answer of several."""

from xml.etree.ElementTree import Element

from device.emulator.ews.xml import ERRORS, TYPES, node


class EwsError(Exception):
    """A `ResponseCode` that programs go by, and a text that they must not.

    Args:
        code: one of Exchange's response codes.
        text: its sentence.
        fault: whether the request as a whole is answered by a SOAP fault.
        values: what `MessageXml` holds, such as `BackOffMilliseconds`.
    """

    def __init__(self, code: str, text: str, *, fault: bool = False, values: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.fault = fault
        self.values = values or {}

    def parts(self) -> list[Element]:
        """What stands in a response message in place of its content."""
        told = [node("m:MessageText", self.text), node("m:ResponseCode", self.code), node("m:DescriptiveLinkKey", "0")]
        if self.values:
            told.append(node("m:MessageXml", *self._values()))
        return told

    def as_fault(self) -> Element:
        """The SOAP fault."""
        detail = [
            node("e:ResponseCode", self.code, xmlns__e=ERRORS),
            node("e:Message", self.text, xmlns__e=ERRORS),
            node("t:MessageXml", *self._values()) if self.values else None,
        ]
        return node(
            "s:Fault",
            node("faultcode", f"a:{self.code}", xmlns__a=TYPES),
            node("faultstring", self.text, xml__lang="en-US"),
            node("detail", *detail),
        )

    def _values(self) -> list[Element]:
        return [node("t:Value", value, Name=name) for name, value in self.values.items()]


def access_denied() -> EwsError:
    """The caller may not do this with this mailbox."""
    return EwsError("ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def no_mailbox() -> EwsError:
    """Nobody has this address."""
    return EwsError("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.", fault=True)


def item_not_found() -> EwsError:
    """There is no such item, or none that the caller may know of."""
    return EwsError("ErrorItemNotFound", "The specified object was not found in the store.")


def malformed_id() -> EwsError:
    """The id is none that Exchange made."""
    return EwsError("ErrorInvalidIdMalformed", "Id is malformed.")


def schema_violation(what: str) -> EwsError:
    """The request is not of the schema."""
    values = {"LineNumber": "1", "LinePosition": "1", "Violation": what[:200]}
    return EwsError("ErrorSchemaValidation", "The request failed schema validation.", fault=True, values=values)


def invalid_request(text: str = "The request is invalid.") -> EwsError:
    """The request makes no sense."""
    return EwsError("ErrorInvalidRequest", text)


def busy(milliseconds: int | None) -> EwsError:
    """The caller has used up its budget."""
    values = {} if milliseconds is None else {"BackOffMilliseconds": str(milliseconds)}
    text = "The server cannot service this request right now. Try again later."
    return EwsError("ErrorServerBusy", text, fault=True, values=values)
