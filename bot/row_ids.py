"""Ids of rows in addresses: what no row can have is no address of ours, rather than a database's error."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class _RowId(IntegerConverter):
    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map, max=LARGEST)


def install(app: Flask) -> None:
    """Take `<row:…>` in routes. Call it before blueprints are registered."""
    app.url_map.converters["row"] = _RowId


def row_id(text: str) -> int:
    """The id that a query names, for `request.args.get(…, type=row_id)`. Raises ValueError."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))):
        raise ValueError("no row has this id")
    found = int(text)
    if found > LARGEST:
        raise ValueError("no row has this id")
    return found
