"""A made-up list for the bench of imports: any number of rows, the same ones every time, never committed.

Households, repeats, marks, blank and broken numbers, old visits and a few numbers from abroad are in it, in
the shares in which offices export them.
"""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

HEADER = [
    "First Name", "Last Name", "Mobile", "E-mail", "State", "Zip", "Last Visit", "Service", "Total Spend",
    "SMS Consent", "Opted Out", "Patient ID", "Notes",
]  # fmt: skip
PLACES = (
    ("212", "NY"), ("646", "NY"), ("312", "IL"), ("415", "CA"), ("305", "FL"), ("617", "MA"), ("206", "WA"),
    ("602", "AZ"), ("713", "TX"), ("303", "CO"), ("404", "GA"), ("503", "OR"),
)  # fmt: skip
FIRST = ("Ana", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana", "Ivo", "Jill", "Zoë", "Señora")
VISITS = ("2025-11-03", "1/5/2026", "2024-10-09", "2023-01-01", "30 June 2025", "2025-12-24", "")


def write(path: Path, rows: int) -> None:
    """Write a list of so many rows."""
    random = Random(6)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        phone, state = "", ""
        for number in range(rows):
            if random.random() > 0.03:  # else the number of the row before: a household or a repeat
                area, state = random.choice(PLACES)
                phone = _written(random, area, 2_000_000 + number % 7_999_999)
            out.writerow(
                [
                    random.choice(FIRST), f"Sample{random.randrange(3000)}", phone,
                    f"p{number}@example.com", state, "", random.choice(VISITS), "cleaning",
                    random.randrange(50, 900), "consent: form" if random.random() > 0.5 else "",
                    "yes" if random.random() > 0.97 else "", f"C-{number}", "a note, as they come",
                ]
            )  # fmt: skip


def _written(random: Random, area: str, local: int) -> str:
    kind = random.random()
    if kind < 0.02:
        return ""
    if kind < 0.04:
        return f"{local % 1000}"
    if kind < 0.05:
        return f"+4477009{local % 100_000:05d}"
    text = f"{local:07d}"
    if kind < 0.5:
        return f"({area}) {text[:3]}-{text[3:]}"
    return f"{area}{text}" if kind < 0.8 else f"+1 {area} {text[:3]} {text[3:]}"
