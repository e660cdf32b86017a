"""The memory: settings, clock, models, queries and import."""
