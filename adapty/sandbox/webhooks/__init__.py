"""The webhooks of the sandbox: what happens to its profiles, posted to an address as Adapty would post it.

settings.py      where to, with which Authorization value, and how much faster than Adapty
retry_rule.py    what counts as received, and how long to wait before the next try
news.py          what there is to post
changes.py       which events follow from a change of a profile, or from the passing of time
transactions.py  which events a transaction tells of
properties.py    what an event says of the purchase, the access level and the profile
on_demand.py     events that somebody asks for, whatever has happened
deliveries.py    what became of each event
sender.py        the thread that posts
turn_timer.py    when to look at a profile again, by a wall clock that may be frozen or moved
hook.py          all of these together, for the sandbox
control.py       what users of the sandbox have of it
pages.py         the same under `/_sandbox/`
"""
