"""The mind: what to answer, and whether a time is free and lawful."""
