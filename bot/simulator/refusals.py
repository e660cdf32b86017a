"""The provider's error codes, as a table, and the error that carries one."""

from __future__ import annotations

from dataclasses import dataclass

_DOCS = "https://www.twilio.com/docs/errors/"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One code: the HTTP status of a request refused with it, and the provider's message."""

    status: int
    message: str


# source: the provider's error dictionary (the page of each code)
CODES: dict[int, Meaning] = {
    20003: Meaning(401, "Authenticate"),
    20404: Meaning(404, "The requested resource {resource} was not found"),
    20429: Meaning(429, "Too Many Requests"),
    20500: Meaning(500, "Internal Server Error"),
    20503: Meaning(503, "Service Unavailable"),
    21211: Meaning(400, "The 'To' number {to} is not a valid phone number."),
    21212: Meaning(400, "The 'From' number {from_} is not a valid phone number."),
    21266: Meaning(400, "'To' and 'From' number cannot be the same: {to}"),
    21408: Meaning(400, "Permission to send to the region of {to} has not been enabled."),
    21602: Meaning(400, "Message body is required."),
    21603: Meaning(400, "A 'From' phone number is required."),
    21604: Meaning(400, "A 'To' phone number is required."),
    21606: Meaning(400, "The 'From' number {from_} is not a message-capable number of this account."),
    21608: Meaning(400, "The number {to} is unverified; trial accounts cannot send to it."),
    21610: Meaning(400, "Attempt to send to unsubscribed recipient"),
    21611: Meaning(429, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: Meaning(400, "Message cannot be sent with this combination of 'To' ({to}) and 'From' ({from_})"),
    21614: Meaning(400, "'To' number is not a valid mobile number: {to}"),
    21617: Meaning(400, "The concatenated message body exceeds the 1600 character limit"),
    21624: Meaning(400, "Invalid validity period value"),
    21635: Meaning(400, "'To' number cannot be a landline: {to}"),
    21655: Meaning(400, "The ContentSid is invalid"),
    21656: Meaning(400, "The ContentVariables parameter is invalid"),
    21701: Meaning(404, "The Messaging Service does not exist"),
    21910: Meaning(400, "Invalid From and To pair. From and To should be of the same channel"),
    30001: Meaning(400, "Queue overflow"),
    30003: Meaning(400, "Unreachable destination handset"),
    30004: Meaning(400, "Message blocked"),
    30005: Meaning(400, "Unknown destination handset"),
    30006: Meaning(400, "Landline or unreachable carrier"),
    30007: Meaning(400, "Message filtered"),
    30008: Meaning(400, "Unknown error"),
    30022: Meaning(400, "Exceeded carrier throughput limit"),
    30032: Meaning(400, "Toll-free number has not been verified"),
    30034: Meaning(400, "Message from an unregistered number"),
    30036: Meaning(400, "Validity period expired"),
    30500: Meaning(400, "Internal failure"),
    63003: Meaning(400, "Channel could not find To address"),
    63007: Meaning(400, "Twilio could not find a Channel with the specified From address"),
    63013: Meaning(400, "Channel policy violation"),
    63014: Meaning(400, "Message failed because it was blocked by user action"),
    63016: Meaning(400, "Failed to send freeform message because you are outside the allowed window."),
    63017: Meaning(400, "Channel request rate limit exceeded"),
    63018: Meaning(400, "Rate limit exceeded for Channel"),
    63024: Meaning(400, "Invalid message recipient"),
    63027: Meaning(400, "Template does not exist for a language and locale"),
    63038: Meaning(400, "Account exceeded the daily messages limit"),
    63040: Meaning(400, "Template Rejected"),
    63041: Meaning(400, "Template Paused"),
    63042: Meaning(400, "Template Disabled"),
    63049: Meaning(400, "Meta chose not to deliver this WhatsApp marketing message"),
    131050: Meaning(400, "User has stopped receiving marketing messages on WhatsApp"),
}  # fmt: skip


def message(code: int, **names: str) -> str:
    """The provider's words for `code`; an unknown code gets neutral ones."""
    meaning = CODES.get(code)
    return meaning.message.format_map({"to": "", "from_": "", "resource": ""} | names) if meaning else "Error"


class Refusal(Exception):
    """A request that the API refuses; trying the same again helps only with 429 and 5xx.

    `retry_after`: seconds for the header of that name, None for none.
    """

    def __init__(self, code: int, status: int | None = None, **names: str) -> None:
        self.code = code
        self.status = status or (CODES[code].status if code in CODES else 400)
        self.message = message(code, **names)
        self.retry_after: int | None = None
        super().__init__(f"{code}: {self.message}")

    def as_json(self) -> dict[str, object]:
        """The body of the answer, in the provider's shape."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"{_DOCS}{self.code}",
            "status": self.status,
        }
