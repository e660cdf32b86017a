"""What one would write instead: a Flask route that checks the signature and inserts a row, and nothing else.

It runs under the same server, on the same engine settings (data/db.py), as the service itself.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from flask import Flask, Response, request
from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, insert
from twilio.request_validator import RequestValidator

from data import db

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

texts = Table(
    "bare_text",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("provider_id", String, unique=True),
    Column("from_address", String),
    Column("to_address", String),
    Column("body", String),
    Column("created_at", DateTime(timezone=True)),
)

app = Flask(__name__)
validator = RequestValidator(os.environ.get("TWILIO_AUTH_TOKEN", ""))
public = os.environ.get("PUBLIC_BASE_URL", "")


@app.post("/webhooks/twilio/messages")
def messages() -> Response:
    """Check, insert, answer."""
    form = request.form
    if not validator.validate(public + request.path, form, request.headers.get("X-Twilio-Signature", "")):
        return Response("not signed by the provider", 403)
    row = {
        "provider_id": form["MessageSid"],
        "from_address": form["From"],
        "to_address": form["To"],
        "body": form["Body"],
        "created_at": datetime.now(UTC),
    }
    engine = db.engine()
    with engine.connect().execution_options(sqlite_begin="BEGIN IMMEDIATE") as connection, connection.begin():
        connection.execute(insert(texts), row)
    return Response(EMPTY_TWIML, 200, content_type="text/xml")


@app.route("/nothing", methods=["GET", "POST"])
def nothing() -> Response:
    """Answers, that is all: how much the load generator could ask for at most."""
    return Response(EMPTY_TWIML, 200, content_type="text/xml")
