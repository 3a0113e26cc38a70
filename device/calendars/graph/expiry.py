"""When the application's credential runs out."""

from datetime import UTC, datetime, time, timedelta

from device.calendars.graph.cures import new_credential
from device.calendars.graph.options import Options
from device.calendars.interface import Ailment, Complaint

SOON = timedelta(days=30)


def expires(options: Options) -> datetime | None:
    """The end of the certificate, or the day that the settings name for the secret; None where nothing tells."""
    if options.certificate:
        return _end_of(options.certificate)
    day = options.client_secret_expires
    return datetime.combine(day, time(), UTC) if options.client_secret and day else None


def complaint(options: Options, now: datetime) -> Complaint | None:
    """A credential that runs out soon, or of which nobody knows when."""
    end = expires(options)
    if end is None:
        if not options.client_secret:
            return None
        return Complaint(
            ailment=Ailment.CREDENTIAL_EXPIRES,
            evidence="the settings do not say when client_secret runs out",
            cure="Write client_secret_expires = YEAR-MONTH-DAY under [calendar], as Entra shows it.",
            seen=False,
        )
    if end - now > SOON:
        return None
    ends = "ended" if end <= now else "ends"
    return Complaint(
        ailment=Ailment.CREDENTIAL_EXPIRES, evidence=f"it {ends} on {end:%Y-%m-%d}", cure=new_credential(options)
    )


def _end_of(certificate: str) -> datetime | None:
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return load_pem_x509_certificate(certificate.encode()).not_valid_after_utc
    except ValueError:
        return None  # minting says so
