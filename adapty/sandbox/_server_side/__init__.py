"""The server-side API of the sandbox, versions 1 and 2.

settings.py       the settings of the dashboard
model.py          the data: users, profiles, transactions, events, and the context of an operation
profiles.py, purchases.py, access_levels.py, paywalls.py, paywall_views.py, currencies.py
                  what is stored, and how responses show it
lifecycle.py      the events that follow from a change, or from the passing of time
actions.py        what each operation does: `ACTIONS`, by operationId
store.py          database transactions and the clock
rules.py          documented rules about single fields, beyond the spec's schemas
transaction_rules.py
                  documented rules between the fields of a transaction, a grant or a revocation
invalid_requests.py
                  the status and the error code of a request that does not match its schema
parameters.py     query, path and header parameters

The routes are in `_server_side_routes.py`: `_api_routes.py` parses a request, runs its action, and responds.
"""
