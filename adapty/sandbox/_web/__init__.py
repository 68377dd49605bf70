"""The Web API of the sandbox, on the profiles and paywalls of the server-side API.

placements.py  the paywalls that the placements show
actions.py     what each operation does: `ACTIONS`, by operationId
routes.py      the routes, and the error codes of invalid bodies
"""
