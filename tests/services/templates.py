"""Pages' templates translated once for a test run: every test has an application of its own."""

from __future__ import annotations

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Kept(BytecodeCache):
    """What a template was translated to, by its name and its content."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Jinja asks before it translates; a template with other content has another checksum."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Jinja hands over what it has translated."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


def keep() -> None:
    """From now on, for every application that is made in this process."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Kept()}
