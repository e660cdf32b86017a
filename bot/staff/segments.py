"""Segments: whom a campaign means, as a plain form with its count, and whom to telephone instead."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from bot.staff import segments_form, segments_view, sessions
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm, SegmentForm
from data.db import reading, writing
from data.models import Business, Segment
from data.profile import Profile
from data.queries import audit, saved_segments
from data.segments.describe import DATES, describe
from data.segments.lacking import lacking
from data.segments.presets import Preset, preset_of, presets
from data.segments.rule import Rule, UnusableRule, read_rule

COUNTED_IN_THE_LIST = 5_000
"""With more contacts than these a segment is counted only where it is opened."""


@blueprint.get("/segments", endpoint="segments")
def show() -> str:
    """The saved ones, and the presets to begin from."""
    me = sessions.me()
    with reading() as session:
        business = session.get_one(Business, me.business_id)
        profile = Profile.model_validate(business.profile)
        trade = business.trade
        few = saved_segments.contacts(session, business.id) <= COUNTED_IN_THE_LIST
        saved = saved_segments.saved(session, business.id)
        rows = [_card(session, business, profile, one, few) for one in saved]
    taken = {row["segment"].preset for row in rows}
    return render_template(
        "staff/segments.html",
        rows=rows,
        presets=[(one, describe(one.rule_for(trade), profile)) for one in presets() if one.key not in taken],
        act=ActForm(),
    )


@blueprint.get("/segments/new")
def new_segment() -> ResponseReturnValue:
    """The form, empty or with what a preset says."""
    preset = preset_of(request.args.get("preset", ""))
    rule = preset.rule_for(_trade()) if preset else Rule()
    return _page(None, preset.name if preset else "", rule, preset=preset)


@blueprint.post("/segments/new")
def add_segment() -> ResponseReturnValue:
    """Save a new one, or only count what was typed."""
    return _typed(None)


@blueprint.get("/segments/<row:segment_id>")
def one_segment(segment_id: int) -> ResponseReturnValue:
    """The form with what was saved, and its count."""
    with reading() as session:
        segment = saved_segments.find(session, sessions.me().business_id, segment_id) or abort(404)
    return _page(segment, segment.name, read_rule(segment.rule))


@blueprint.post("/segments/<row:segment_id>")
def change_segment(segment_id: int) -> ResponseReturnValue:
    """Save what was changed, or only count it. A running campaign keeps the rule that it began with."""
    return _typed(segment_id)


@blueprint.post("/segments/<row:segment_id>/remove")
def remove_segment(segment_id: int) -> ResponseReturnValue:
    """Campaigns that were made with it keep their rule."""
    if not ActForm().validate_on_submit():
        abort(400)
    me = sessions.me()
    with writing() as session:
        segment = saved_segments.find(session, me.business_id, segment_id) or abort(404)
        audit.note(session, me.business_id, audit.SEGMENT_REMOVED, me.id, segment=segment.name)
        session.delete(segment)
    flash("The segment is gone. Campaigns that were made with it keep its rule.")
    return redirect(url_for("staff.segments"), 303)


def _typed(segment_id: int | None) -> ResponseReturnValue:
    form, me = SegmentForm(), sessions.me()
    if not form.validate_on_submit():
        abort(400)
    with reading() as session:
        segment = _mine(session, segment_id)
    before = read_rule(segment.rule) if segment else None
    preset = preset_of(request.form.get("preset", ""))
    name = " ".join((form.name.data or "").split())
    try:
        rule = segments_form.rule_of(request.form, before or (preset.rule_for(_trade()) if preset else None))
    except UnusableRule as error:
        return _page(segment, name, before or Rule(), preset=preset, wrong=f"{error}."), 400
    if request.form.get("act") == "count":
        return _page(segment, name, rule, preset=preset)
    with writing() as session:
        if not name or saved_segments.is_taken(session, me.business_id, name, segment_id):
            wrong = "Another segment has this name already." if name else "Give the segment a name."
            return _page(segment, name, rule, preset=preset, wrong=wrong), 409
        kept = _mine(session, segment_id)
        if kept is None:
            kept = Segment(business_id=me.business_id, preset=preset.key if preset else None)
            session.add(kept)
        kept.name, kept.rule = name, rule.as_json()
        session.flush()
        audit.note(session, me.business_id, audit.SEGMENT_SAVED, me.id, segment=name)
        saved = kept.id
    flash("The segment is saved.")
    return redirect(url_for("staff.one_segment", segment_id=saved), 303)


def _mine(session: Session, segment_id: int | None) -> Segment | None:
    if segment_id is None:
        return None
    return saved_segments.find(session, sessions.me().business_id, segment_id) or abort(404)


def _trade() -> str:
    with reading() as session:
        return session.get_one(Business, sessions.me().business_id).trade


def _card(
    session: Session, business: Business, profile: Profile, segment: Segment, counted: bool
) -> dict[str, Any]:
    rule = read_rule(segment.rule)
    return {
        "segment": segment,
        "says": describe(rule, profile),
        "counted": segments_view.count(session, business, rule) if counted else None,
    }


def _page(
    segment: Segment | None, name: str, rule: Rule, *, preset: Preset | None = None, wrong: str = ""
) -> str:
    me = sessions.me()
    with reading() as session:
        business = session.get_one(Business, me.business_id)
        profile = Profile.model_validate(business.profile)
        return render_template(
            "staff/segment.html",
            segment=segment,
            name=name,
            rule=rule,
            preset=preset,
            wrong=wrong,
            says=describe(rule, profile),
            dates=DATES,
            kinds=segments_form.KINDS,
            lines=segments_form.lines_of(rule),
            columns=saved_segments.extra_columns(session, business.id),
            counted=segments_view.count(session, business, rule, examples=True),
            lacking=lacking(session, business.id, rule),
            used_by=saved_segments.used_by(session, segment.id) if segment else [],
            profile=profile,
            act=ActForm(),
        )
