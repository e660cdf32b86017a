"""Rasa components of our own; config.yml names them by their module path."""
