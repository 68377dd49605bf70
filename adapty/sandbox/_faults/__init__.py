"""Faults on demand.

model.py        `Fault`: what goes wrong, and with which requests
parser.py       its text form
injector.py     `Faults`: the faults of a sandbox, and which of them hits a request
middleware.py   what happens to a request that meets a fault
"""
