"""The second factor: codes that change every half minute (TOTP, RFC 6238). Pure but for the secret that is drawn."""

from datetime import datetime, timedelta

import pyotp
import segno

from device.model.secret import Secret

STEP = timedelta(seconds=30)
LEEWAY = 1
"""Steps by which a phone's clock may differ."""
ISSUER = "Doorlight"


def new_secret() -> Secret:
    """160 random bits, as apps take them."""
    return Secret(pyotp.random_base32())


def step_of(secret: Secret, code: str, now: datetime, used: int) -> int | None:
    """The step whose code this is, if it comes after the last one that was used; None: it is no code.

    A code is good once (RFC 6238 §5.2).
    """
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdecimal():
        return None
    otp = pyotp.TOTP(secret.reveal())
    present = otp.timecode(now)
    for step in range(present - LEEWAY, present + LEEWAY + 1):
        if step > used and pyotp.utils.strings_equal(otp.generate_otp(step), digits):
            return step
    return None


def address_of(secret: Secret, name: str) -> str:
    """What an app reads from the QR code."""
    return pyotp.TOTP(secret.reveal()).provisioning_uri(name=name, issuer_name=ISSUER)


def picture_of(secret: Secret, name: str) -> str:
    """The same as a QR code: SVG without a style, for a page."""
    drawn: str = segno.make(address_of(secret, name), error="m").svg_inline(
        scale=4, border=3, dark="#000", light="#fff", omitsize=False, svgclass="qr", lineclass=None
    )
    return drawn
