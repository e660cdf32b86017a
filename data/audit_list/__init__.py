"""What a list is worth, before anything of it is stored: what is counted in it (findings.py).

The words, prices and days of sending are put to it in scheduler/list_audit.py.
"""
