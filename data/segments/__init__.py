"""Segments: which contacts a rule means, how promising each is, and who is left out and why."""
