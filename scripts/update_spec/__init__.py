"""Merge a new version of the vendor's contract into openapi/: `make update-spec NEW=... [API=...]`.

notation.py      rewrite the new contract in our notation
merge.py         merge it into our text
changelog.py     the changelog entry
transaction.py   change all files or none
__main__.py      the command line
"""
