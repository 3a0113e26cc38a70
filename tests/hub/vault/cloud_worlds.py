"""Far sides over HTTP: moto with key states enforced, and small simulators of what Azure, Google and Vault publish."""

import base64
import contextlib
import http.client
import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from key_world import QUICK, Fault, KeyWorld
from local_worlds import void
from simulators.azure_vault import TENANT, AzureVault
from simulators.google_kms import NAME, GoogleKms, refused
from simulators.listener import Call, Refused, Service, cut, hang, rubbish, serving
from simulators.transit import TOKEN, Transit

from device.model.secret import Secret
from hub.vault.errors import Denied, Disabled, KeyFault, NotFound, Throttled, Unreachable
from hub.vault.interface import KeyOptions
from hub.vault.providers import KeyProviders


@contextmanager
def transit_world(folder: Path) -> Iterator[KeyWorld]:
    from hub.vault.providers.vault_transit import Options

    engine = Transit()
    with serving(Service(engine.answer)) as service:

        def heal() -> None:
            service.fault, engine.token, engine.exists, engine.soft_deleted = None, TOKEN, True, False
            engine.min_decryption_version = 1

        def rotate() -> KeyOptions:
            engine.rotate()
            return options

        options = Options(address=service.address, key="door", token=Secret(TOKEN), timeout=QUICK)
        yield KeyWorld(
            member=KeyProviders.VAULT_TRANSIT,
            options=options,
            faults={
                "policy taken away": (Denied, lambda: setattr(engine, "token", "another")),
                "version switched off": (Disabled, lambda: setattr(engine, "min_decryption_version", 2)),
                "soft-deleted": (Disabled, lambda: setattr(engine, "soft_deleted", True)),
                "deleted": (NotFound, lambda: setattr(engine, "exists", False)),
                **_http_faults(service, lambda: Refused(429, {"errors": []}), lambda: Refused(503, {"errors": []})),
            },
            heal=heal,
            rotate=rotate,
            context_seen=lambda: any(_told(call.body.get("associated_data", "")) for call in service.calls),
            service=service,
        )


@contextmanager
def google_world(folder: Path) -> Iterator[KeyWorld]:
    from hub.vault.providers.google_cloud_kms import Options

    kms = GoogleKms()
    with serving(Service(kms.answer)) as service:

        def heal() -> None:
            service.fault, kms.exists = None, True
            kms.enter("ENABLED")

        def rotate() -> KeyOptions:
            kms.rotate()
            return options

        def denied(_: Call) -> None:
            raise refused(403, "PERMISSION_DENIED", "Permission 'cloudkms.useToDecrypt' denied.")

        options = Options(key=NAME, account=service_account(), endpoint=service.address, timeout=QUICK)
        yield KeyWorld(
            member=KeyProviders.GOOGLE_CLOUD_KMS,
            options=options,
            faults={
                "role taken away": (Denied, lambda: setattr(service, "fault", denied)),
                "disabled": (Disabled, lambda: kms.enter("DISABLED")),
                "waits for destruction": (Disabled, lambda: kms.enter("DESTROY_SCHEDULED")),
                "destroyed": (NotFound, lambda: kms.enter("DESTROYED")),
                "unknown": (NotFound, lambda: setattr(kms, "exists", False)),
                **_http_faults(
                    service,
                    lambda: refused(429, "RESOURCE_EXHAUSTED", "Quota exceeded."),
                    lambda: refused(503, "UNAVAILABLE", "The service is unavailable."),
                ),
            },
            heal=heal,
            service=service,
            rotate=rotate,
            context_seen=lambda: any(_told(call.body.get("additionalAuthenticatedData", "")) for call in service.calls),
        )


