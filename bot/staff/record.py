"""Who did what: the audit trail as staff read it, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request

from bot.row_ids import row_id
from bot.staff import sessions, words
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm
from data.db import reading
from data.queries import audit, inbox
from scheduler import by_staff, noticed, staff_visits
from scheduler.campaigns import marks

SAYS = {
    audit.LOGGED_IN: "logged in",
    audit.LOGGED_OUT: "logged out",
    audit.LOG_IN_FAILED: "tried to log in, with a wrong password",
    audit.ADDED: "was added to the staff",
    audit.PASSWORD_SET: "was given a new password",
    audit.CLOSED: "may not log in any more",
    audit.ANSWER_ADDED: "added an answer",
    audit.ANSWER_REMOVED: "removed an answer",
    audit.QUESTION_LEFT_OUT: "left an open question without an answer",
    audit.CALENDAR_CONNECTED: "chose the calendar that bookings go to:",
    audit.CALENDAR_RECONNECTED: "connected the calendar again:",
    audit.CALENDAR_DISCONNECTED: "disconnected the calendar",
    audit.CALENDAR_TESTED: "tested the calendar",
    audit.HOURS_CHANGED: "changed the working hours",
    audit.CALLED: "called the number that texts:",
    audit.EXPORTED: "took out everything that is kept of",
    audit.ERASED: "erased a contact on request",
    audit.LIST_UPLOADED: "uploaded a list:",
    audit.LIST_ATTESTED: "said that a list is the business's own:",
    audit.LIST_TAKEN_IN: "took in a list:",
    audit.CAMPAIGN_MADE: "made a campaign:",
    audit.CAMPAIGN_WORDS_CHANGED: "changed the words of a campaign:",
    audit.CAMPAIGN_REHEARSED: "played a campaign through:",
    audit.CAMPAIGN_APPROVED: "approved the words of a campaign:",
    audit.CAMPAIGN_LAUNCHED: "launched a campaign:",
    audit.CAMPAIGN_RELEASED: "released the rest of a campaign:",
    audit.CAMPAIGN_PAUSED: "paused a campaign:",
    "paused by itself": "paused a campaign by itself:",
    audit.CAMPAIGN_RESUMED: "resumed a campaign:",
    audit.CAMPAIGN_ENDED: "ended a campaign:",
    audit.SEGMENT_SAVED: "saved a segment:",
    audit.SEGMENT_REMOVED: "removed a segment:",
    audit.SALE_ENTERED: "entered a sale to",
    marks.VISITED: "noted a visit of",
    marks.VISIT_UNDONE: "took back the note of a visit of",
    marks.UNHAPPY: "noted as unhappy:",
    marks.CONTENT: "took back that somebody is unhappy:",
    by_staff.MOVED: "moved the appointment of",
    by_staff.CANCELLED: "cancelled the appointment of",
    staff_visits.NO_SHOW: "noted that nobody came to the appointment of",
    staff_visits.CAME: "took back that nobody came to the appointment of",
    noticed.MOVED: "moved the appointment in the calendar, of",
    noticed.DELETED: "deleted the appointment in the calendar, of",
    noticed.ELSEWHERE: "put an event with this number into the calendar:",
    "looked": "read the conversation with",
    "took over": "took over the conversation with",
    "replied": "wrote to",
    "handed back": "handed back the conversation with",
    "marked as done": "marked as done the conversation with",
    "reopened": "reopened the conversation with",
    "entered an opt-out": "entered an opt-out for",
}
"""What stands behind somebody's name; with a conversation, its contact follows."""

NOBODY = "Somebody unknown"
OPERATOR = "Whoever runs this installation"
ITSELF = "The service"
CONTACT = "A contact"
NOBODYS_ADDRESS = "tried to log in, with an address that nobody has"


@dataclass(frozen=True, slots=True)
class Line:
    """One act as it is shown."""

    at: datetime
    who: str
    did: str
    conversation_id: int | None
    contact: str
    remark: str


@blueprint.get("/record")
def record() -> str:
    """A page of it; with `?before=` an older one."""
    business = sessions.me().business_id
    with reading() as session:
        acts, older = audit.acts(session, business, request.args.get("before", type=row_id))
        needs_you = len(inbox.waiting(session, business))
    return render_template(
        "staff/record.html",
        lines=[_line(act) for act in acts],
        older=older,
        zone=sessions.me().timezone,
        needs_you=needs_you,
        act=ActForm(),
    )


def _line(act: audit.Act) -> Line:
    unknown = act.action == audit.LOG_IN_FAILED and act.staff is None
    return Line(
        at=act.at,
        who=act.staff or _nobody_of_the_staff(act),
        did=NOBODYS_ADDRESS if unknown else SAYS.get(act.action, act.action),
        conversation_id=act.conversation_id,
        contact=words.who(act.names, act.phone) if act.conversation_id else "",
        remark=_remark(act),
    )


def _nobody_of_the_staff(act: audit.Act) -> str:
    if act.detail.get("by") == audit.OPERATOR:
        return OPERATOR
    if act.action == audit.CALLED:
        return CONTACT
    return ITSELF if act.detail.get("campaign") else NOBODY


def _remark(act: audit.Act) -> str:
    if act.detail.get("released"):
        return "after an emergency"
    named = ("amount", "says", "reason", "calendar", "list", "segment", "campaign")
    detail = {
        name: said for name, said in act.detail.items() if not (name == "reason" and "says" in act.detail)
    }
    said = [str(detail[name]) for name in named if detail.get(name)]
    if act.detail.get("by") == audit.OPERATOR and act.staff:
        said.append("by whoever runs this installation")
    return ", ".join(said)
