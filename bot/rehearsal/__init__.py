"""Rehearsals: scripted contacts played against the real webhook, tasks and model, in a world of their own."""
