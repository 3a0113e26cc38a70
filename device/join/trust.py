"""Whom a driver believes to be the room system: a certificate that was approved, or authorities.

Codecs show certificates that they signed themselves. Such a one is approved once by its SHA-256 fingerprint in the
settings, and from then on no other is spoken to: it is compared within the handshake, before a password is sent.
"""

import hashlib
import hmac
import ssl

from device.join.interface import CannotJoin
from device.model.joining import Cause
from device.model.value import Value


class Reached(Value):
    """How a room system is reached over TLS."""

    host: str
    port: int = 443
    fingerprint: str = ""
    """SHA-256 of the certificate that was approved, in hexadecimal digits, with or without colons."""
    ca_bundle: str = ""
    """PEM file with the authorities to trust in place of the system's."""


class Unapproved(ssl.SSLError):
    """The system shows another certificate than the one that was approved."""


def trust(reached: Reached) -> ssl.SSLContext:
    """TLS by which only that system is believed.

    Raises:
        CannotJoin: CERTIFICATE where the authorities cannot be read.
    """
    if not reached.fingerprint:
        try:
            return ssl.create_default_context(cafile=reached.ca_bundle or None)
        except OSError as error:
            raise CannotJoin(Cause.CERTIFICATE, "the authorities cannot be read") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = _approving(reached.fingerprint.replace(":", "").lower())
    return context


def _approving(approved: str) -> type[ssl.SSLObject]:
    class Approving(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            shown = hashlib.sha256(self.getpeercert(binary_form=True) or b"").hexdigest()
            if not hmac.compare_digest(shown, approved):
                raise Unapproved("the certificate is another than the one that was approved")

    return Approving
