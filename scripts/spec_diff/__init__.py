"""Compare two versions of a contract by meaning.

    python -m scripts.spec_diff [NEW] [--api API] [--old FILE] [--format text|markdown|json]

reading       a file or URL -> data
document      data -> a valid contract whose references can be followed
schema        the normal form of schemas: types, limits, intersections and unions
normalize     the schemas of a contract -> their normal form
operations    the operations and webhooks of a contract -> their normal form
same_api      a check that two contracts are versions of one API
compare       two contracts -> changes; schema_diff compares two schemas
rules         the table of changes: additive or breaking
gaps          what the facade does not cover after the changes
report, text  the report, and safe text in it
"""
