"""`rekindle doctor`: a line for each part of the service, and what to do where one does not work."""

from __future__ import annotations

import sys

import click

MARKS = {"well": ("ok", "green"), "idle": ("-", None), "unwell": ("NO", "red")}


@click.command("doctor")
def command() -> None:
    """Look at every part and say what to do where one does not work; changes nothing.

    Exit 0: all well; 1: something is not. A dash marks what is not in use or not running just now.
    """
    from bot.doctor import examine
    from data import logs

    logs.configure(50)
    bad = 0
    for name, finding in examine():
        mark, color = MARKS[finding.state]
        click.echo(f"{click.style(f'{mark:>2}', fg=color)}  {name:<14}  {finding.detail}")
        if finding.state == "unwell":
            bad += 1
            click.echo(f"{'':20}-> {finding.advice}")
    click.echo("\nAll is well." if not bad else f"\n{bad} to put right.")
    sys.stdout.flush()
    sys.exit(1 if bad else 0)
