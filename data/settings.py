"""Settings: from the environment or `.env`, checked once, read everywhere as `settings.get()`.

The names are those of the contract (upper case in the environment). Addresses of APIs are roots; plain
http is accepted for loopback only. A world of its own (a test, a rehearsal) brings its own Settings with
`use()` and ignores the environment.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """The settings cannot be used; the message says which one and what to do."""


def is_loopback(url: str) -> bool:
    """Whether the address points at this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """Everything that differs from one installation to the next."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    rekindle_data_dir: Path = Path("var")
    rekindle_demo: bool = False
    rekindle_port: int = 8000

    database_url: str = ""
    redis_url: str = ""
    rasa_url: str = ""
    rasa_token: SecretStr = SecretStr("")
    public_base_url: str = ""
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    """How many proxies in front add to X-Forwarded-For: so many of its last entries are believed."""
    secret_key: SecretStr = SecretStr("")
    encryption_keys: SecretStr = SecretStr("")
    """Fernet keys, comma separated, the newest first."""
    metrics_token: SecretStr = SecretStr("")
    """Whoever shows it may read `/metrics`."""

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    """One token, or two separated by a comma while one is rotated: the first signs, both verify."""
    twilio_from: str = ""
    twilio_api_base_url: str = "https://api.twilio.com"
    opt_out_confirmation: Literal["ours", "provider"] = "ours"

    google_api_base_url: str = "https://www.googleapis.com"
    google_auth_uri: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_token_uri: str = ""
    """Where set, it wins over the address in a key file."""
    google_client_id: str = ""
    google_client_secret: SecretStr = SecretStr("")
    google_service_account_file: Path | None = None
    google_token_file: Path | None = None
    google_calendar_id: str = ""

    staff_notice_to: str = ""

    @field_validator(
        "public_base_url", "twilio_api_base_url", "google_api_base_url", "google_auth_uri",
        "google_token_uri", "rasa_url",
    )  # fmt: skip
    @classmethod
    def _https_unless_loopback(cls, url: str) -> str:
        if url and not url.startswith("https://") and not (url.startswith("http://") and is_loopback(url)):
            raise ValueError("use an https address; plain http is accepted for this machine only")
        return url.rstrip("/")

    @field_validator("public_base_url")
    @classmethod
    def _an_address_to_sign(cls, url: str) -> str:
        parts = urlsplit(url)  # raises ValueError where it is none
        if url and not parts.hostname:
            raise ValueError("the host is missing")
        if parts.port == 0 or "@" in parts.netloc or "?" in url or "#" in url:
            raise ValueError("only scheme, host, perhaps a port and a path")
        if not re.fullmatch(r"(/[\w.~-]+)*", parts.path, re.ASCII):
            raise ValueError("a path may hold letters, digits and - . _ ~ only")
        return url

    @field_validator("staff_notice_to")
    @classmethod
    def _a_number(cls, number: str) -> str:
        bare = re.sub(r"[\s().-]", "", number)
        if bare and not re.fullmatch(r"\+[1-9]\d{6,14}", bare):
            raise ValueError("the front desk's mobile number with its country code, such as +1 212 555 0199")
        return bare

    @model_validator(mode="after")
    def _demo_stays_home(self) -> Settings:
        if self.rekindle_demo and not is_loopback(self.twilio_api_base_url):
            raise ValueError("demo mode refuses a provider address that is not on this machine")
        return self

    @property
    def database_address(self) -> str:
        """`database_url`, or the embedded SQLite file in the data folder."""
        if not self.database_url:
            return f"sqlite:///{(self.rekindle_data_dir / 'rekindle.sqlite3').absolute()}"
        for scheme in ("postgres://", "postgresql://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url

    @property
    def own_base_url(self) -> str:
        """The address under which providers and people reach this service."""
        return self.public_base_url or f"http://127.0.0.1:{self.rekindle_port}"

    @property
    def public_path(self) -> str:
        """The path below which the service is reached, such as `/texts`; mostly empty."""
        return urlsplit(self.public_base_url).path

    @property
    def is_public_https(self) -> bool:
        """Whether browsers come over https: then cookies never travel without it."""
        return self.own_base_url.startswith("https://")

    @cached_property
    def auth_tokens(self) -> tuple[str, ...]:
        """The provider's tokens, the current one first."""
        return tuple(filter(None, map(str.strip, self.twilio_auth_token.get_secret_value().split(","))))

    def secret(self, name: str) -> str:
        """A secret of ours: from the environment, else made once and kept in the data folder.

        `name` is `secret_key`, `encryption_keys`, `rasa_token` or `metrics_token`.
        """
        given = getattr(self, name).get_secret_value()
        return given or _kept_secret(self.rekindle_data_dir / "secrets" / name, name)


def _kept_secret(path: Path, name: str) -> str:
    if not path.exists():
        from cryptography.fernet import Fernet

        fresh = Fernet.generate_key().decode() if name == "encryption_keys" else secrets.token_urlsafe(32)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        part.touch(mode=0o600)
        part.write_text(fresh)
        try:
            # link() fails where another process was quicker: then its secret is the one
            path.hardlink_to(part)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_text().strip()


_current: Settings | None = None


def get() -> Settings:
    """The settings in force; read from the environment the first time. Raises SettingsError."""
    global _current
    if _current is None:
        try:
            _current = Settings()
        except ValidationError as error:
            lines = (
                f"{'.'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}" for e in error.errors()
            )
            raise SettingsError("; ".join(lines)) from None
    return _current


def use(settings: Settings | None) -> Settings | None:
    """Put other settings in force; None reads the environment anew. Returns those in force before."""
    global _current
    before, _current = _current, settings
    return before


class _Isolated(Settings):
    @classmethod
    def settings_customise_sources(cls, settings_cls: Any, init_settings: Any, **_: Any) -> Any:  # type: ignore[override]
        return (init_settings,)


def isolated(**values: Any) -> Settings:
    """Settings that ignore the environment and `.env`: for rehearsals and tests."""
    return _Isolated(**values)
