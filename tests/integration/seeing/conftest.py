"""The whole service in one process, watched."""

from world_fixtures import service

__all__ = ["service"]
