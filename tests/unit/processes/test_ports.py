"""Ports: what is said when one is taken."""

from __future__ import annotations

import socket

import pytest

from bot.processes import Listens, ProcessesError, free_port
from bot.processes.ports import require_free


def test_a_taken_port_is_named_with_the_setting_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ProcessesError, match=rf"Port {port} on 127\.0\.0\.1 is taken.*REKINDLE_PORT"):
            require_free(Listens("127.0.0.1", port, "REKINDLE_PORT"))


def test_a_port_taken_on_every_address_is_taken_on_loopback_too() -> None:
    with socket.create_server(("", 0)) as taken, pytest.raises(ProcessesError, match="is taken"):
        require_free(Listens("127.0.0.1", taken.getsockname()[1], "REKINDLE_PORT"))


def test_an_address_that_is_not_this_machines_is_refused_in_a_sentence() -> None:
    with pytest.raises(ProcessesError, match="cannot be used"):
        require_free(Listens("192.0.2.1", 8000, "REKINDLE_PORT"))


def test_a_port_that_was_just_let_go_is_free() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as server:
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()  # this side closes first and leaves the port in TIME_WAIT
        client.close()
    require_free(Listens("127.0.0.1", port, "REKINDLE_PORT"))
