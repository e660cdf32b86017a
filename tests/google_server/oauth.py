"""OAuth's token endpoint: an assertion, a refresh token or a consent's code, for an access token."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
EMAIL = "bookings@sample-project.iam.gserviceaccount.com"
CLIENT_ID = "sample-client.apps.googleusercontent.com"
ALL_SCOPES = (
    "https://www.googleapis.com/auth/calendar.events https://www.googleapis.com/auth/calendar.readonly"
)


class GrantRefused(Exception):
    """The token endpoint says no, in the words of RFC 6749."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass
class Code:
    """What somebody has consented to; redeemed once."""

    redirect_uri: str
    challenge: str
    scopes: str
    offline: bool
    until: float
    used: bool = False


class TokenEndpoint:
    """Grants access tokens and knows which of them still count."""

    def __init__(self, token_uri: str, lifetime: int = 3600) -> None:
        self.token_uri = token_uri
        self.lifetime = lifetime
        self.client_secret = secrets.token_hex(8)
        self.refresh_token = secrets.token_hex(16)
        self.revoked = False
        self.consented: set[str] = set()
        """The refresh tokens that consents have given."""
        self.answer_to_code: dict[str, Any] = {}
        """What the answer to a code says otherwise than usual; None leaves it out."""
        self._codes: dict[str, Code] = {}
        self.granted = 0
        self._key = _key()
        self._key_id = secrets.token_hex(8)
        self._tokens: dict[str, tuple[float, set[str]]] = {}

    def service_account_info(self, token_uri: str = "") -> dict[str, str]:
        """A key file as Google hands it out."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return {
            "type": "service_account",
            "project_id": "sample-project",
            "private_key_id": self._key_id,
            "private_key": pem.decode(),
            "client_email": EMAIL,
            "client_id": "100000000000000000000",
            "token_uri": token_uri or self.token_uri,
            "universe_domain": "googleapis.com",
        }

    def token_info(self, token_uri: str = "") -> dict[str, Any]:
        """A stored token as google-auth-oauthlib writes it, its access token long expired."""
        return {
            "token": "expired",
            "refresh_token": self.refresh_token,
            "token_uri": token_uri or self.token_uri,
            "client_id": CLIENT_ID,
            "client_secret": self.client_secret,
            "scopes": ALL_SCOPES.split(),
            "universe_domain": "googleapis.com",
            "account": "",
            "expiry": "2020-01-01T00:00:00Z",
        }

    def scopes_of(self, token: str) -> set[str] | None:
        """What a token may do; None where it is unknown or has expired."""
        until, scopes = self._tokens.get(token, (0.0, set()))
        return scopes if until > time.time() else None

    def forget_tokens(self) -> None:
        """Let every access token end at once."""
        self._tokens.clear()

    def consent(self, asked: dict[str, str], scopes: list[str]) -> str:
        """A code for what somebody has allowed on the consent page."""
        code = "4/" + secrets.token_urlsafe(24)
        self._codes[code] = Code(
            asked["redirect_uri"],
            asked["code_challenge"],
            " ".join(scopes),
            asked.get("access_type") == "offline",
            time.time() + 600,
        )
        return code

    def withdraw(self) -> None:
        """The owner takes every consent back, as under myaccount.google.com/connections."""
        self.consented.clear()
        self.forget_tokens()

    def grant(self, form: dict[str, str]) -> dict[str, Any]:
        """Answer a token request. Raises GrantRefused."""
        kind = form.get("grant_type", "")
        if self.revoked:
            raise GrantRefused("invalid_grant", "Token has been expired or revoked.")
        if kind == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            scopes = self._assertion_scopes(form.get("assertion", ""))
        elif kind == "refresh_token":
            if form.get("client_id") != CLIENT_ID or form.get("client_secret") != self.client_secret:
                raise GrantRefused("invalid_client", "The OAuth client was not found.")
            if form.get("refresh_token") not in self.consented | {self.refresh_token}:
                raise GrantRefused("invalid_grant", "Bad Request")
            scopes = form.get("scope", ALL_SCOPES)
        elif kind == "authorization_code":
            return self._redeemed(form)
        else:
            raise GrantRefused("unsupported_grant_type", f"Invalid grant_type: {kind}")
        return self._granted(scopes)

    def _granted(self, scopes: str) -> dict[str, Any]:
        token = "ya29." + secrets.token_urlsafe(24)
        self._tokens[token] = (time.time() + self.lifetime, set(scopes.split()))
        self.granted += 1
        return {"access_token": token, "expires_in": self.lifetime, "scope": scopes, "token_type": "Bearer"}

    def _redeemed(self, form: dict[str, str]) -> dict[str, Any]:
        """As strict as a server may be: client in the body, PKCE, the exact redirect, each code once."""
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != self.client_secret:
            raise GrantRefused("invalid_client", "The OAuth client was not found.")
        code = self._codes.get(form.get("code", ""))
        if code is None or code.used or code.until < time.time():
            raise GrantRefused("invalid_grant", "Malformed or used auth code.")
        code.used = True
        if form.get("redirect_uri") != code.redirect_uri:
            raise GrantRefused("redirect_uri_mismatch", "Bad Request")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != code.challenge:
            raise GrantRefused("invalid_grant", "Invalid code verifier.")
        granted = self._granted(code.scopes)
        if code.offline:
            granted["refresh_token"] = "1//" + secrets.token_urlsafe(24)
            self.consented.add(granted["refresh_token"])
        told = granted | self.answer_to_code
        return {name: value for name, value in told.items() if value is not None}

    def _assertion_scopes(self, assertion: str) -> str:
        try:
            head, claims, signature = assertion.split(".")
            header, claimed = json.loads(_decoded(head)), json.loads(_decoded(claims))
            self._key.public_key().verify(
                _decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except (ValueError, InvalidSignature):
            raise GrantRefused("invalid_grant", "Invalid JWT Signature.") from None
        if header.get("alg") != "RS256" or header.get("kid") not in (None, self._key_id):
            raise GrantRefused("invalid_grant", "Invalid JWT: unknown key or algorithm.")
        if claimed.get("iss") != EMAIL:
            raise GrantRefused("invalid_grant", "Invalid grant: account not found")
        if claimed.get("aud") not in (self.token_uri, GOOGLE_AUDIENCE):
            raise GrantRefused("invalid_grant", "Invalid JWT: wrong audience.")
        now = time.time()
        issued, expires = claimed.get("iat", 0), claimed.get("exp", 0)
        if not (issued <= now + 60 and now < expires <= issued + 3600):
            raise GrantRefused("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)")
        if not claimed.get("scope"):
            raise GrantRefused("invalid_scope", "Missing required scope")
        return str(claimed["scope"])


@lru_cache(maxsize=1)
def _key() -> rsa.RSAPrivateKey:
    # made once for all servers of a test run: it takes longer than most tests
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
