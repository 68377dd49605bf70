"""The server-side API of the sandbox, versions 1 and 2: profiles, purchases, access, paywalls, virtual currencies.

routes.py        a request is read, carried out and answered
contract.py      what the contract says of an operation; parameters.py, rules.py and identity.py check by it
actions.py       what each operation does: `ACTIONS`, by operationId
state.py         the database and the clock; work.py is what an operation gets of them
profiles.py      who there is; purchases.py, access.py, currencies.py, ... what belongs to them
shown.py         a profile as answers show it
answers.py       the answers, and the refusals in the API's three shapes
"""
