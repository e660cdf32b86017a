"""The tables, by the words of design.md. Everything hangs off Business."""

from data.models.base import Base
from data.models.booking import Appointment, Hold
from data.models.business import (
    AuditEvent,
    Business,
    CalendarConnection,
    DemoClock,
    FaqEntry,
    LocalEvent,
    Sender,
    StaffUser,
)
from data.models.campaign import Campaign, Enrollment, Segment, Touch, WhatsAppTemplate
from data.models.commerce import OutcomeChange, Sale, WebhookDelivery, WebhookEndpoint
from data.models.contact import Contact, ContactBasis, ImportBatch, Person, Suppression
from data.models.conversation import (
    Callback,
    Conversation,
    DeliveryEvent,
    Handoff,
    Message,
    UnansweredQuestion,
)
from data.models.heartbeat import Heartbeat

__all__ = [
    "Appointment",
    "AuditEvent",
    "Base",
    "Business",
    "CalendarConnection",
    "Callback",
    "Campaign",
    "Contact",
    "ContactBasis",
    "Conversation",
    "DeliveryEvent",
    "DemoClock",
    "Enrollment",
    "FaqEntry",
    "Handoff",
    "Heartbeat",
    "Hold",
    "ImportBatch",
    "LocalEvent",
    "Message",
    "OutcomeChange",
    "Person",
    "Sale",
    "Segment",
    "Sender",
    "StaffUser",
    "Suppression",
    "Touch",
    "UnansweredQuestion",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WhatsAppTemplate",
]
