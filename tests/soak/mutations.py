"""The mutants as data: which words of which file go, what stands there instead, and which tests are asked."""

# ruff: noqa: E501 - the words that go have to stand here as they stand there

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MACHINE = "tests/integration/webhooks/test_strangers.py"
LEASES = "tests/integration/scheduler/test_converse.py -k lease"
HOURS = "tests/unit/actions/test_lawful_moments.py"
CLAIMS = "tests/integration/scheduler/test_deliver.py -k claimed"

_ONE_AFTER_THE_OTHER = (
    "Equivalent: a writer begins with BEGIN IMMEDIATE, so whoever looks for the id has all rows before it, "
    "and nobody can come between looking and writing. The key is the second fence."
)


@dataclass(frozen=True, slots=True)
class Edit:
    """Exactly one place in a file."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A safeguard that is taken out. `spared`: databases on which nothing can notice, and why."""

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...] = (MACHINE,)
    spared: Mapping[str, str] = field(default_factory=dict)


_SIGNATURE = "bot/webhooks/signature.py"
_FIELDS = "bot/webhooks/fields.py"
_RECEIVE = "scheduler/receive.py"
_ORDINARY = "scheduler/ordinary_rows.py"
_RECEIPTS = "scheduler/receipts.py"
_STATES = "data/message_states.py"
_TABLES = "data/migrations/versions/0002_conversations_and_visits.py"
_URL = 'settings.get().own_base_url + request.path + (f"?{query}" if query else "")'

_NO_KEY = Edit(_TABLES, 'sa.UniqueConstraint("provider_id", name=op.f("uq_message_provider_id")),', "")
_NO_LOOK = (
    Edit(_RECEIVE, "    if session.scalar(select(Message.id).where(Message.provider_id == inbound.provider_id)):",
         "    if False:"),
    Edit(_ORDINARY, '        ~exists().where(Message.provider_id == bindparam("sid")),',
         '        bindparam("sid").is_not(None),'),
)  # fmt: skip
_NO_EVENT_KEY = Edit(
    _TABLES,
    'sa.UniqueConstraint("provider_id", "status", name=op.f("uq_delivery_event_provider_id_status")),',
    "",
)
_NO_EVENT_LOOK = Edit(_RECEIPTS, "    if session.scalar(known) is not None:", "    if False:")

