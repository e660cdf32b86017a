"""`rekindle lookup`: asking the provider what kind of lines the contacts' numbers are."""

from __future__ import annotations

import sys

import click

from bot.cli.starting import refuse, start


@click.command("lookup")
@click.option("--limit", type=click.IntRange(min=1), help="Ask about so many numbers at most.")
@click.option("--line-type-only", is_flag=True, help="Do not ask whether numbers have changed hands.")
@click.option("--yes", is_flag=True, help="Do not ask whether it may cost what it costs.")
def command(limit: int | None, line_type_only: bool, yes: bool) -> None:
    """Ask the provider about the contacts' numbers: their line types, and which have changed hands.

    Optional, and paid by the number. An answer is kept for 90 days. Landlines get no more texts; numbers
    that have changed hands are left alone altogether.
    """
    from sqlalchemy import select

    from data.db import reading
    from data.models import Business
    from scheduler.looking_up import LookUpsRefused, ask, cost_of, numbers_to_ask

    start()
    with reading() as session:
        business = session.scalar(select(Business).order_by(Business.id).limit(1))
        if business is None:
            refuse("no business is loaded yet: rekindle business load FILE")
        numbers = numbers_to_ask(session, business.id, limit, reassigned=not line_type_only)
    if not numbers:
        click.echo("There is nothing to ask: every number was asked about within 90 days.")
        return
    click.echo(
        f"{len(numbers):,} numbers; by the provider's list prices that costs {cost_of(numbers):,.2f} USD."
    )
    if not yes:
        click.confirm("Ask?", abort=True)
    try:
        done = ask(business.id, numbers)
    except LookUpsRefused as error:
        refuse(error)
    click.echo(f"{done.asked:,} numbers were answered for:")
    for kind, many in sorted(done.line_types.items(), key=lambda item: -item[1]):
        click.echo(f"  {many:>7,} {kind}")
    click.echo(f"  {done.unreachable:>7,} of them get no texts, since their line cannot receive any")
    click.echo(f"  {done.reassigned:>7,} have changed hands and are left alone")
    if done.refused:
        click.echo(f"  {done.refused:>7,} were refused; an account that may not ask who has a number needs")
        click.echo("          --line-type-only")
    if done.stopped:
        click.echo(f"It ended early: {done.stopped}.", err=True)
        sys.exit(1)
