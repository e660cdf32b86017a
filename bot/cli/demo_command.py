"""`rekindle demo`: everything against simulated phones, with the sample business."""

from __future__ import annotations

import json
import shutil
import sys

import click

from bot.cli.starting import refuse


@click.command("demo")
@click.option("--fresh", is_flag=True, help="Forget what was played so far.")
@click.option("--simulator-port", type=int, default=None, help="By default one above REKINDLE_PORT.")
def command(fresh: bool, simulator_port: int | None) -> None:
    """Run everything on this machine against simulated phones; no text leaves it. Ctrl-C ends it."""
    from bot.demo import stage
    from bot.processes import Listens, Program, run
    from bot.processes.readiness import web_answers
    from data import clock, db, logs, settings

    try:
        given = settings.get()
    except settings.SettingsError as error:
        refuse(error)
    logs.configure(30)
    port = simulator_port or given.rekindle_port + 1
    present = stage.demo_settings(given, port)
    if fresh:
        shutil.rmtree(present.rekindle_data_dir, ignore_errors=True)
        present = stage.demo_settings(given, port)
    settings.use(present)
    db.connect()
    db.migrate()
    stage.furnish()
    folder = present.rekindle_data_dir.absolute()
    phones = folder / "phones.json"
    phones.write_text(json.dumps(stage.phones()))
    clock.use()
    db.dispose()
    page = f"http://127.0.0.1:{port}/"
    simulator = Program(
        name="simulator",
        command=[
            sys.executable, "-m", "bot.simulator",
            "--port", str(port),
            "--service", present.own_base_url,
            "--clock-url", f"{present.own_base_url}/demo/clock",
            "--account", stage.ACCOUNT,
            "--sender", stage.BUSINESS_PHONE,
            "--sender", f"whatsapp:{stage.BUSINESS_PHONE}",
            "--staff-phone", stage.STAFF_PHONE,
            "--phones", str(phones),
            "--business", "Example Dental",
        ],
        environment={"SIMULATOR_AUTH_TOKEN": present.auth_tokens[0]},
        ready=lambda: web_answers(f"{page}sim/health"),
        listens=Listens("127.0.0.1", port, "--simulator-port"),
        outlives=True,  # a worker that finishes its task still calls it
    )  # fmt: skip

    def ready(_: object) -> None:
        click.secho(f"\n  Phones to text with:  {page}", bold=True)
        click.echo(f"  Staff view:           {present.own_base_url}/staff")
        click.echo(f"                        {stage.STAFF_EMAIL}, password {stage.STAFF_PASSWORD}\n")

    sys.exit(run(present, extra=[simulator], on_ready=ready))
