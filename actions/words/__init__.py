"""The words that the business starts with: brief, templates, their checks, and a library to begin from."""
