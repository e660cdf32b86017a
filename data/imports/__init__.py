"""Taking in a list of contacts: what `rekindle import` does, and the staff view's uploads.

`open_list` reads and checks the file without a database; `preview` says what would become of its first
rows; `take_in` sorts its rows and stores them, in portions. The steps, in order: list_file, columns,
first_look, rows (numbers, fields, claims, basis), portions, triage, store, withdrawing, journal, report.
`take_in_do_not_contact` takes a list of numbers that must not be contacted. Who attests a list:
attestation.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path

from data.db import reading
from data.imports import taking_in
from data.imports.contact_list import AS_GUESSED, ContactList, Summary, open_list
from data.imports.leave_alone import Listed, take_in_do_not_contact
from data.imports.list_file import ListError
from data.imports.preview import Verdict, verdicts
from data.imports.report import default_path

__all__ = [
    "ContactList",
    "ListError",
    "Listed",
    "Summary",
    "Verdict",
    "open_list",
    "preview",
    "run",
    "take_in",
    "take_in_do_not_contact",
]


def run(
    path: Path,
    *,
    dry_run: bool = False,
    mapping: Mapping[str, str] = AS_GUESSED,
    report: Path | None = None,
    attested_by: str = "",
) -> Summary:
    """Read a list and take it in. The database is connected and migrated. Raises ListError."""
    return take_in(open_list(path, mapping), dry_run=dry_run, report=report, attested_by=attested_by)


def preview(given: ContactList, rows: int = 20, *, business_id: int | None = None) -> list[Verdict]:
    """The first rows of a list with what would become of each; nothing is stored."""
    with reading() as session:
        business, _ = taking_in.business_of(session, business_id)
        reader = taking_in.reader_of(given, business)
        return verdicts(session, business, reader, islice(taking_in.below_header(given), rows))


def take_in(
    given: ContactList,
    *,
    dry_run: bool = False,
    report: Path | None = None,
    attested_by: str = "",
    business_id: int | None = None,
    on_rows: Callable[[int, int], None] | None = None,
) -> Summary:
    """Sort the rows of a list and store them. An import of the same file that died is brought to its end.

    A dry run counts and writes the report all the same, and changes nothing in the database. `attested_by`
    says that the list is the business's own; a list that was stored before without it is attested by it.
    `on_rows` hears (rows done, rows in all) after each portion. Where no business is loaded, the sample
    business is. Raises ListError, also for a list that shows of nobody why they may be texted.
    """
    report = report or default_path(given.path)
    if report.resolve() == given.path.resolve():
        raise ListError("the report would overwrite the list; name another file with --report")
    return taking_in.take_in(
        given,
        report=report,
        dry_run=dry_run,
        attested_by=attested_by,
        business_id=business_id,
        on_rows=on_rows,
    )
