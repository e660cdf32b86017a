"""`make soak`: real processes under real conversations, counted at the phones and never in our own database.

Run by hand from the project's folder: `PYTHONPATH=tests .venv/bin/python -m soak --help`.
"""
