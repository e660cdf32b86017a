"""Ports of this machine: a free one, and whether a wanted one is free."""

from __future__ import annotations

import errno
import socket

from bot.processes.program import Listens, ProcessesError


def free_port(host: str = "127.0.0.1") -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def require_free(wanted: Listens) -> None:
    """Raises ProcessesError, naming the setting, when nobody could listen on this port now."""
    host, port, setting = wanted.host, wanted.port, wanted.setting
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the servers do it: a port that only lingers after its last connection counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ProcessesError(
                    f"Port {port} on {host} is taken by another program. "
                    f"End that program, or choose another port with {setting}."
                ) from None
            raise ProcessesError(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another with {setting}."
            ) from None
