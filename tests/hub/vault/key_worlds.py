"""For each key provider the far side that the contract suite is run against, with every fault that it can have.

AWS is moto with key states enforced; PKCS#11 is SoftHSM2; a file and a credential are files; Google, Azure and
Vault/OpenBao are small simulators of their published HTTP contracts. Each is driven by the vendor's own library.
"""

import base64
import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from simulators.azure_vault import TENANT, AzureVault
from simulators.google_kms import NAME, GoogleKms, refused
from simulators.listener import Call, Refused, Service, cut, hang, rubbish, serving
from simulators.transit import TOKEN, Transit

from device.model.secret import Secret
from hub.vault.errors import Corrupt, Denied, Disabled, KeyFault, NotFound, Throttled, Unreachable
from hub.vault.interface import KeyOptions, KeyProvider
from hub.vault.local_keys import fresh
from hub.vault.providers import KeyProviders

Fault = Callable[[], None]
QUICK = 1.0
"""Seconds that a provider waits for its far side in these tests."""


@dataclass(slots=True, kw_only=True)
class KeyWorld:
    """A far side, and how to break it."""

    member: KeyProviders
    options: KeyOptions
    faults: dict[str, tuple[type[KeyFault], Fault]]
    """What may be wrong, by a name for people, and the error that it must become."""
    heal: Fault
    rotate: Callable[[], KeyOptions]
    """A new version of the key; the options that know it."""
    context_seen: Callable[[], bool] | None = None
    """Whether the far side was told the tenant, where it has a place for that."""
    fatal: frozenset[str] = field(default_factory=frozenset)
    """Faults that nothing heals."""

    def open(self) -> AbstractAsyncContextManager[KeyProvider]:
        return self.member.load().open(self.options)


@contextmanager
def file_world(folder: Path) -> Iterator[KeyWorld]:
    from hub.vault.providers.file import Options

    path = folder / "hub.key"
    kind, options = KeyProviders.FILE.load(), Options(path=str(path), timeout=QUICK)
    assert kind.make is not None
    kind.make(options)
    whole = path.read_bytes()

    def write(content: bytes, mode: int = 0o400) -> None:
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        path.chmod(mode)

    def rotate() -> KeyOptions:
        nonlocal whole
        assert kind.renew is not None
        kind.renew(options)
        whole = path.read_bytes()
        return options

    def folder_in_its_place() -> None:
        path.unlink()
        path.mkdir(mode=0o700)

    def heal() -> None:
        if path.is_dir():
            path.rmdir()
        write(whole)

    yield KeyWorld(
        member=KeyProviders.FILE,
        options=options,
        faults={
            "gone": (NotFound, path.unlink),
            "another key": (NotFound, lambda: write(fresh().text().reveal().encode())),
            "open to a group": (Denied, lambda: write(whole, 0o440)),
            "open to all": (Denied, lambda: write(whole, 0o404)),
            "somebody else's": (Denied, lambda: os.chown(path, 12345, 12345) if os.getuid() == 0 else path.chmod(0)),
            "cut": (Corrupt, lambda: write(whole[:-20])),
            "empty": (Corrupt, lambda: write(b"")),
            "a folder": (Unreachable, folder_in_its_place),
        },
        heal=heal,
        rotate=rotate,
    )


@contextmanager
def credential_world(folder: Path) -> Iterator[KeyWorld]:
    from hub.vault.providers.systemd_credential import Options

    raw = os.urandom(32)
    path, before = folder / "doorlight-hub-key", folder / "before"
    path.write_bytes(raw)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CREDENTIALS_DIRECTORY", str(folder))

        def rotate() -> KeyOptions:
            before.write_bytes(path.read_bytes())
            path.write_bytes(os.urandom(32))
            return Options(previous="before", timeout=QUICK)

        def folder_in_its_place() -> None:
            path.unlink()
            path.mkdir()

        def heal() -> None:
            environment.setenv("CREDENTIALS_DIRECTORY", str(folder))
            if path.is_dir():
                path.rmdir()
            path.write_bytes(raw)

        yield KeyWorld(
            member=KeyProviders.SYSTEMD_CREDENTIAL,
            options=Options(timeout=QUICK),
            faults={
                "not passed": (NotFound, path.unlink),
                "no credentials at all": (NotFound, lambda: environment.delenv("CREDENTIALS_DIRECTORY")),
                "another key": (NotFound, lambda: void(path.write_bytes(os.urandom(32)))),
                "cut": (Corrupt, lambda: void(path.write_bytes(raw[:-1]))),
                "a folder": (Unreachable, folder_in_its_place),
            },
            heal=heal,
            rotate=rotate,
        )


