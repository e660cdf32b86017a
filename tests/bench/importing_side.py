"""One side of the bench of imports, in a process of its own: `bare` or `ours`, a list, a database."""

from __future__ import annotations

import csv
import json
import resource
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import phonenumbers

from data import business_file, db, imports, settings

CHUNK = 2_000


def main(which: str, path: Path, url: str) -> None:
    """One side, in this process; prints what it took as a line of JSON."""
    folder = Path(tempfile.mkdtemp())
    settings.use(settings.isolated(rekindle_data_dir=folder, database_url=url))
    db.connect()
    db.migrate()
    with db.writing() as session:
        business_file.load(session, business_file.read_file(business_file.SAMPLE))
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.monotonic()
    stored = _bare(path) if which == "bare" else imports.run(path, report=folder / "report.csv").accepted
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"wall": wall, "cpu": cpu, "rss": after.ru_maxrss / 1024, "stored": stored}))


def _bare(path: Path) -> int:
    """Parse, validate, insert: what nobody can do without."""
    insert = (
        "INSERT INTO contact (business_id, phone, country, zones, zones_source, reassigned, fence, attempts,"
        " created_at) VALUES ({0}, {0}, {0}, '[]', 'unknown', false, 0, 0, '2026-03-05 15:00:00')"
        " ON CONFLICT DO NOTHING"
    ).format("?" if db.engine().dialect.name == "sqlite" else "%s")
    raw = db.engine().raw_connection()
    cursor = raw.cursor()
    cursor.execute("BEGIN")
    stored = 0

    def numbers() -> Any:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                try:
                    number = phonenumbers.parse(row["Mobile"], "US")
                except phonenumbers.NumberParseException:
                    continue
                if phonenumbers.is_valid_number(number):
                    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                    yield (1, e164, phonenumbers.region_code_for_number(number))

    found = numbers()
    while some := list(islice(found, CHUNK)):
        cursor.executemany(insert, some)
        stored += len(some)
    raw.commit()
    raw.close()
    return stored


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
