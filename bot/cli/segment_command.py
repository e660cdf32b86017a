"""`rekindle segment`: whom campaigns mean, as saved filters, and what a filter comes to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.segment_shown import best, tell, tell_line
from bot.cli.starting import refuse, start
from bot.cli.yaml_file import read_yaml

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from data.models import Business, Segment
    from data.segments.rule import Rule

as_json = click.option("--json", "as_json", is_flag=True, help="JSON lines.")


@click.group("segment")
def command() -> None:
    """Save, look at and change segments: filters that say whom a campaign means.

    A segment is made from a preset, or from a file: its rule as YAML, as `show NAME --rule` prints it.
    """


@command.command("list")
@as_json
def list_command(as_json: bool) -> None:
    """Every segment, described."""
    from data.db import reading
    from data.queries import saved_segments
    from data.segments.describe import describe
    from data.segments.rule import read_rule

    start()
    with reading() as session:
        business, profile = _business(session)
        segments = saved_segments.saved(session, business.id)
        for segment in segments:
            says = describe(read_rule(segment.rule), profile)
            fields = {"name": segment.name, "preset": segment.preset, "says": says, "rule": segment.rule}
            tell_line(fields if as_json else f"{segment.name}: {says}")
    if not segments and not as_json:
        click.echo("There is no segment yet: rekindle segment add NAME --preset …", err=True)


@command.command("presets")
@as_json
def presets_command(as_json: bool) -> None:
    """The presets to begin from, as they are for the business's trade."""
    from data.db import reading
    from data.segments.describe import describe
    from data.segments.lacking import lacking
    from data.segments.presets import presets

    start()
    with reading() as session:
        business, profile = _business(session)
        for preset in presets():
            rule = preset.rule_for(business.trade)
            lacks, says = lacking(session, business.id, rule), describe(rule, profile)
            if as_json:
                tell_line({"preset": preset.key, "name": preset.name, "says": says, "why": preset.why,
                        "lacks": lacks, "rule": rule.as_json()})  # fmt: skip
            else:
                tell_line(f"{preset.key}: {preset.name}. {says}.\n    {preset.why}")
                for sentence in lacks:
                    tell_line(f"    {sentence}")


@command.command("add")
@click.argument("name")
@click.option("--preset", "key", help="Its key, as `rekindle segment presets` lists them.")
@click.option("--rule", "file", type=click.Path(path_type=Path), help="A file with the rule as YAML.")
def add_command(name: str, key: str | None, file: Path | None) -> None:
    """Save a segment called NAME."""
    from data.db import writing
    from data.models import Segment
    from data.queries import audit, saved_segments
    from data.segments.presets import NoSuchPreset, instantiate

    start()
    if (key is None) == (file is None):
        refuse("Say what to begin from: --preset KEY or --rule FILE.")
    rule = _read(file) if file else None
    name = " ".join(name.split())
    with writing() as session:
        business, _ = _business(session)
        if not name or saved_segments.is_taken(session, business.id, name):
            refuse(f"A segment called {name!r} exists already." if name else "A segment needs a name.")
        if rule is None:
            try:
                segment = instantiate(session, business, key or "", name)
            except NoSuchPreset as error:
                refuse(error.args[0])
        else:
            segment = Segment(business_id=business.id, name=name, rule=rule.as_json())
            session.add(segment)
        audit.note(session, business.id, audit.SEGMENT_SAVED, None, segment=name, by=audit.OPERATOR)
        _tell_lacking(session, segment)
    click.echo(f"{name} is saved.", err=True)


@command.command("show")
@click.argument("name")
@click.option("--rule", "rule_alone", is_flag=True, help="The rule alone, as YAML: what `edit` takes.")
@as_json
def show_command(name: str, rule_alone: bool, as_json: bool) -> None:
    """Whom NAME means now: how many, of which tiers, who is left out and why, and the best few."""
    import yaml

    from data.db import reading
    from data.segments.choosing import choose
    from data.segments.describe import describe
    from data.segments.lacking import lacking
    from data.segments.rule import read_rule

    start()
    with reading() as session:
        business, profile = _business(session)
        segment = _find(session, business, name)
        if rule_alone:
            click.echo(yaml.safe_dump(segment.rule or {}, sort_keys=False, allow_unicode=True), nl=False)
            return
        rule = read_rule(segment.rule)
        chosen = choose(session, business, rule)
        facts = {
            "name": segment.name,
            "says": describe(rule, profile),
            "meant": chosen.meant,
            "ready": len(chosen.candidates),
            "tiers": dict(sorted(Counter(one.tier for one in chosen.candidates).items())),
            "left_out": dict(sorted(chosen.left_out.items())),
            "to_call": len(chosen.to_call),
            "lacks": lacking(session, business.id, rule),
            "best": best(session, business, rule, chosen),
        }
    if as_json:
        tell_line(facts)
    else:
        tell(facts)


@command.command("edit")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
def edit_command(name: str, file: Path) -> None:
    """Replace the rule of NAME by the one in FILE. Campaigns that were made with it keep theirs."""
    from data.db import writing
    from data.queries import audit

    start()
    rule = _read(file)
    with writing() as session:
        business, _ = _business(session)
        segment = _find(session, business, name)
        segment.rule = rule.as_json()
        audit.note(session, business.id, audit.SEGMENT_SAVED, None, segment=name, by=audit.OPERATOR)
        _tell_lacking(session, segment)
    click.echo(f"{name} is changed.", err=True)


@command.command("delete")
@click.argument("name")
def delete_command(name: str) -> None:
    """Remove NAME. Campaigns that were made with it keep their rule."""
    from data.db import writing
    from data.queries import audit

    start()
    with writing() as session:
        business, _ = _business(session)
        session.delete(_find(session, business, name))
        audit.note(session, business.id, audit.SEGMENT_REMOVED, None, segment=name, by=audit.OPERATOR)
    click.echo(f"{name} is gone.", err=True)


def _business(session: Session) -> tuple[Business, Any]:
    from sqlalchemy import select

    from data.models import Business
    from data.profile import Profile

    business = session.scalar(select(Business).order_by(Business.id).limit(1))
    if business is None:
        refuse("Load a business first: rekindle business load FILE")
    return business, Profile.model_validate(business.profile)


def _find(session: Session, business: Business, name: str) -> Segment:
    from data.queries import saved_segments

    saved = saved_segments.saved(session, business.id)
    found = next((segment for segment in saved if segment.name == name), None)
    if found is None:
        there = ", ".join(segment.name for segment in saved)
        refuse(f"No segment is called {name!r}; there {f'are: {there}' if there else 'is none yet'}.")
    return found


def _read(file: Path) -> Rule:
    from data.segments.rule import UnusableRule, read_rule

    try:
        return read_rule(read_yaml(file))
    except UnusableRule as error:
        refuse(f"{file}: {error}")


def _tell_lacking(session: Session, segment: Segment) -> None:
    from data.segments.lacking import lacking
    from data.segments.rule import read_rule

    for sentence in lacking(session, segment.business_id, read_rule(segment.rule)):
        click.echo(sentence, err=True)
