"""The service in one process, for the tests in this folder."""

from tests.world_fixtures import service

__all__ = ["service"]
