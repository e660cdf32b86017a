"""The report of one campaign on one page, to read or to print, and its files for spreadsheets."""

from __future__ import annotations

import io
import re

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from bot.staff import sessions
from bot.staff.blueprint import blueprint
from bot.staff.figures import STAGES
from bot.staff.forms import ActForm
from bot.staff.outreach_bars import width
from data.db import reading
from data.enrollment_outcomes import OUTCOMES
from data.figures import EXPORTS, report
from data.queries import campaign_list
from scheduler.provider.errors import verdict


@blueprint.get("/campaigns/<row:campaign_id>/report")
def campaign_report(campaign_id: int) -> ResponseReturnValue:
    """The page."""
    me = sessions.me()
    with reading() as session:
        campaign = campaign_list.find(session, me.business_id, campaign_id) or abort(404)
        made = report(session, campaign.id, lambda code: verdict(code).meaning)
    return render_template(
        "staff/campaign_report.html",
        campaign=campaign,
        report=made,
        stages=STAGES,
        outcomes_mean=OUTCOMES,
        exports=EXPORTS,
        width=width,
        zone=me.timezone,
        act=ActForm(),
    )


@blueprint.get("/campaigns/<row:campaign_id>/<name>.csv")
def campaign_file(campaign_id: int, name: str) -> ResponseReturnValue:
    """One of its files."""
    if name not in EXPORTS:
        abort(404)
    written = io.StringIO(newline="")
    with reading() as session:
        campaign = campaign_list.find(session, sessions.me().business_id, campaign_id) or abort(404)
        EXPORTS[name](session, campaign.id, written)
    safe = re.sub(r"[^A-Za-z0-9]+", "-", campaign.name).strip("-").lower() or "campaign"
    return Response(
        "\ufeff" + written.getvalue(),  # spreadsheets take a file without this mark for another encoding
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{safe}-{name}.csv"'},
    )
