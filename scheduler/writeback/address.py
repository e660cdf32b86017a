"""Which addresses may be told: https in the open, and nothing inside the network that we stand in.

Whoever may name an address could else have us call machines that only we can reach, the metadata service of
a cloud above all (server-side request forgery). So the name is resolved by us, every answer must be a public
address, and exactly that address is called. This machine itself is allowed where its owner names it by
itself (`localhost`, 127.0.0.1), for a CRM beside us and for trying out; plain http there alone.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from data.settings import is_loopback

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""Stands for an IPv4 address behind a translator (RFC 6052), a private one perhaps."""

Resolve = Callable[[str, int], list[str]]


class BadAddress(ValueError):
    """This address is not called; the message is one clear sentence."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to call: `ips` are what `host` stands for, already looked at."""

    scheme: str
    host: str
    port: int
    path: str
    ips: tuple[str, ...]

    @property
    def host_header(self) -> str:
        """The host as the request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def look_at(url: str) -> None:
    """Raises BadAddress where the address cannot be used, as far as can be said without the network."""
    _parts(url)


def target_of(url: str, resolve: Resolve | None = None) -> Target:
    """Where to call, with a public address. Raises BadAddress; OSError where the name has no address now."""
    parts = _parts(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    here = is_loopback(url)
    found = (resolve or _resolve)(host, port)
    if not found:
        raise OSError("no address")
    for ip in found:
        if not _allowed(ip, here):
            raise BadAddress(f"{host} stands for {ip}, which is not a public address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, tuple(found))


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress(f"{url} is no address") from None
    if any(char <= " " or char > "~" for char in url):
        raise BadAddress("the address must be written without blanks, in plain ASCII")
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise BadAddress(f"{url} is no address: it begins with https:// and names a host")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("the address must hold no name and password; the signature says who we are")
    if parts.fragment:
        raise BadAddress("the address must hold no #")
    if parts.scheme == "http" and not is_loopback(url):
        raise BadAddress("the address must begin with https://; plain http is accepted for this machine only")
    if not is_loopback(url):
        try:
            ip = str(ipaddress.ip_address(parts.hostname))
        except ValueError:
            return parts
        if not _allowed(ip, here=False):
            raise BadAddress(f"{ip} is not a public address")
    return parts


def _allowed(ip: str, here: bool) -> bool:
    address = ipaddress.ip_address(ip)
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    address = mapped or address
    if here:
        return address.is_loopback
    translated = address.version == 6 and address in _TRANSLATED
    return address.is_global and not (address.is_multicast or address.is_reserved or translated)


def _resolve(host: str, port: int) -> list[str]:
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]).partition("%")[0] for row in rows))