def service_account() -> Secret:
    """An account's key as Google gives it out; it signs its own tokens, so nobody is asked for one."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "type": "service_account",
        "project_id": "doorlight",
        "private_key_id": "1",
        "private_key": key.decode(),
        "client_email": "hub@doorlight.example",
        "client_id": "1",
        "token_uri": "https://token.example/",
    }
    return Secret(json.dumps(account))


@contextmanager
def azure_world(folder: Path) -> Iterator[KeyWorld]:
    from hub.vault.providers.azure_key_vault import Options

    authority, vault = trustme.CA(), AzureVault()
    bundle = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with serving(Service(vault.answer), tls) as service, pytest.MonkeyPatch.context() as environment:
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            environment.delenv(name, raising=False)
        vault.service = service

        def heal() -> None:
            service.fault, vault.enabled, vault.exists = None, True, True

        def rotate() -> KeyOptions:
            vault.rotate()
            return options

        def denied(call: Call) -> None:
            if call.headers.get("authorization"):
                message = "Caller is not authorized to perform action on resource."
                raise Refused(403, {"error": {"code": "Forbidden", "message": message}})

        options = Options(
            vault=service.address,
            key="hub",
            tenant=TENANT,
            client_id="door",
            client_secret=Secret("secret"),
            authority=service.address,
            ca_bundle=str(bundle),
            timeout=QUICK,
        )
        yield KeyWorld(
            member=KeyProviders.AZURE_KEY_VAULT,
            options=options,
            faults={
                "role taken away": (Denied, lambda: setattr(service, "fault", denied)),
                "disabled": (Disabled, lambda: setattr(vault, "enabled", False)),
                "deleted": (NotFound, lambda: setattr(vault, "exists", False)),
                **_http_faults(
                    service,
                    lambda: Refused(429, {"error": {"code": "Throttled", "message": "Too many."}}),
                    lambda: Refused(503, {"error": {"code": "Unavailable", "message": "Later."}}),
                ),
            },
            heal=heal,
            service=service,
            rotate=rotate,
        )


def _http_faults(
    service: Service, throttled: Callable[[], Refused], away: Callable[[], Refused]
) -> dict[str, tuple[type[KeyFault], Fault]]:
    """What may happen to any service that is reached over HTTP."""

    def order(fault: Callable[[Call], None]) -> Fault:
        return lambda: setattr(service, "fault", fault)

    def refusing(refusal: Callable[[], Refused]) -> Callable[[Call], None]:
        def refuse(_: Call) -> None:
            raise refusal()

        return refuse

    return {
        "throttled": (Throttled, order(refusing(throttled))),
        "out of order": (Unreachable, order(refusing(away))),
        "silent": (Unreachable, order(hang)),
        "cut": (Unreachable, order(cut)),
        "rubbish": (Unreachable, order(rubbish)),
    }


def _told(text: str) -> bool:
    return b"contoso" in base64.b64decode(text)


@contextmanager
def moto() -> Iterator[int]:
    """moto's KMS, strict; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Path(__file__).parent / "simulators" / "strict_moto.py"
    with subprocess.Popen(
        [sys.executable, program, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            for _ in range(600):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                threading.Event().wait(0.05)
            yield port
        finally:
            running.kill()


@contextmanager
def aws_world(folder: Path, port: int) -> Iterator[KeyWorld]:
    import boto3

    from hub.vault.providers.aws_kms import Options

    admin = boto3.client(
        "kms",
        region_name="eu-central-1",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    key = admin.create_key()["KeyMetadata"]

    def forward(call: Call) -> Any:
        there = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        kept = {name: value for name, value in call.headers.items() if name not in ("host", "content-length")}
        there.request(call.method, call.path, call.raw, kept)
        answer = there.getresponse()
        body = answer.read()
        there.close()
        if answer.status != 200:
            raise Refused(answer.status, body)
        return body

    def refusing(code: str, status: int = 400) -> Callable[[Call], None]:
        def refuse(_: Call) -> None:
            raise Refused(status, {"__type": code, "message": "no"})

        return refuse

    def order(fault: Callable[[Call], None]) -> Fault:
        return lambda: setattr(service, "fault", fault)

    with serving(Service(forward)) as service:

        def heal() -> None:
            service.fault = None
            with contextlib.suppress(admin.exceptions.ClientError):
                admin.cancel_key_deletion(KeyId=key["KeyId"])
            admin.enable_key(KeyId=key["KeyId"])

        def rotate() -> KeyOptions:
            """moto has one material a key and tells no id of it, so another key plays the next version."""
            return Options(
                key_id=admin.create_key()["KeyMetadata"]["Arn"],
                access_key_id="a",
                secret_access_key=Secret("b"),
                endpoint=service.address,
                timeout=QUICK,
            )

        yield KeyWorld(
            member=KeyProviders.AWS_KMS,
            options=Options(
                key_id=key["Arn"],
                access_key_id="a",
                secret_access_key=Secret("b"),
                endpoint=service.address,
                timeout=QUICK,
            ),
            faults={
                "grant taken away": (Denied, order(refusing("AccessDeniedException"))),
                "session over": (Denied, order(refusing("ExpiredTokenException"))),
                "disabled": (Disabled, lambda: void(admin.disable_key(KeyId=key["KeyId"]))),
                "waits for deletion": (
                    Disabled,
                    lambda: void(admin.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)),
                ),
                "deleted": (NotFound, order(refusing("NotFoundException"))),
                "throttled": (Throttled, order(refusing("ThrottlingException"))),
                "out of order": (Unreachable, order(refusing("KMSInternalException", 500))),
                "key store away": (Unreachable, order(refusing("KeyUnavailableException", 500))),
                "silent": (Unreachable, order(hang)),
                "cut": (Unreachable, order(cut)),
            },
            heal=heal,
            rotate=rotate,
            context_seen=lambda: any(
                call.body.get("EncryptionContext", {}).get("tenant") == "contoso" for call in service.calls
            ),
        )
