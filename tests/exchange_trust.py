"""exchangelib for tests: made to trust an authority while a test lasts, since its settings name none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from exchangelib.protocol import BaseProtocol, close_connections


@contextmanager
def trusting(bundle: str) -> Iterator[None]:
    """Every connection of exchangelib's goes by the authorities in this file."""

    class Trusting(requests.adapters.HTTPAdapter):
        def get_connection_with_tls_context(
            self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
        ) -> Any:
            return super().get_connection_with_tls_context(request, bundle, proxies, cert)

        def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
            super().cert_verify(conn, url, bundle, cert)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseProtocol, "HTTP_ADAPTER_CLS", Trusting)
        yield
    close_connections()
    gc.collect()