def void(_: object) -> None:
    """Nothing, for a lambda that must return nothing."""


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
    import trustme

    from hub.vault.providers.azure_key_vault import Options

    authority, vault = trustme.CA(), AzureVault()
    bundle = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    import ssl

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with serving(Service(vault.answer), tls) as service, pytest.MonkeyPatch.context() as environment:
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            environment.delenv(name, raising=False)
        vault.service = service

        def heal() -> None:
            service.fault, vault.enabled, vault.exists, vault.expires = None, True, True, None

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


SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "482913"


def token_folder(folder: Path) -> None:
    """Let SoftHSM keep its tokens there, for this process: a PKCS#11 library reads its settings once."""
    tokens = folder / "tokens"
    tokens.mkdir(exist_ok=True)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)


class Token:
    """A token of SoftHSM with one key, as its owner handles it."""

    def __init__(self) -> None:
        import pkcs11

        self.label = uuid.uuid4().hex[:16]
        self.pin = PIN
        start = ("--init-token", "--free", "--label", self.label, "--so-pin", "0000", "--pin", PIN)
        subprocess.run(["softhsm2-util", *start], check=True, capture_output=True)
        self._library = pkcs11.lib(str(SOFTHSM))
        self._library.reinitialize()

    @contextmanager
    def session(self) -> Iterator[Any]:
        with self._library.get_token(token_label=self.label).open(rw=True, user_pin=self.pin) as opened:
            yield opened

    def make(self, name: str) -> KeyOptions:
        from pkcs11 import Attribute, KeyType

        from hub.vault.providers.pkcs11 import Options

        with self.session() as opened:
            secret = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.MODIFIABLE: True}
            opened.generate_key(KeyType.AES, 256, label=name, store=True, template=secret)
        return Options(module=str(SOFTHSM), token=self.label, key=name, pin=Secret(PIN), timeout=10)

    def switch(self, *, on: bool) -> None:
        from pkcs11 import Attribute, ObjectClass

        with self.session() as opened:
            kek = opened.get_key(label="kek-1", object_class=ObjectClass.SECRET_KEY)
            kek[Attribute.DECRYPT], kek[Attribute.ENCRYPT] = on, on

    def rename(self, name: str, other: str) -> None:
        from pkcs11 import Attribute, ObjectClass

        with self.session() as opened:
            opened.get_key(label=name, object_class=ObjectClass.SECRET_KEY)[Attribute.LABEL] = other

    def change_pin(self, new: str) -> None:
        with self.session() as opened:
            opened.set_pin(self.pin, new)
        self.pin = new

    def heal(self) -> None:
        from pkcs11 import Attribute

        if self.pin != PIN:
            self.change_pin(PIN)
        with self.session() as opened:
            gone = not list(opened.get_objects({Attribute.LABEL: "kek-1"}))
        if gone:
            self.rename("elsewhere", "kek-1")
        self.switch(on=True)


@contextmanager
def pkcs11_world(folder: Path) -> Iterator[KeyWorld]:
    token = Token()
    yield KeyWorld(
        member=KeyProviders.PKCS11,
        options=token.make("kek-1"),
        faults={
            "PIN changed": (Denied, lambda: token.change_pin("111111")),
            "not to be used": (Disabled, lambda: token.switch(on=False)),
            "gone": (NotFound, lambda: token.rename("kek-1", "elsewhere")),
        },
        heal=token.heal,
        rotate=lambda: token.make("kek-2"),
    )


WORLDS: dict[KeyProviders, Callable[..., AbstractContextManager[KeyWorld]]] = {
    KeyProviders.AWS_KMS: aws_world,
    KeyProviders.AZURE_KEY_VAULT: azure_world,
    KeyProviders.FILE: file_world,
    KeyProviders.GOOGLE_CLOUD_KMS: google_world,
    KeyProviders.PKCS11: pkcs11_world,
    KeyProviders.SYSTEMD_CREDENTIAL: credential_world,
    KeyProviders.VAULT_TRANSIT: transit_world,
}


def require(member: KeyProviders) -> None:
    """Skip where the far side is not installed."""
    if member is KeyProviders.PKCS11 and not (SOFTHSM.exists() and shutil.which("softhsm2-util")):
        pytest.skip("SoftHSM2 is not installed")
