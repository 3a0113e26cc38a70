"""Google's OAuth: the token endpoint with its three grants, the page of consent, and taking back."""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt

from device.emulator.google.call import Answer
from device.emulator.google.grants import Grant
from device.emulator.google.workspace import SERVICE_ACCOUNT, WEB_CLIENT, Workspace
from device.emulator.notifier import may_call

TOKEN = "/token"  # noqa: S105 - a path
CONSENT = "/o/oauth2/v2/auth"
REVOKE = "/revoke"
AUDIENCE = "https://oauth2.googleapis.com/token"
SKEW = timedelta(minutes=5)
LONGEST = timedelta(hours=1)
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TIMES = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)


def is_oauth(path: str) -> bool:
    """Whether a path is one of these."""
    return path in (TOKEN, CONSENT, REVOKE)


def answer_oauth(workspace: Workspace, method: str, path: str, fields: Mapping[str, str], here: str) -> Answer:
    """The answer to a request; `fields` are its form's, or its query's, and `here` is where the office is."""
    if path == CONSENT:
        return _consent(workspace, fields)
    if method != "POST":
        return _refused("invalid_request", "Only POST is allowed.", 405)
    if path == REVOKE:
        known = workspace.grants.revoke(fields.get("token", ""))
        return Answer(body={}) if known else _refused("invalid_token", "Token expired or revoked")
    grants = {JWT_BEARER: _assertion, "refresh_token": _refresh, "authorization_code": _code}
    grant = grants.get(fields.get("grant_type", ""))
    if grant is None:
        return _refused("unsupported_grant_type", f"Invalid grant_type: {fields.get('grant_type', '')[:40]}")
    return grant(workspace, fields, here)


def wrong_secret() -> Answer:
    """What a wrong credential is answered with."""
    return _refused("invalid_client", "The OAuth client was not found.", 401)


def _assertion(workspace: Workspace, fields: Mapping[str, str], here: str) -> Answer:
    """RFC 7523: signed by the service account, for one hour at the most, about now, for scopes that it may have."""
    try:
        claims: dict[str, Any] = jwt.decode(
            fields.get("assertion", ""),
            key=workspace.key.public_key(),
            algorithms=["RS256"],
            audience=[AUDIENCE, f"{here}{TOKEN}"],
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["iat", "exp", "iss"]},
        )
    except jwt.InvalidSignatureError:
        return _refused("invalid_grant", "Invalid JWT Signature.")
    except jwt.InvalidTokenError:
        return _refused("invalid_grant", "Bad Request")
    if workspace.tenant.secret_expired:
        return _refused("invalid_grant", "Invalid JWT Signature.")
    if claims["iss"] != SERVICE_ACCOUNT:
        return _refused("invalid_grant", "Invalid grant: account not found")
    if not _is_timely(workspace, claims):
        return _refused("invalid_grant", _TIMES)
    return _assigned(workspace, frozenset(str(claims.get("scope", "")).split()), claims.get("sub") or "")


def _assigned(workspace: Workspace, scopes: frozenset[str], subject: str) -> Answer:
    """Access for the service account, or for a person for whom an administrator lets it stand."""
    if not scopes:
        return _refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    if subject and not workspace.knows(subject):
        return _refused("invalid_grant", "Invalid email or User ID")
    if subject and not scopes <= workspace.delegated:
        text = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any "
        return _refused("unauthorized_client", f"{text}of the scopes requested.", 401)
    return _granted(workspace, Grant(account=subject or SERVICE_ACCOUNT, scopes=scopes, delegated=bool(subject)))


def _is_timely(workspace: Workspace, claims: Mapping[str, Any]) -> bool:
    now = workspace.now.timestamp()
    issued, expires = claims["iat"], claims["exp"]
    if not isinstance(issued, int | float) or not isinstance(expires, int | float):
        return False
    skew = SKEW.total_seconds()
    return issued - skew <= now <= expires + skew and expires - issued <= LONGEST.total_seconds()


