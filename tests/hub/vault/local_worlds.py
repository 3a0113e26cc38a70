"""Far sides on this machine: a file, a credential, and SoftHSM2 by its PKCS#11 library."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from key_world import QUICK, KeyWorld

from device.model.secret import Secret
from hub.vault.errors import Corrupt, Denied, Disabled, NotFound, Unreachable
from hub.vault.interface import KeyOptions
from hub.vault.local_keys import fresh
from hub.vault.providers import KeyProviders


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
