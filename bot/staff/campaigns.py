"""Campaigns: the list, a new one, and the road of each from a draft to its end."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from actions.words import library
from actions.words.library import Starter
from bot.rehearsal.dry_run import DryRun, DryRunFailed, dry_run
from bot.staff import campaign_form, campaign_view, sessions, words
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm, ApproveForm
from data.db import reading, writing
from data.models import Business, Campaign, StaffUser
from data.profile import Profile
from data.queries import campaign_list, saved_segments
from scheduler.campaigns import lifecycle
from scheduler.campaigns.lifecycle import Actor, NotReady
from scheduler.campaigns.plan import BadPlan
from scheduler.campaigns.starters import UnknownStarter


@blueprint.get("/campaigns", endpoint="campaigns")
def show() -> str:
    """All of them, the newest first."""
    me = sessions.me()
    with reading() as session:
        cards = campaign_view.cards(session, me.business_id)
    return render_template("staff/campaigns.html", cards=cards, zone=me.timezone, act=ActForm())


@blueprint.get("/campaigns/new")
def new_campaign() -> ResponseReturnValue:
    """The few things to begin with; the words come on the next page."""
    return _new()


@blueprint.post("/campaigns/new")
def add_campaign() -> ResponseReturnValue:
    """A draft, with the texts of a starter or with none."""
    if not ActForm().validate_on_submit():
        abort(400)
    me, typed = sessions.me(), request.form
    try:
        plan = campaign_form.beginning(typed)
        with writing() as session:
            made = lifecycle.new(session, me.business_id, typed.get("name", "")[:120], plan, Actor(me.id)).id
    except (BadPlan, UnknownStarter) as error:
        return _new(f"{campaign_form.plainly(error)}."), 400
    return redirect(url_for("staff.campaign_words", campaign_id=made), 303)


@blueprint.get("/campaigns/<row:campaign_id>")
def one_campaign(campaign_id: int) -> ResponseReturnValue:
    """Where it stands, what it still lacks, and what it says."""
    return _page(campaign_id)


@blueprint.post("/campaigns/<row:campaign_id>/dry-run")
def dry_run_campaign(campaign_id: int) -> ResponseReturnValue:
    """Play the whole sequence against simulated phones, in a process of its own: some seconds."""
    if not ActForm().validate_on_submit():
        abort(400)
    me = sessions.me()
    with reading() as session:
        campaign = campaign_list.find(session, me.business_id, campaign_id) or abort(404)
    try:
        played = dry_run(campaign.id, Actor(me.id))
    except DryRunFailed as error:
        return _page(campaign_id, wrong=(f"{error}.",)), 409
    return _page(campaign_id, played=played)


@blueprint.post("/campaigns/<row:campaign_id>/approve")
def approve_campaign(campaign_id: int) -> ResponseReturnValue:
    """Whoever is logged in stands by the words that were on the screen."""
    form, me = ApproveForm(), sessions.me()
    if not form.validate_on_submit():
        abort(400)

    def approve(session: Session, campaign: Campaign) -> str:
        if form.words.data != campaign_view.fingerprint_of(session, campaign):
            raise NotReady("The words have been changed since you opened this page. Read them once more.")
        lifecycle.approve(session, campaign, session.get_one(StaffUser, me.id))
        return "The words are approved."

    return _do(campaign_id, approve)


@blueprint.post("/campaigns/<row:campaign_id>/launch")
def launch_campaign(campaign_id: int) -> ResponseReturnValue:
    """Begin, or take in whoever newly meets the rule of one that runs. Safe to press twice."""

    def launch(by: Actor) -> str:
        lifecycle.launch_soon(campaign_id, by)
        return "It is launched."

    return _at_large(campaign_id, launch)


@blueprint.post("/campaigns/<row:campaign_id>/end")
def end_campaign(campaign_id: int) -> ResponseReturnValue:
    """Over for good."""

    def end(by: Actor) -> str:
        taken_out = lifecycle.end(campaign_id, by)
        return f"The campaign is over. {taken_out:,} contacts get no further text of it."

    return _at_large(campaign_id, end)


@blueprint.post("/campaigns/<row:campaign_id>/release")
def release_campaign(campaign_id: int) -> ResponseReturnValue:
    """After the pilot: the rest may go too."""

    def release(session: Session, campaign: Campaign) -> str:
        return (
            f"{lifecycle.release(session, campaign, Actor(sessions.me().id)):,} more contacts are released."
        )

    return _act(campaign_id, release)


@blueprint.post("/campaigns/<row:campaign_id>/pause")
def pause_campaign(campaign_id: int) -> ResponseReturnValue:
    """Nothing of it leaves any more."""

    def pause(session: Session, campaign: Campaign) -> str:
        lifecycle.pause(session, campaign, Actor(sessions.me().id))
        return "Paused: nothing of it leaves until you resume it."

    return _act(campaign_id, pause)


@blueprint.post("/campaigns/<row:campaign_id>/resume")
def resume_campaign(campaign_id: int) -> ResponseReturnValue:
    """On again."""

    def resume(session: Session, campaign: Campaign) -> str:
        lifecycle.resume(session, campaign, Actor(sessions.me().id))
        return "It goes on."

    return _act(campaign_id, resume)


def _act(campaign_id: int, act: Callable[[Session, Campaign], str]) -> ResponseReturnValue:
    if not ActForm().validate_on_submit():
        abort(400)
    return _do(campaign_id, act)


def _do(campaign_id: int, act: Callable[[Session, Campaign], str]) -> ResponseReturnValue:
    """One act in one transaction; what it says is shown above the page."""
    try:
        with writing() as session:
            mine = campaign_list.find(session, sessions.me().business_id, campaign_id, locked=True)
            said = act(session, mine or abort(404))
    except NotReady as error:
        return _page(campaign_id, wrong=error.missing), 409
    flash(said)
    return redirect(url_for("staff.one_campaign", campaign_id=campaign_id), 303)


def _at_large(campaign_id: int, act: Callable[[Actor], str]) -> ResponseReturnValue:
    """The same for what opens transactions of its own."""
    if not ActForm().validate_on_submit():
        abort(400)
    me = sessions.me()
    with reading() as session:
        if campaign_list.find(session, me.business_id, campaign_id) is None:
            abort(404)
    try:
        said = act(Actor(me.id))
    except NotReady as error:
        return _page(campaign_id, wrong=error.missing), 409
    flash(said)
    return redirect(url_for("staff.one_campaign", campaign_id=campaign_id), 303)


def _new(wrong: str = "") -> str:
    me = sessions.me()
    with reading() as session:
        profile = Profile.model_validate(session.get_one(Business, me.business_id).profile)
        segments = saved_segments.saved(session, me.business_id)
    return render_template(
        "staff/campaign_new.html",
        segments=segments,
        shelves=_shelves(profile.health_trade),
        typed=request.form,
        wrong=wrong,
        profile=profile,
        act=ActForm(),
    )


def _shelves(health_trade: bool) -> dict[str, list[Starter]]:
    """The starters by what they are called for; those that suit the trade, and those that suit every one."""
    shelves: dict[str, list[Starter]] = {}
    for one in library.catalogue(health=True if health_trade else None):
        shelves.setdefault(words.plain(one.segment).capitalize(), []).append(one)
    return shelves


def _page(campaign_id: int, *, played: DryRun | None = None, wrong: tuple[str, ...] = ()) -> str:
    me = sessions.me()
    with reading() as session:
        campaign = campaign_list.find(session, me.business_id, campaign_id) or abort(404)
        view = campaign_view.view(session, campaign)
    return render_template(
        "staff/campaign.html",
        view=view,
        campaign=campaign,
        played=played,
        wrong=wrong,
        zone=me.timezone,
        act=ActForm(),
    )