def _refresh(workspace: Workspace, fields: Mapping[str, str], here: str) -> Answer:
    """RFC 6749 §6: the same access again, or less of it."""
    del here
    if not _is_client(workspace, fields):
        return _wrong_client()
    grant = workspace.grants.of_refresh(fields.get("refresh_token", ""))
    if grant is None or workspace.tenant.secret_expired:
        return _refused("invalid_grant", "Token has been expired or revoked.")
    wanted = frozenset(fields.get("scope", "").split()) or grant.scopes
    if not wanted <= grant.scopes:
        return _refused("invalid_scope", "Some requested scopes were invalid.")
    return _granted(workspace, Grant(account=grant.account, scopes=wanted))


def _code(workspace: Workspace, fields: Mapping[str, str], here: str) -> Answer:
    """RFC 6749 §4.1.3 with RFC 7636: a code for the client that asked, at the address that it named."""
    del here
    if not _is_client(workspace, fields):
        return _wrong_client()
    consent = workspace.grants.take(fields.get("code", ""))
    if consent is None:
        return _refused("invalid_grant", "Malformed auth code.")
    if consent.redirect_uri != fields.get("redirect_uri") or consent.client_id != fields.get("client_id"):
        return _refused("redirect_uri_mismatch", "Bad Request")
    if not consent.fits(fields.get("code_verifier", "")):
        return _refused("invalid_grant", "Invalid code verifier.")
    more = {"refresh_token": workspace.grants.refresh(consent.grant)} if consent.offline else {}
    return _granted(workspace, consent.grant, more)


def _is_client(workspace: Workspace, fields: Mapping[str, str]) -> bool:
    secret = fields.get("client_secret", "").encode()
    return fields.get("client_id") == WEB_CLIENT and hmac.compare_digest(secret, workspace.web_secret.reveal().encode())


def _consent(workspace: Workspace, fields: Mapping[str, str]) -> Answer:
    """The page of consent, on which everybody has made up their mind already: it sends the browser back at once."""
    redirect = fields.get("redirect_uri", "")
    if fields.get("client_id") != WEB_CLIENT:
        return _refused("invalid_client", "The OAuth client was not found.", 401)
    if not may_call(redirect) or urlsplit(redirect).fragment:
        return _refused("redirect_uri_mismatch", "The redirect URI is not on this machine.")
    scopes = frozenset(fields.get("scope", "").split())
    challenge, method = fields.get("code_challenge", ""), fields.get("code_challenge_method", "plain")
    back = {"state": fields["state"]} if "state" in fields else {}
    if fields.get("response_type") != "code" or not scopes or (challenge and method != "S256"):
        back["error"] = "invalid_request"
    elif not workspace.consenting:
        back["error"] = "access_denied"
    else:
        grant = Grant(account=workspace.consenting, scopes=scopes)
        offline = fields.get("access_type") == "offline" and fields.get("prompt") == "consent"
        code = workspace.grants.code(grant, WEB_CLIENT, redirect, challenge, offline=offline)
        back |= {"code": code, "scope": " ".join(sorted(scopes))}
    parts = urlsplit(redirect)
    query = "&".join(filter(None, (parts.query, urlencode(back))))
    return Answer(status=302, headers={"Location": parts._replace(query=query).geturl()})


def _granted(workspace: Workspace, grant: Grant, more: Mapping[str, str] | None = None) -> Answer:
    body = {
        "access_token": workspace.grants.access(grant),
        "expires_in": workspace.grants.life,
        "scope": " ".join(sorted(grant.scopes)),
        "token_type": "Bearer",
        **(more or {}),
    }
    return Answer(body=body)


def _wrong_client() -> Answer:
    return _refused("invalid_client", "Unauthorized", 401)


def _refused(error: str, description: str, status: int = 400) -> Answer:
    return Answer(status=status, body={"error": error, "error_description": description})
