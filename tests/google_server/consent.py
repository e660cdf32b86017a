"""The consent page: what an app asks for, with a box for each, and the way back with a code or with a no."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlencode

from flask import Response

from google_server.oauth import CLIENT_ID, TokenEndpoint

NEEDED = {
    "response_type": "code",
    "client_id": CLIENT_ID,
    "access_type": "offline",
    "prompt": "consent",
    "include_granted_scopes": "true",
    "code_challenge_method": "S256",
}
"""What must be asked for so that the access lasts and nobody else can use the code."""

_PAGE = """<!doctype html><html lang="en"><title>Sample accounts</title>
<style>body {{ font: 16px system-ui, sans-serif; max-width: 30rem; margin: 4rem auto; padding: 0 1rem; }}
p {{ margin: .8rem 0; }} button {{ font: inherit; padding: .5rem 1.2rem; margin-right: .5rem; }}</style>
<h1>Sample accounts</h1><p>A server of the tests. <b>Rekindle</b> wants access to owner@example.com:</p>
<form method="post">{boxes}<p><button name="answer" value="no">Cancel</button><button name="answer"
value="yes">Allow</button></p></form></html>"""
_BOX = '<p><label><input type="checkbox" name="scope" value="{scope}" checked> {words}</label></p>'
_WORDS = {
    "https://www.googleapis.com/auth/calendar.events": "View and edit events on all your calendars",
    "https://www.googleapis.com/auth/calendar.readonly": "See any calendar that you can open",
}


def consent_page(asked: dict[str, str]) -> Response:
    """What the owner sees; an app that asks wrongly is told so, as Google does."""
    wrong = [name for name, value in NEEDED.items() if asked.get(name) != value]
    wrong += [name for name in ("redirect_uri", "state", "scope", "code_challenge") if not asked.get(name)]
    if wrong:
        return Response(f"Error 400: invalid_request ({', '.join(wrong)})", status=400)
    boxes = "".join(
        _BOX.format(scope=escape(scope), words=escape(_WORDS.get(scope, scope)))
        for scope in asked["scope"].split()
    )
    return Response(_PAGE.format(boxes=boxes), mimetype="text/html")


def consented(oauth: TokenEndpoint, asked: dict[str, str], form: Any) -> Response:
    """Back to the app."""
    if form.get("answer") == "yes":
        scopes = [scope for scope in form.getlist("scope") if scope in asked["scope"].split()]
        back = {"code": oauth.consent(asked, scopes), "scope": " ".join(scopes)}
    else:
        back = {"error": "access_denied"}
    query = urlencode({"state": asked["state"]} | back)
    return Response(status=302, headers={"Location": f"{asked['redirect_uri']}?{query}"})
