"""Takes a new version of a vendor's contract into openapi/: `make update-spec NEW=... [API=...]`.

taking_over.py   the new contract, in our words
changelog.py     the entry for what it brings
tree.py          the files that change, all of them or none
__main__.py      the command line
"""
