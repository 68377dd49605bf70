"""The webhooks of the sandbox: lifecycle events, posted to an address as Adapty would post them.

config.py       the address, the Authorization value, the retry schedule
payload.py      the body of an event, of one that happened and of one that was requested
deliveries.py   the state of each delivery
sender.py       posts events, from an event loop in a thread of its own
dispatcher.py   from lifecycle events to deliveries; checks profiles again when time has passed
api.py          `Sandbox.webhooks`
"""
