"""The Mail API of the sandbox.

routes.py      validate a request, store it, respond
store.py       profiles and events
identity.py    which profile an identifier or an event belongs to, and erasure
"""
