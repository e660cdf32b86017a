"""The service in one process, for the small campaign soak."""

from tests.world_fixtures import service

__all__ = ["service"]
