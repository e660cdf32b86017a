"""Figures as plain values for JSON: with everything that follows from the rows, such as rates and sums."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any


def plain(value: Any) -> Any:
    """A figure's fields and properties by name; times in seconds (`…_seconds`), moments ISO with offset.

    What is worked out from other figures stands in properties, so that none of them is forgotten here.
    """
    if is_dataclass(value) and not isinstance(value, type):
        worked_out = [name for name, one in vars(type(value)).items() if isinstance(one, property)]
        named: dict[str, Any] = {}
        for name in (*(field.name for field in fields(value)), *worked_out):
            found = getattr(value, name)
            named[name] = plain(found)
            if isinstance(found, timedelta):
                named[f"{name}_seconds"] = found.total_seconds()
        return named
    match value:
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case datetime():
            return value.isoformat()
        case timedelta():
            return str(value)
    return value
