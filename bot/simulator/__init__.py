"""The phone simulator: the provider and the phone network from the other side, for demo, dry run and tests.

It speaks the provider's protocol (the Messages API, signed inbound webhooks, status callbacks), keeps
phones to type on, and can be told to fail. It imports nothing of the service and nothing of the provider's
library, and no text that passes through it leaves this machine.

In one process (rehearsals, tests):

    network = Network(account_sid=…, auth_token=…, senders=["+12125550100"],
                      webhook_url="http://127.0.0.1/webhooks/twilio/messages",
                      clock=clock, post=into_wsgi(app))
    with serving(network) as api_base_url:      # the provider's API, on a free port of this machine
        network.text("+12125550123", "hello")   # a phone writes
        network.run_due()                       # do what is due now: webhooks, callbacks, arrivals
        network.transcript("+12125550123")      # what the phone's screen shows

As a server: `python -m bot.simulator --help`; its control API is described in control.py.
"""

from bot.simulator.behaviour import Behaviour, Retries
from bot.simulator.inbound import NoSuchSender
from bot.simulator.network import Network
from bot.simulator.posting import into_wsgi, over_http
from bot.simulator.records import Media, Message, Phone, Template
from bot.simulator.refusals import Refusal
from bot.simulator.server import serving
from bot.simulator.webhooks import Answer

__all__ = [
    "Answer",
    "Behaviour",
    "Media",
    "Message",
    "Network",
    "NoSuchSender",
    "Phone",
    "Refusal",
    "Retries",
    "Template",
    "into_wsgi",
    "over_http",
    "serving",
]
