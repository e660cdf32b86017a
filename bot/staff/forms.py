"""The forms of the staff view. Every one carries a CSRF token; limits are the columns' and the provider's."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, Regexp


def _storable(text: str | None) -> str | None:
    """What every database takes: no NUL."""
    return text.replace("\x00", "") if text else text


class LogInForm(FlaskForm):  # type: ignore[misc]
    """E-mail address and password."""

    email = StringField(validators=[InputRequired(), Length(max=320)], filters=[_storable])
    password = PasswordField(validators=[InputRequired(), Length(max=1024)])


class ActForm(FlaskForm):  # type: ignore[misc]
    """A button: nothing but the token."""


class ReplyForm(FlaskForm):  # type: ignore[misc]
    """A text by staff. `nonce` is the same when the same text is sent again."""

    text = TextAreaField(validators=[Length(max=20_000)], filters=[_storable])
    nonce = HiddenField(validators=[Regexp(r"[A-Za-z0-9_-]{8,64}\Z")])


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """An entry of the FAQ; `settles` is the open question that it answers. Two segments at most."""

    question = StringField(validators=[InputRequired(), Length(max=200)], filters=[_storable])
    answer = TextAreaField(validators=[InputRequired(), Length(max=320)], filters=[_storable])
    settles = HiddenField(validators=[Regexp(r"\d{0,9}\Z")])


class ReopenForm(FlaskForm):  # type: ignore[misc]
    """Why the business may write again."""

    reason = StringField(validators=[Length(max=500)], filters=[_storable])


class VisitForm(FlaskForm):  # type: ignore[misc]
    """An act on a visit, and which version of it was on the screen."""

    version = HiddenField(validators=[Regexp(r"\d{1,9}\Z")])


class MoveForm(VisitForm):
    """Where a visit is moved to: one of the openings that were shown, as an ISO moment."""

    start = StringField(validators=[InputRequired(), Length(max=40)], filters=[_storable])


class UploadForm(FlaskForm):  # type: ignore[misc]
    """A list from the user's machine; `own`: it is the business's own, and the user may say so."""

    file = FileField(validators=[FileRequired()])
    kind = StringField(default="contacts", validators=[AnyOf(("contacts", "do_not_contact"))])
    own = BooleanField()


class AttestForm(FlaskForm):  # type: ignore[misc]
    """The same tick, asked for again where it was left out."""

    own = BooleanField()


class ApproveForm(FlaskForm):  # type: ignore[misc]
    """Approval of the words that were on the screen: their fingerprint."""

    words = HiddenField(validators=[Regexp(r"[0-9a-f]{64}\Z")])


class SegmentForm(FlaskForm):  # type: ignore[misc]
    """The name of a segment; the rest of the form is read by segments_form."""

    name = StringField(validators=[Length(max=120)], filters=[_storable])


class VisitedForm(FlaskForm):  # type: ignore[misc]
    """On which day they came; empty: today."""

    day = StringField(validators=[Length(max=10)], filters=[_storable])


class SaleForm(FlaskForm):  # type: ignore[misc]
    """What they have paid, when, and its number in the business's own books."""

    amount = StringField(validators=[InputRequired(), Length(max=40)], filters=[_storable])
    sold_on = StringField(validators=[Length(max=10)], filters=[_storable])
    reference = StringField(validators=[Length(max=80)], filters=[_storable])


class OptOutForm(FlaskForm):  # type: ignore[misc]
    """The contact asked a person: confirmed by a tick."""

    confirmed = BooleanField()
