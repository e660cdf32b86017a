"""WSGI entry."""
