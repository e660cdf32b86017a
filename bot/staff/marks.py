"""What staff note about somebody beside the talk: has visited, is unhappy, has paid. Campaigns stop by it."""

from __future__ import annotations

from datetime import date

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from bot.staff import acts
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm, SaleForm, VisitedForm
from data.imports.fields import read_money
from data.models import Business, Contact, Conversation, StaffUser
from data.queries import audit, sales
from data.queries.sales import SaleRefused
from scheduler.campaigns import marks
from scheduler.campaigns.marks import NothingToUndo
from scheduler.staff_acts import NotAllowed


@blueprint.post("/conversations/<row:conversation_id>/visited")
def has_visited(conversation_id: int) -> ResponseReturnValue:
    """They came, by whatever road."""
    form = VisitedForm()

    def mark(session: Session, conversation: Conversation, user: StaffUser) -> None:
        business, contact = _rows(session, conversation)
        day = _day(form.day.data, business)
        if day > sales.today_of(business):
            raise NotAllowed("A visit that is still to come is no visit yet.")
        marks.mark_visited(session, contact, day, by=user.id)

    return acts.do(conversation_id, form, mark)


@blueprint.post("/conversations/<row:conversation_id>/visited/undo")
def has_not_visited(conversation_id: int) -> ResponseReturnValue:
    """The last note of a visit was a mistake."""

    def undo(session: Session, conversation: Conversation, user: StaffUser) -> None:
        try:
            marks.undo_visited(session, _rows(session, conversation)[1], by=user.id)
        except NothingToUndo:
            raise NotAllowed("No visit has been noted here.") from None

    return acts.do(conversation_id, ActForm(), undo)


@blueprint.post("/conversations/<row:conversation_id>/unhappy")
def is_unhappy(conversation_id: int) -> ResponseReturnValue:
    """For a personal call, and for no campaign."""

    def mark(session: Session, conversation: Conversation, user: StaffUser) -> None:
        marks.mark_unhappy(session, _rows(session, conversation)[1], by=user.id)

    return acts.do(conversation_id, ActForm(), mark)


@blueprint.post("/conversations/<row:conversation_id>/unhappy/undo")
def is_content(conversation_id: int) -> ResponseReturnValue:
    """It is settled."""

    def undo(session: Session, conversation: Conversation, user: StaffUser) -> None:
        try:
            marks.undo_unhappy(session, _rows(session, conversation)[1], by=user.id)
        except NothingToUndo:
            raise NotAllowed("They are not marked as unhappy.") from None

    return acts.do(conversation_id, ActForm(), undo)


@blueprint.post("/conversations/<row:conversation_id>/sale")
def enter_sale(conversation_id: int) -> ResponseReturnValue:
    """They have paid: it counts towards the campaign that wrote to them last."""
    form = SaleForm()

    def enter(session: Session, conversation: Conversation, user: StaffUser) -> None:
        business, contact = _rows(session, conversation)
        amount = read_money(form.amount.data or "")
        if amount is None:
            raise NotAllowed("That is no amount. Write it as 120 or 120.50.")
        try:
            sale = sales.add(
                session,
                business,
                contact,
                amount=amount,
                sold_on=_day(form.sold_on.data, business),
                reference=form.reference.data or None,
            )
        except SaleRefused as error:
            raise NotAllowed(f"The sale was not entered: {error}.") from None
        audit.note_of(session, conversation, audit.SALE_ENTERED, user.id, amount=f"{sale.amount:,.2f}")

    return acts.do(conversation_id, form, enter)


def _rows(session: Session, conversation: Conversation) -> tuple[Business, Contact]:
    return (
        session.get_one(Business, conversation.business_id),
        session.get_one(Contact, conversation.contact_id),
    )


def _day(typed: str | None, business: Business) -> date:
    """A day of the business's zone; none typed: today. Raises NotAllowed."""
    try:
        return date.fromisoformat(typed) if typed else sales.today_of(business)
    except ValueError:
        raise NotAllowed("That is no date.") from None
