"""`rekindle business`: loading a business from its file."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.starting import refuse, start


@click.group("business")
def command() -> None:
    """Load the business: its hours, services, texts, FAQ, number and calendar."""


@command.command("load")
@click.argument("file", type=click.Path(path_type=Path))
def load_command(file: Path) -> None:
    """Load FILE, or bring the business of the same name up to date."""
    from actions.replies import complaints, unusable
    from actions.words.standing_texts import standing_complaints
    from data import business_file
    from data.db import writing

    start()
    try:
        checked = business_file.read_file(file)
    except business_file.BusinessFileError as error:
        refuse(error)
    profile, merged = checked.profile, {"first_name", "business"}
    wrong = [
        *unusable(profile.wording),
        *complaints("opener", profile.opener, merged),
        *complaints("callback", profile.callback, merged),
        *standing_complaints(profile, checked.name),
    ]
    if wrong:
        refuse(f"{file}: {'; '.join(wrong)}")
    with writing() as session:
        business = business_file.load(session, checked)
    click.echo(f"{business.name} is loaded, with {len(checked.faq)} answers.", err=True)
