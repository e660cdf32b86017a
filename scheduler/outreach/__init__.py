"""Outreach: which touch leaves for whom, in which words, out of which queue, and how fast."""
