"""Lists that staff have uploaded: each in a folder of its own below the data folder, under a random name.

A list stays there until it is taken in or thrown away, a week at most. Of one that was taken in, the refused
rows stay a month, for whoever wants to mend them.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from data import clock, settings

LARGEST = 60 * 1024 * 1024
"""Bytes of an uploaded list: about 400,000 rows."""

CONTACTS, DO_NOT_CONTACT = "contacts", "do_not_contact"

KEPT, REFUSED_KEPT = timedelta(days=7), timedelta(days=30)
"""How long an uploaded list waits to be taken in, and how long its refused rows are kept afterwards."""

ENDINGS = frozenset({".csv", ".tsv", ".txt"})
"""What data/scrubbing.py looks into."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{24}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A list that waits, or what is left of one that was taken in.

    `mapping` says field -> column, as staff chose.
    `attested_by` has said that the list is the business's own; empty: nobody has.
    """

    token: str
    business_id: int
    filename: str
    kind: str
    by: str
    at: datetime
    attested_by: str = ""
    attested_at: datetime | None = None
    mapping: Mapping[str, str] | None = None

    @property
    def folder(self) -> Path:
        """Where all of it stands."""
        return root() / self.token

    @property
    def file(self) -> Path:
        """The list itself; gone once it was taken in."""
        return self.folder / "list" / self.filename

    @property
    def refused(self) -> Path:
        """The refused rows of the import."""
        return self.folder / "refused.csv"


def root() -> Path:
    """The folder of all uploads."""
    return settings.get().rekindle_data_dir / "lists"


def keep(file: FileStorage, kind: str, business_id: int, by: str, *, attested: bool) -> Upload:
    """Store an uploaded file. Nothing in it is run or trusted; its name is kept for the evidence alone."""
    sweep()
    now = clock.now()
    upload = Upload(
        token=secrets.token_urlsafe(18),
        business_id=business_id,
        filename=_named(file.filename or ""),
        kind=kind,
        by=by,
        at=now,
        attested_by=by if attested else "",
        attested_at=now if attested else None,
    )
    root().mkdir(parents=True, exist_ok=True, mode=0o700)
    upload.folder.mkdir(mode=0o700)
    upload.file.parent.mkdir(mode=0o700)
    upload.file.touch(mode=0o600)
    file.save(upload.file)
    write(upload)
    return upload


def write(upload: Upload) -> None:
    """Keep what is known of it."""
    plain = asdict(upload) | {
        "at": upload.at.isoformat(),
        "attested_at": upload.attested_at and upload.attested_at.isoformat(),
    }
    save(upload, "about.json", plain)


def attest(upload: Upload, by: str) -> Upload:
    """Somebody says that the list is the business's own."""
    attested = replace(upload, attested_by=by, attested_at=clock.now())
    write(attested)
    return attested


def find(token: str, business_id: int) -> Upload | None:
    """The upload of that name, if it is this business's own."""
    if not _TOKEN.fullmatch(token):
        return None
    found = _read(root() / token)
    return found if found is not None and found.business_id == business_id else None


def waiting(business_id: int) -> list[Upload]:
    """Those of a business that were not taken in yet, the newest first."""
    found = (_read(folder) for folder in (root().iterdir() if root().exists() else ()))
    mine = [one for one in found if one is not None and one.business_id == business_id and one.file.exists()]
    return sorted(mine, key=lambda one: one.at, reverse=True)


def throw_away(upload: Upload) -> None:
    """Nothing of it is left."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def sweep() -> None:
    """Throw away what has been kept for long enough."""
    for folder in root().iterdir() if root().exists() else ():
        one = _read(folder)
        if one is not None and clock.now() - one.at > (KEPT if one.file.exists() else REFUSED_KEPT):
            throw_away(one)


def save(upload: Upload, name: str, plain: object) -> None:
    """Keep JSON beside the list; whoever reads it meets the old or the new, never a half."""
    fresh = upload.folder / f".{name}.{secrets.token_hex(4)}"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(plain, default=str), encoding="utf-8")
    fresh.replace(upload.folder / name)


def saved(upload: Upload, name: str) -> dict[str, object] | None:
    """What was kept under that name; None where nothing was."""
    try:
        plain = json.loads((upload.folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return plain if isinstance(plain, dict) else None


def _named(given: str) -> str:
    """A harmless name with one of the endings that are gone through when somebody is erased."""
    name = secure_filename(given)[-80:].lstrip(".") or "list.csv"
    return name if Path(name).suffix.lower() in ENDINGS else f"{name}.csv"


def _read(folder: Path) -> Upload | None:
    try:
        plain = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        for name in ("at", "attested_at"):
            plain[name] = datetime.fromisoformat(plain[name]) if plain[name] else None
        found = Upload(**plain)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return found if found.token == folder.name else None
