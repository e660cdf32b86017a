"""A Google of our own for the tests of this folder."""

from google_server.fixtures import google_server

__all__ = ["google_server"]
