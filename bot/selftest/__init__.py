"""Selftests for owners: whether texts leave through the provider, and whether the calendar does its part."""
