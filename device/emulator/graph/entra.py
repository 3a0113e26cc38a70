"""Entra's pages: the discovery document, the token endpoint, and the one on which administrators let an app in."""

import hmac
import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.x509 import load_pem_x509_certificate

from device.emulator.directory import App
from device.emulator.graph.call import Answer
from device.emulator.notifier import may_call
from device.emulator.tenant import Tenant

_TOKEN = re.compile(r"/([^/]+)/oauth2/v2\.0/token", re.IGNORECASE)
_DISCOVERY = re.compile(r"/([^/]+)(?:/v2\.0)?/\.well-known/openid-configuration", re.IGNORECASE)
_CONSENT = re.compile(r"/([^/]+)/v2\.0/adminconsent", re.IGNORECASE)
_WHICHEVER = "organizations"
SCOPE = "/.default"
WRONG_SECRET = 7000215
EXPIRED_SECRET = 7000222
WRONG_SIGNATURE = 700027


def is_entra(path: str) -> bool:
    """Whether the path is one of Entra's."""
    return bool(_TOKEN.fullmatch(path) or _DISCOVERY.fullmatch(path) or _CONSENT.fullmatch(path))


def answer_entra(tenant: Tenant, method: str, path: str, form: Mapping[str, str], authority: str) -> Answer:
    """The answer to a request to Entra.

    Args:
        tenant: whose Entra it is.
        method: of HTTP.
        path: one of Entra's.
        form: what was sent: the form of a POST, else the query.
        authority: where Entra is reached, without the tenant.
    """
    if consent := _CONSENT.fullmatch(path):
        return _consent(tenant, consent[1].lower(), form)
    discovery = _DISCOVERY.fullmatch(path)
    if discovery:
        return Answer(body=_discovery(discovery[1], authority))
    match = _TOKEN.fullmatch(path)
    if match is None or method != "POST":
        return _refused(tenant, 404, "invalid_request", 900144, "The request is not one that this endpoint knows.")
    if match[1].lower() not in (tenant.id, tenant.domain):
        return _refused(tenant, 400, "invalid_request", 90002, f"Tenant '{match[1][:64]}' not found.")
    return _token(tenant, form, authority, match[1])


def _consent(tenant: Tenant, name: str, query: Mapping[str, str]) -> Answer:
    """Send the browser back: the office's administrator has made up their mind."""
    back = query.get("redirect_uri", "")
    if name not in (tenant.id, tenant.domain, _WHICHEVER) or query.get("client_id") not in tenant.apps:
        return _refused(tenant, 400, "unauthorized_client", 700016, "The application was not found in the directory.")
    if not may_call(back):
        return _refused(tenant, 400, "invalid_request", 50011, "The redirect URI is not one of the application's.")
    if tenant.consent_declined:
        told = {
            "error": "access_denied",
            "error_description": "AADSTS65004: User declined to consent.",
            "admin_consent": "True",
        }
    else:
        told = {"admin_consent": "True", "scope": query.get("scope", "")}
    answer = urlencode({**told, "tenant": tenant.id, "state": query.get("state", "")})
    return Answer(status=302, headers={"Location": f"{back}{'&' if '?' in back else '?'}{answer}"})


def _token(tenant: Tenant, form: Mapping[str, str], authority: str, name: str) -> Answer:
    if form.get("grant_type") != "client_credentials":
        text = "The app needs to access a service that it has not been granted."
        return _refused(tenant, 400, "unsupported_grant_type", 70003, text)
    scope = form.get("scope", "").split(" ")[0]
    if not scope.endswith(SCOPE):
        text = f"The provided value for scope {scope[:80]} is not valid. Client credential flows must have /.default."
        return _refused(tenant, 400, "invalid_scope", 1002012, text)
    app = tenant.apps.get(form.get("client_id", ""))
    if app is None:
        text = f"Application with identifier '{form.get('client_id', '')[:64]}' was not found in the directory."
        return _refused(tenant, 400, "unauthorized_client", 700016, text)
    if tenant.secret_expired:
        return _refused(tenant, 401, "invalid_client", EXPIRED_SECRET, "The provided client secret keys are expired.")
    if "client_assertion" in form:
        if not _signed(app, form["client_assertion"], f"{authority}/{name}"):
            text = "Client assertion contains an invalid signature."
            return _refused(tenant, 401, "invalid_client", WRONG_SIGNATURE, text)
    elif not _proves(app, form):
        return wrong_secret(tenant)
    life = int(tenant.tokens.life.total_seconds())
    token = tenant.tokens.issue(app, tenant.id, scope.removesuffix(SCOPE))
    return Answer(body={"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token})


def _proves(app: App, form: Mapping[str, str]) -> bool:
    """Whether the request carries the app's secret."""
    return hmac.compare_digest(form.get("client_secret", "").encode(), app.secret.reveal().encode())


def _signed(app: App, assertion: str, tenant_url: str) -> bool:
    """Whether the assertion is signed with the key of the app's certificate, and meant for this endpoint.

    Its times are not looked at: they are the machine's, and the office lives in a time of its own.
    """
    if not app.certificate:
        return False
    key = load_pem_x509_certificate(app.certificate.encode()).public_key()
    try:
        jwt.decode(
            assertion,
            key=key,  # type: ignore[arg-type]
            algorithms=["RS256", "PS256"],
            audience=[f"{tenant_url}/oauth2/v2.0/token", f"{tenant_url}/v2.0"],
            issuer=app.client_id,
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError:
        return False
    return True


def wrong_secret(tenant: Tenant) -> Answer:
    """What a wrong secret is answered with."""
    text = "Invalid client secret provided. Ensure the secret being sent is the client secret value, not its ID."
    return _refused(tenant, 401, "invalid_client", WRONG_SECRET, text)


def _refused(tenant: Tenant, status: int, error: str, code: int, text: str) -> Answer:
    trace, now = str(uuid.uuid4()), tenant.clock.now
    description = f"AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {trace} Timestamp: {now:%Y-%m-%d %H:%M:%SZ}"
    body = {
        "error": error,
        "error_description": description,
        "error_codes": [code],
        "timestamp": f"{now:%Y-%m-%d %H:%M:%SZ}",
        "trace_id": trace,
        "correlation_id": trace,
    }
    return Answer(status=status, body=body)


def _discovery(tenant: str, authority: str) -> dict[str, Any]:
    here = f"{authority}/{tenant}"
    return {
        "token_endpoint": f"{here}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{here}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{here}/v2.0",
        "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{here}/oauth2/v2.0/devicecode",
    }