MUTANTS = (
    # -- who is let in
    Mutant("signature check always true", (Edit(_SIGNATURE, "    return any(", "    return True or any("),)),
    Mutant(
        "a missing signature let through",
        (Edit(_SIGNATURE, "    if not is_there(request):\n        return False", "    if not is_there(request):\n        return True"),),
    ),
    Mutant("only the path signed, not the query", (Edit(_SIGNATURE, _URL, "settings.get().own_base_url + request.path"),)),
    Mutant(
        "signature over the first of repeated fields",
        (Edit(_SIGNATURE, "validate(url, request.form,", "validate(url, request.form.to_dict(),"),),
    ),
    Mutant("second token ignored in rotation", (Edit(_SIGNATURE, "settings.get().auth_tokens", "settings.get().auth_tokens[:1]"),)),
    Mutant("SHA-256 unknown", (Edit(_SIGNATURE, "signature, algorithm)", "signature, HMAC_SHA1)"),)),
    Mutant(
        "forwarded host trusted",
        (Edit(_SIGNATURE, "settings.get().own_base_url + request.path",
              '"https://" + request.headers.get("X-Forwarded-Host", "desk.example.com") + request.path'),),
    ),
    Mutant(
        "the host of the request trusted",
        (Edit(_SIGNATURE, "settings.get().own_base_url + request.path", 'request.host_url.rstrip("/") + request.path'),),
    ),
    Mutant(
        "an id may have any shape",
        (Edit(_FIELDS, 're.compile(r"[A-Z]{2}[0-9A-Fa-f]{1,62}", re.ASCII)', 're.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)'),),
    ),
    Mutant("a number may have any shape", (Edit(_FIELDS, 'if number.startswith("+") and', "if False and"),)),
    Mutant("an unknown status is kept", (Edit(_RECEIPTS, "    if status not in FROM_PROVIDER:", "    if False:"),)),
    # -- what comes again
    Mutant("no look for the provider's id", _NO_LOOK),
    Mutant("no unique key on the provider's id", (_NO_KEY,), spared={"sqlite": _ONE_AFTER_THE_OTHER}),
    Mutant("neither look nor key", (*_NO_LOOK, _NO_KEY)),
    Mutant("no look for a receipt", (_NO_EVENT_LOOK,)),
    Mutant("no unique key on receipts", (_NO_EVENT_KEY,), spared={"sqlite": _ONE_AFTER_THE_OTHER}),
    Mutant("neither look nor key for receipts", (_NO_EVENT_LOOK, _NO_EVENT_KEY)),
    # -- what became of a text
    Mutant(
        "state rank out",
        (Edit(_STATES, '    if present == "unknown":\n', '    if present:\n        return True\n    if present == "unknown":\n'),),
    ),
    Mutant(
        "a final state may be left",
        (Edit(_STATES, "    if present in TERMINAL:\n        return False", "    if present in TERMINAL:\n        return reported not in TERMINAL"),),
    ),
    Mutant(
        "a delivered text may fail",
        (Edit(_STATES, '        return RANK[present] < RANK["delivered"]', "        return True"),),
    ),
    Mutant(
        "first error code overwritten",
        (Edit("scheduler/consequences.py", "message.error_code = message.error_code or code", "message.error_code = code"),),
    ),
    Mutant(
        "a receipt of an old attempt moves the new one",
        (Edit(_RECEIPTS, "    if _has_failed(session, provider_id):\n        return ours, True", "    if _has_failed(session, provider_id):\n        return ours, False"),),
    ),
    # -- who is left alone
    Mutant(
        "suppression at enqueue out",
        (Edit("scheduler/touches.py", "    if isinstance(verdict, Drop):\n        message.state", "    if False:\n        message.state"),),
    ),
    Mutant("suppression at delivery out", (Edit("scheduler/deliver.py", "    match verdict_on(session, message):", "    match Leave():"),)),
    Mutant("suppression out of the guards", (Edit("actions/guards.py", "    if standing.suppressed_for and not rules.after_opt_out:", "    if False:"),)),
    Mutant(
        "opt-out while thinking not looked for",
        (Edit("scheduler/converse.py", "    if suppressed_for(session, business, contact.phone, heard.channel):", "    if False:"),),
    ),
    Mutant("opt-out gate out of the webhook", (Edit(_RECEIVE, "    opts_out = _opts_out(inbound, gated)\n", "    opts_out = False\n"),)),
    Mutant("a suppressed number taken for an ordinary one", (Edit(_ORDINARY, "Suppression.lifted_at.is_(None),", "Suppression.lifted_at.is_not(None),"),)),
    Mutant("STOP confirmed every time", (Edit(_RECEIVE, "says = suppressed is None and not", "says = not"),)),
    Mutant(
        "who answers stays in the sequence",
        (Edit(_RECEIVE, '    stop_enrollments(session, contact.id, "replied")', "    pass"),
         Edit(_ORDINARY, ".where(_enrollment.c.contact_id == contact)", ".where(_enrollment.c.contact_id == -1)")),
    ),
    Mutant(
        "queued texts outlive an opt-out",
        (Edit("scheduler/apply.py", '    cancel_queued(scene.session, scene.contact.id, ("reply",), effect.reason)', "    pass"),),
    ),
    Mutant(
        "unknown sender answered",
        (Edit(_RECEIVE, "    if contact is None:\n        if _opts_out",
              '    if contact is None:\n        from data.queries.messages import enqueue\n\n'
              '        enqueue(session, business, None, kind="notice", body="Who is this?", channel="sms",\n'
              "                to=inbound.from_address)\n        if _opts_out"),),
    ),
    Mutant("emergency gate out", (Edit(_RECEIVE, '    if gated.emergency in ("life", "self_harm") or', "    if False and"),)),
    # -- when it leaves
    Mutant(
        "lawful hours out of the guards",
        (Edit("actions/guards.py", "    return _in_hours(hours, now)\n\n\ndef _in_hours", "    return Leave()\n\n\ndef _in_hours"),),
        (HOURS,),
    ),
    Mutant("a window left open for the provider", (Edit("actions/guards.py", "    left = closes - now - MARGIN", "    left = LONGEST_VALIDITY"),), (HOURS,)),
    Mutant("the first zone alone", (Edit("actions/lawful_hours.py", "    for zone in _zones(where):\n        end", "    for zone in _zones(where)[:1]:\n        end"),), (HOURS,)),
    # -- who works on what
    Mutant("fence ignored", (Edit("data/queries/leases.py", '    return session.scalar(_HOLDS, {"which": lease.contact_id, "held": lease.fence}) is not None', "    return True"),), (MACHINE, LEASES)),
    Mutant("claim without its state", (Edit("data/queries/messages.py", '        .where(Message.id == message_id, Message.state == "queued", Message.due_at <= clock.now())', "        .where(Message.id == message_id, Message.due_at <= clock.now())"),), (MACHINE, CLAIMS)),
)  # fmt: skip
"""Each fits exactly one place, or it says that it no longer does."""
