"""What a new version of a contract changes, compared by meaning.

python -m scripts.spec_diff NEW [--api mail|server_side] [--old FILE] [--format text|markdown|json]

source, reading         a file or URL -> bytes -> data
document                data -> a valid contract, whose references can be followed
expand, shape, limits   its schemas in a normal form: type by type, however they are spelled
soundness               what of a schema the validator leaves unchecked
operations              what the contract offers, in a normal form
compare, walk, values   two of those -> the changes between them
matching, rules         which alternative is which; what each change means for our callers
owed                    what the facade owes for them
report, command         what is printed
markdown                how text from a contract is made safe to print
"""
