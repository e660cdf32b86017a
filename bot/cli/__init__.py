"""The `rekindle` command. Each subcommand is a module here and is imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "audit": "say what a list holds and whether texting it is worth it",
    "business": "load the business from its file",
    "calendar": "see that the connected calendar can be read and written",
    "campaign": "write, check, approve and run campaigns",
    "contact": "hand out or erase what is kept about one contact",
    "crm": "give outcomes back to the CRM, as a file or by webhook",
    "db": "migrate the database",
    "demo": "run everything against simulated phones",
    "doctor": "say for each part whether it works and what to do if not",
    "hours": "see and change the hours in which the business may text first",
    "import": "take in a CSV of contacts",
    "keys": "renew the keys with which secrets are kept",
    "lookup": "ask the provider for line types and numbers that have changed hands",
    "nlu": "understand texts from the command line; train the model",
    "openings": "list the free openings for a case given as JSON",
    "provider": "see that texts leave through the provider",
    "rehearse": "play scripted contacts against the real service",
    "sale": "enter what contacts have paid, so that revenue is no estimate",
    "segment": "whom campaigns mean, as saved filters",
    "sender": "the numbers that the business texts from",
    "staff": "add people who may log in to the staff view",
    "up": "run everything on this machine",
    "whatsapp": "keep the templates with which the business may begin on WhatsApp",
}
"""Name -> one-line help. The module is bot.cli.<name>_command and holds a click command `command`."""


class LazyGroup(click.Group):
    """A click group that imports a subcommand's module only when that subcommand is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"bot.cli.{cmd_name}_command").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rekindle")
def main() -> None:
    """Rekindle: text a business's own dormant contacts, converse with those who answer, book them."""
