"""Lists: bring one in, see who may be texted and why not, take it in, and who did so before."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot import patience
from bot.staff import lists_uploads, lists_view, lists_work, sessions
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm, AttestForm, UploadForm
from bot.staff.lists_uploads import CONTACTS, Upload
from bot.staff.outreach_bars import width
from data.db import reading, writing
from data.imports import ListError, attestation, list_file
from data.imports.columns import FIELDS
from data.queries import audit, import_batches

UPLOADING = "staff.upload_list"
TOO_LARGE = (
    "That list is too large",
    f"A list uploaded here holds at most {lists_uploads.LARGEST // 2**20} MB. Split it, or ask whoever runs "
    "this installation to bring it in with rekindle import.",
)


@blueprint.before_app_request
def _room_for_a_list() -> None:
    """A list may be far larger than a text and take longer to come in, from whoever is logged in."""
    if request.endpoint == UPLOADING and current_user.is_authenticated:
        request.max_content_length = lists_uploads.LARGEST
        patience.have(request.environ)


@blueprint.get("/lists", endpoint="lists")
def show() -> str:
    """The page."""
    return _page()


@blueprint.post("/lists")
def upload_list() -> ResponseReturnValue:
    """Keep an uploaded list, unless it cannot be read at all."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _page(wrong="Choose a CSV file first."), 400
    me = sessions.me()
    upload = lists_uploads.keep(
        form.file.data, form.kind.data, me.business_id, me.name, attested=form.own.data
    )
    try:
        list_file.read(upload.file)
    except ListError as error:
        lists_uploads.throw_away(upload)
        return _page(wrong=f"This list was not kept: {lists_view.plain(error, upload)}."), 400
    with writing() as session:
        audit.note(session, me.business_id, audit.LIST_UPLOADED, me.id, list=upload.filename)
    return redirect(url_for("staff.one_list", token=upload.token), 303)


@blueprint.get("/lists/<token>")
def one_list(token: str) -> ResponseReturnValue:
    """What the list holds and what would come of it; once it is taken in, what has come of it."""
    upload = _mine(token)
    if lists_work.under_way(upload):
        return _wait(upload)
    if lists_uploads.saved(upload, lists_work.TAKEN):
        return _result(upload)
    if not upload.file.exists():
        abort(404)
    if not lists_uploads.saved(upload, lists_work.LOOKED):
        lists_view.look_through(upload, sessions.me().business_id)
        if lists_work.under_way(upload):
            return _wait(upload)
    return _before(upload)


@blueprint.post("/lists/<token>/columns")
def set_columns(token: str) -> ResponseReturnValue:
    """Which column holds which field, as staff say; then it is looked through again."""
    if not ActForm().validate_on_submit():
        abort(400)
    upload = _mine(token)
    mapping = {field: request.form.get(f"column-{field}", "") for field in FIELDS}
    lists_view.map_columns(upload, {field: column for field, column in mapping.items() if column})
    return redirect(url_for("staff.one_list", token=token), 303)


@blueprint.post("/lists/<token>/take-in")
def take_in_list(token: str) -> ResponseReturnValue:
    """Take it in, once somebody has said that it is the business's own."""
    form = AttestForm()
    if not form.validate_on_submit():
        abort(400)
    upload, me = _mine(token), sessions.me()
    if not upload.file.exists() or lists_uploads.saved(upload, lists_work.TAKEN):
        return redirect(url_for("staff.one_list", token=token), 303)
    if upload.kind == CONTACTS and not upload.attested_by:
        if not form.own.data:
            return _before(upload, "Tick first that this list is your own. Nothing was taken in."), 409
        upload = lists_uploads.attest(upload, me.name)
    with writing() as session:
        audit.note(session, me.business_id, audit.LIST_TAKEN_IN, me.id, list=upload.filename)
    lists_view.store(upload, me.business_id)
    return redirect(url_for("staff.one_list", token=token), 303)


@blueprint.post("/lists/<token>/throw-away")
def throw_list_away(token: str) -> ResponseReturnValue:
    """An uploaded list that is not wanted."""
    if not ActForm().validate_on_submit():
        abort(400)
    upload = _mine(token)
    if not lists_work.under_way(upload):
        lists_uploads.throw_away(upload)
        flash("The uploaded list is gone. Nothing of it was taken in.")
    return redirect(url_for("staff.lists"), 303)


@blueprint.post("/lists/imports/<row:batch_id>/attest")
def attest_import(batch_id: int) -> ResponseReturnValue:
    """Somebody says afterwards that a list is the business's own: before that, no campaign starts."""
    if not ActForm().validate_on_submit():
        abort(400)
    me = sessions.me()
    with writing() as session:
        batch = import_batches.find(session, me.business_id, batch_id) or abort(404)
        attestation.attest(session, batch.id, me.name)
        audit.note(session, me.business_id, audit.LIST_ATTESTED, me.id, list=batch.filename)
    return redirect(url_for("staff.lists"), 303)


@blueprint.get("/lists/<token>/refused.csv")
def refused_rows(token: str) -> ResponseReturnValue:
    """The refused rows as a file."""
    upload = _mine(token)
    if not upload.refused.exists():
        abort(404)
    name = f"{upload.filename.rsplit('.', 1)[0]}.refused.csv"
    return send_file(upload.refused.absolute(), mimetype="text/csv", as_attachment=True, download_name=name)


def _mine(token: str) -> Upload:
    return lists_uploads.find(token, sessions.me().business_id) or abort(404)


def _page(wrong: str = "") -> str:
    me = sessions.me()
    with reading() as session:
        batches = import_batches.latest(session, me.business_id)
    return render_template(
        "staff/lists.html",
        waiting=lists_uploads.waiting(me.business_id),
        past=[lists_view.past(batch, me.business_id) for batch in batches],
        wrong=wrong,
        largest=lists_uploads.LARGEST // (1024 * 1024),
        zone=me.timezone,
        act=ActForm(),
    )


def _wait(upload: Upload) -> str:
    rows = lists_work.rows_done(upload)
    return render_template("staff/list_wait.html", upload=upload, rows=rows, width=width, act=ActForm())


def _before(upload: Upload, wrong: str = "") -> str:
    return render_template(
        "staff/list.html",
        upload=upload,
        view=lists_view.before(upload),
        width=width,
        wrong=wrong,
        fields=FIELDS,
        zone=sessions.me().timezone,
        act=ActForm(),
    )


def _result(upload: Upload) -> str:
    reason, page = request.args.get("reason", ""), max(1, request.args.get("page", 1, type=int))
    return render_template(
        "staff/list_taken.html",
        upload=upload,
        view=lists_view.after(upload, reason, page),
        zone=sessions.me().timezone,
        act=ActForm(),
    )
