"""The command that compares contracts: its output, its exit codes, and the contracts that it rejects."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import yaml

from scripts.generate import APIS
from scripts.published import PUBLISHED
from scripts.spec_diff import __main__ as command
from scripts.spec_diff import compare as compare_module
from scripts.spec_diff import reading, report
from scripts.spec_diff.__main__ import main
from scripts.spec_diff.document import parse_document
from scripts.spec_diff.reading import ROOT, CannotCompareError, source_name
from scripts.spec_diff.same_api import check_same_api
from tests.later_contract import later_contract
from tests.project.shop_contract import BODY, CIRCLE, SHOP, SHOP_FILE, echo_contract, edit_shop
from tests.raw_server import answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.raw_server import RawServer

MORE = ("        buyer: {type: string}\n", "        buyer: {type: string}\n        at: {type: string}\n")
LESS = ("        buyer: {type: string}\n", "")

Compare: TypeAlias = "Callable[..., int]"


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    """Compare the shop with a contract given as text or bytes."""

    def run(new: str | bytes, *arguments: str) -> int:
        file = tmp_path / "new.yaml"
        file.write_bytes(new if isinstance(new, bytes) else new.encode())
        return main([str(file), "--old", str(SHOP_FILE), *arguments])

    return run


def test_exit_code_depends_on_changes(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """0 without changes, 1 with additive changes only, 2 with breaking ones."""
    for replacements, code, count in (
        ((), 0, "no change"),
        ((MORE,), 1, "0 breaking, 1 additive"),
        ((LESS,), 2, "1 breaking, 0 additive"),
    ):
        assert compare(edit_shop(*replacements)) == code, count
        printed = capsys.readouterr()
        assert printed.out.splitlines()[:2] == ["mail: tests/project/shop_contract/shop.yaml -> new.yaml", count]
        assert printed.err == ""


def test_text_lists_breaking_changes_first(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """Each change has a line, and a line with its locations."""
    compare(
        edit_shop(
            ("enum: [new, used]", "enum: [new, used, lost]"),
            ("label: {type: string}", "label: {type: integer}"),
            ("operationId: deleteThing", "operationId: deleteThing\n      deprecated: true"),
        )
    )

    assert capsys.readouterr().out.splitlines()[2:] == [
        "",
        "Breaking",
        "  response: type changed: Thing.label, was string, now integer",
        "      in listThings: response 200, createThing: response 201, getThing: response 200",
        "",
        "Additive",
        "  operation deprecated: deleteThing",
        "  response: enum value added: Thing.state, now lost",
        "      in listThings: response 200, createThing: response 201, getThing: response 200",
    ]


def test_json_has_all_fields(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """The keys are stable: programs read them."""
    assert compare(edit_shop(MORE, ("note: {type: [string, 'null']}", "note: {type: string}")), "--format", "json") == 2

    assert json.loads(capsys.readouterr().out) == {
        "api": "mail",
        "old": "tests/project/shop_contract/shop.yaml",
        "new": "new.yaml",
        "breaking": True,
        "changes": [
            {
                "kind": "request-null-removed",
                "class": "breaking",
                "where": ["createThing: request body"],
                "element": "NewThing.note",
                "before": "null or not",
                "after": "not null",
                "gaps": [],
            },
            {
                "kind": "response-field-added",
                "class": "additive",
                "where": ["webhook thingSold: request body"],
                "element": "Sale.at",
                "before": None,
                "after": "string",
                "gaps": [],
            },
        ],
        "gaps": [],
    }


def test_markdown_has_checklist_of_gaps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The default is to compare with our own contract."""
    later = later_contract(yaml.safe_load((ROOT / "openapi" / "mail.yaml").read_text("utf-8")))
    file = tmp_path / "later.json"
    file.write_text(json.dumps(later))

    assert main([str(file), "--format", "markdown"]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "## Changes of the `mail` contract",
        "",
        "`openapi/mail.yaml` → `later.json`: 0 breaking, 4 additive",
        "",
        "### Additive (4)",
    ]
    assert "- operation added: `pauseProfile`, now `POST /api/v1/profile/pause/`" in lines
    assert "- [ ] `the command mail save-event lacks an option for campaign_id`" in lines
    assert sum(line.startswith("- [ ] ") for line in lines) == 12


HOSTILE_TEXT = "`a`` | <img src=x> @team #1 [x](http://e.example)\n# head\u001b[31m ``` \u202e"


def test_markdown_escapes_text_of_contract(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """Text of a contract is code in one line, and does not end a fence."""
    new = edit_shop(("        at: x", "")) if "        at: x" in SHOP else SHOP
    new = new.replace("        buyer: {type: string}\n", f"        {json.dumps(HOSTILE_TEXT)}: {{type: string}}\n")
    new = new.replace("operationId: getThing", f"operationId: {json.dumps(HOSTILE_TEXT)}")

    assert compare(new, "--format", "markdown") == 2

    lines = capsys.readouterr().out.splitlines()
    assert any("@team" in line for line in lines)
    for line in lines:
        outside = re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", line)
        assert not re.search(r"[`<>@|\x1b]|\[x\]", outside), line
        assert line.isprintable()


def test_text_has_no_control_characters(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """A contract cannot move the cursor or add lines."""
    assert compare(SHOP.replace("buyer:", f"{json.dumps(HOSTILE_TEXT)}:")) == 2

    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())


def test_long_markdown_is_truncated(
    compare: Compare, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report says how many lines are missing."""
    monkeypatch.setattr(report, "MAX_MARKDOWN", 2000)
    fields = "".join(f"        field_number_{number}: {{type: string}}\n" for number in range(50))

    assert compare(SHOP.replace("        buyer: {type: string}\n", fields), "--format", "markdown") == 2

    printed = capsys.readouterr().out
    assert len(printed) < 2100
    assert re.search(r"\d+ more lines do not fit", printed.splitlines()[-1])


def nest_aliases(depth: int) -> str:
    """Return aliases of aliases, with ten to the power of `depth` values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, depth)]
    return "\n".join(lines)


def nest_merges(depth: int) -> str:
    """Return mappings that each merge the previous one ten times."""
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}], x{n}: 1}}" for n in range(1, depth)]
    return "\n".join(lines)


CIRCULAR = """\
components:
  examples:
    E: {value: {properties: {a: {$ref: '#/components/examples/F/value'}}}}
    F: {value: {$ref: '#/components/examples/F/value'}}
"""
SOLD = "  thingSold:\n    post:\n"
REFERENCES = "schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}"


REJECTED: list[tuple[str | bytes, str]] = [
    ("", "not an OpenAPI document (got empty)"),
    ("[1, 2]", "not an OpenAPI document (got a list)"),
    ("- 1", "not an OpenAPI document (got a list)"),
    ("just words", "not an OpenAPI document (got a single value)"),
    ("{}", "unsupported version (got no OpenAPI version); expected OpenAPI 3.0 or 3.1"),
    ("swagger: '2.0'", "unsupported version (got OpenAPI 2.0)"),
    ("openapi: 3.2.0", "unsupported version (got OpenAPI 3.2.0)"),
    ("openapi: 3.1", "unsupported version (got OpenAPI 3.1)"),
    ("openapi: 3.1.0", "not valid OpenAPI: 'info' is a required property"),
    (b"\xff\xfeopenapi", "not UTF-8"),
    (b"openapi: 3.1.0\x00", "neither YAML nor JSON"),
    ("a: [", "neither YAML nor JSON"),
    ("a: b: c", "in line 1"),
    ("description: [b: c: d]", "in line 1"),
    ("\n <!DOCTYPE html><title>Not here</title>", "neither YAML nor JSON: it is a web page"),
    ("<html>openapi: 3.1.0", "neither YAML nor JSON: it is a web page"),
    ("a: 1\n---\nb: 2", "more than one document"),
    ("a: !!python/object:os.system x", "has no JSON type"),
    ("a: !!set {x}", "has no JSON type"),
    ("a: .inf", ".inf is not a JSON number"),
    ('{"a": 1e999}', "1e999 is not a JSON number"),
    ('{"a": NaN}', "NaN is not a JSON number"),
    ("a: 1\na: 2", "duplicate key 'a'"),
    ('{"a": 1, "a": 2}', "duplicate key 'a'"),
    ("? [a]\n: b", "a key is not text"),
    ("a: &a [*a]", "the alias 'a' contains itself"),
    ("{a: &b [1], *b : c}", "a key is not text"),
    ("a: *b", "the alias 'b' is not defined"),
    ("<<: x", "<< merges a value that is not a mapping"),
    (nest_merges(30), "has more than 2000000 values"),
    (nest_aliases(30), "has more than 2000000 values"),
    ("[" * 200_000, "nested more than 100 deep"),
    ("{a: " * 200_000, "nested more than 100 deep"),
    ('{"a":' * 101 + "1" + "}" * 101, "nested more than 100 deep"),
    ("9" * 5000, "Exceeds the limit"),
    (SHOP.replace("operationId: getThing", "operationId: listThings"), "'listThings'"),
    (SHOP.replace(SOLD, f"{SOLD}      operationId: getThing\n"), "two operations have the operationId getThing"),
    (
        edit_shop((REFERENCES, "schema: {$ref: '#/components/schemas/Nothing'}")),
        "the reference #/components/schemas/Nothing has no target",
    ),
    (
        edit_shop((REFERENCES, "schema: {$ref: 'other.yaml#/Thing'}")),
        "the reference other.yaml#/Thing is to another file",
    ),
    (edit_shop((REFERENCES, "schema: {$ref: 'http://127.0.0.1:9/'}")), "is to another file"),
    (edit_shop((REFERENCES, "schema: {$ref: '#/info/title'}")), "is not to an object of the contract"),
    (edit_shop((REFERENCES, "schema: {$ref: '#Thing'}")), "is not to an object of the contract"),
    (
        edit_shop(("Colour: {type: string, enum: [red, green]}", "Colour: {$ref: '#/components/schemas/Colour'}")),
        "the reference #/components/schemas/Colour is circular",
    ),
    (
        edit_shop((REFERENCES, "schema: {type: array, items: {$ref: '#/components/securitySchemes/key'}}")),
        "apiKey",
    ),
    (
        edit_shop((REFERENCES, "schema: {type: array, default: {$ref: 'http://127.0.0.1:9/'}}")),
        "not valid OpenAPI",
    ),
    (
        edit_shop((BODY, "      requestBody: {$ref: '#/components/schemas/Thing'}\n")),
        "/things has a reference to a part of the wrong kind",
    ),
    (
        edit_shop(("'404': {description: None.}", "'404': {$ref: '#/components/schemas/Thing'}")),
        "/things/{thing_id} has a reference to a part of the wrong kind",
    ),
    (
        edit_shop((REFERENCES, "schema: {$ref: '#/components/examples/E/value'}"), ("components:\n", CIRCULAR)),
        "its schemas are nested too deep",
    ),
    (edit_shop(("buyer: {type: string}", "buyer: {type: string, minLength: many}")), "minLength"),
    (edit_shop((BODY, BODY.replace("{$ref", "{oneOf: [{required: true}, {required: [a]}], $ref"))), "required"),
    (
        edit_shop(("security:\n  - key: []\npaths", "security:\n  - lock: []\npaths")),
        "the security scheme lock is not defined",
    ),
]
"""Contracts and a part of the error."""


def test_invalid_contract_is_rejected_in_one_line(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """Unreadable, invalid or hostile contracts exit with 3; the error has the file name and the reason."""
    for new, reason in REJECTED:
        case = (new[:60], reason)
        assert compare(new) == 3, case
        printed = capsys.readouterr()
        assert printed.out == "", case
        (line,) = printed.err.splitlines()
        assert line.startswith("spec_diff: new.yaml: "), case
        assert reason in line, case
        assert len(line) < 500, case


def test_contract_of_another_api_is_named_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Contracts without a common path or webhook are not compared; the error names the API that the new one is of."""
    names = [f"openapi/{name}.yaml" for name in ("mail", "server_side", "web", "export_analytics", "webhooks")]
    contracts = {name: parse_document(reading.parse((ROOT / name).read_bytes(), name), name) for name in names}
    for old, new in itertools.permutations(names, 2):
        with pytest.raises(CannotCompareError) as error:
            check_same_api(contracts[old], contracts[new])
        hint = f"it has no path in common with {old}; it has paths of {new}"
        assert str(error.value) == f"{new}: belongs to another API: {hint}"
    odds: list[dict[str, Any]] = [{"/other": {}}, {}]
    for odd in odds:
        file = tmp_path / "odd.json"
        file.write_text(json.dumps({**echo_contract({}), "paths": odd}))
        assert main([str(file)]) == 3, odd
        expected = "odd.json: belongs to another API: it has no path in common with openapi/mail.yaml\n"
        assert capsys.readouterr() == ("", f"spec_diff: {expected}"), odd


def test_same_paths_in_another_notation_are_the_same_api(compare: Compare) -> None:
    """A part of the path in the server's URL, a final slash, and other names of parameters."""
    lines = [line for line in SHOP.splitlines() if "other" not in line]
    moved = "\n".join(lines).replace("https://api.example.com", "https://api.example.com/things")
    for new in (SHOP.replace("/things/{thing_id}", "/things/{thing_id}/"), moved.replace("  /things/{", "  /{")):
        assert compare(new) in {0, 1, 2}, new


def test_published_contract_is_the_default(
    server: RawServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without NEW, or with an empty one, the URL of the vendor is read."""
    monkeypatch.setattr(command, "PUBLISHED", {"mail": f"{server.url}/mail.yaml"})
    for arguments in ([], [""]):
        server.replies = [answer(200, (ROOT / "openapi" / "mail.yaml").read_bytes())]

        assert main([*arguments, "--api", "mail"]) == 0

        assert f"openapi/mail.yaml -> {server.url}/mail.yaml" in capsys.readouterr().out
    with pytest.raises(SystemExit) as error:
        main(["--api", "webhooks"])
    assert error.value.code == 3
    assert "NEW is missing, and the vendor publishes no contract of webhooks" in capsys.readouterr().err


def test_vendor_publishes_these_contracts() -> None:
    """All APIs that the client calls, on the pages of the documentation."""
    folder = "https://adapty.io/docs/api-specs/"
    assert PUBLISHED.keys() == {api.package for api in APIS if api.scheme}
    assert [url.removeprefix(folder) for url in PUBLISHED.values()] == [
        "adapty-mail-api.yaml",
        "adapty-api.yaml",
        "web-api.yaml",
        "export-analytics-api.yaml",
    ]


def test_size_of_comparison_is_limited(
    compare: Compare, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nested alternatives multiply, and recursive schemas make many pairs."""
    choices = [
        {"oneOf": [{"type": "object", "properties": {f"{number}_{n}": {}}} for n in range(5)]} for number in range(8)
    ]

    new = echo_contract({"allOf": choices})
    new["paths"]["/things"] = {}
    assert compare(json.dumps(new)) == 3
    assert "a schema has more than 256 alternatives" in capsys.readouterr().err
    monkeypatch.setattr(compare_module, "MAX_PAIRS", 10)
    assert compare(SHOP) == 3
    assert "more than 10 parts to compare" in capsys.readouterr().err


def test_unknown_fields_of_security_schemes_are_ignored(compare: Compare) -> None:
    """The vendor's contracts have a `default` there, which OpenAPI does not allow."""
    assert "in: header, name: Authorization}" in SHOP

    assert compare(SHOP.replace("name: Authorization}", "name: Authorization, default: Api-Key 1, x-a: 1}")) == 0


def test_yaml_merge_keys_and_aliases_are_resolved(compare: Compare) -> None:
    """Own keys override merged ones."""
    new = edit_shop(
        (CIRCLE, CIRCLE.replace("kind: {c", "<<: {kind: {type: integer}, radius: {}}\n        kind: {c")),
        ("made_at: {type: string, format: date-time}", "made_at: &time {type: string, format: date-time}"),
        ("seen_at: {type: string, format: date-time}", "seen_at: *time"),
    )

    assert compare(new) == 0


def test_unquoted_text_may_contain_colons() -> None:
    """A version of the vendor's contracts has such descriptions; other values need quotes."""
    text = """\
summary: One: two, "three" and \\four
description: A '#' is: a number # sign
parameters:
  - description: The user: either of them
    title: plain
"""
    assert reading.parse(text.encode(), "x") == {
        "summary": 'One: two, "three" and \\four',
        "description": "A '#' is: a number # sign",
        "parameters": [{"description": "The user: either of them", "title": "plain"}],
    }


def test_yaml_1_2_values_are_parsed() -> None:
    """Words, dates and times are text, and so are keys; an alias can be a value or a key."""
    for text, value in (
        ("no", "no"),
        ("2026-06-01", "2026-06-01"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("017", 17),
        ("0o17", 15),
        ("0x1f", 31),
        ("-1.5e3", -1500.0),
        ("~", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("True", True),
    ):
        assert reading.parse(f"a: {text}".encode(), "x") == {"a": value}, text
    for text, document in (
        ("{a: &b c, *b : d}", {"a": "c", "c": "d"}),
        ("{a: &b 1, c: *b}", {"a": 1, "c": 1}),
        ("{200: a, true: b, null: c}", {"200": "a", "true": "b", "null": "c"}),
    ):
        assert reading.parse(text.encode(), "x") == document, text


def test_unreadable_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file, a folder, an invalid path and another protocol; credentials are not shown."""
    for new in ("missing.yaml", ".", "a\0b", "ftp://user:word@h.example/x?key=1"):
        assert main([new]) == 3, new
        (line,) = capsys.readouterr().err.splitlines()
        assert re.search("cannot be read|neither a file nor", line), new
        assert "word" not in line
        assert "key=" not in line


def test_large_file_is_rejected(
    compare: Compare, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is a number of bytes."""
    monkeypatch.setattr(reading, "MAX_BYTES", 2_000_000)

    assert compare(SHOP + "#" * 2_000_000) == 3

    assert "larger than 2 MB" in capsys.readouterr().err


def test_long_text_is_accepted(compare: Compare) -> None:
    """Ten megabytes of text are below the limit."""
    assert compare(edit_shop(("title: Shop", f"title: {'x' * 10_000_000}"))) == 0


def test_recursive_schemas_are_valid(compare: Compare, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A list of lists through allOf, and a schema that is included in a million ways."""
    tree = {"allOf": [{"$ref": "#/components/schemas/Items"}]}
    items = {"type": "array", "items": {"$ref": "#/components/schemas/Items"}}
    twice = {f"T{n}": {"allOf": [{"$ref": f"#/components/schemas/T{n + 1}"}] * 2} for n in range(20)}
    old = tmp_path / "old.json"
    old.write_text(json.dumps(echo_contract({"type": "string"})))
    new = echo_contract(tree, {"Items": items, **twice, "T20": {"type": "object"}})

    assert compare(json.dumps(new), "--old", str(old)) == 2
    assert "request: type changed" in capsys.readouterr().out


def test_slow_comparison_is_stopped(
    compare: Compare, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contract can have a pattern that takes for ever."""
    monkeypatch.setattr(command, "MAX_SECONDS", 0.2)
    new = edit_shop(("label: {type: string}", f"label: {{type: string, pattern: '(a+)+$', default: {'a' * 40}b}}"))

    assert compare(new) == 3

    assert capsys.readouterr().err == "spec_diff: the comparison took more than 0.2 seconds\n"


def test_contract_is_downloaded(server: RawServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Redirects are followed; user, password and query are not shown."""
    new = edit_shop(MORE).encode()
    server.replies = [answer(302, b"", "Location: /there?token=hidden"), answer(200, new)]
    url = server.url.replace("http://", "http://user:word@") + "/spec.yaml?key=hidden#part"

    assert main([url, "--old", str(SHOP_FILE), "--format", "json"]) == 1

    printed = capsys.readouterr()
    assert json.loads(printed.out)["new"] == f"{server.url}/spec.yaml"
    assert not re.search("hidden|word|user", printed.out + printed.err)
    assert b"GET /there?token=hidden" in server.requests[1]


def test_failed_download_is_reported(
    server: RawServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error has the reason, and the URL without credentials."""
    monkeypatch.setattr(reading, "MAX_BYTES", 1000)
    url = server.url.replace("http://", "http://user:word@") + "/spec.yaml?key=hidden"
    for reply, reason in (
        (answer(404, b"token"), "the server responded with 404"),
        (answer(302, b"", "Location: file:///etc/passwd"), "cannot be fetched (UnsupportedProtocol)"),
        (answer(302, b"", "Location: /x?key=hidden"), "cannot be fetched (TooManyRedirects)"),
        (b"nonsense\r\n\r\n", "cannot be fetched (RemoteProtocolError)"),
        (answer(200, b"x" * 2000), "larger than 0 MB"),
        (answer(200, b"x" * 30, "Content-Encoding: gzip"), "cannot be fetched (DecodingError)"),
    ):
        server.replies = [reply]

        assert main([url]) == 3, reason

        printed = capsys.readouterr()
        assert printed.err == f"spec_diff: {server.url}/spec.yaml: {reason}\n"
        assert not re.search("hidden|word|user", printed.err)


def test_silent_and_slow_servers_time_out(
    server: RawServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each read has a timeout, and so has the whole download."""
    monkeypatch.setattr(reading, "TIMEOUT", 0.1)
    server.replies = [server.start_and_stall]

    assert main([server.url, "--old", str(SHOP_FILE)]) == 3

    assert capsys.readouterr().err == f"spec_diff: {server.url}: the server took too long\n"
    monkeypatch.setattr(reading, "TIMEOUT", 5)
    monkeypatch.setattr(reading, "DOWNLOAD_TIMEOUT", -1)
    server.replies = [answer(200, b"x")]
    assert main([server.url, "--old", str(SHOP_FILE)]) == 3
    assert "took too long" in capsys.readouterr().err


def test_source_name_has_no_credentials() -> None:
    """A URL keeps host and path; a file keeps its path in the project, or its name."""
    for source, name in (
        ("https://u:p@h.example:8080/a/b.yaml?k=1#f", "https://h.example:8080/a/b.yaml"),
        ("HTTPS://u:p@h.example", "HTTPS://h.example"),
        ("https://u:p/w@h.example/x", "https://..."),
        ("https://h.example/@scope/x.yaml", "https://h.example/@scope/x.yaml"),
        ("https:/u:p@h.example/x", "https:/h.example/x"),
        ("http://[::1]:80/x?y", "http://[::1]:80/x"),
        (str(ROOT / "openapi" / "mail.yaml"), "openapi/mail.yaml"),
        ("/nowhere/else/spec.yaml", "spec.yaml"),
    ):
        assert source_name(source) == name, source


def test_help_lists_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Jobs depend on them."""
    with pytest.raises(SystemExit) as error:
        main(["--help"])

    assert error.value.code == 0
    printed = capsys.readouterr().out
    assert all(re.search(rf"^  {code}  \w", printed, re.MULTILINE) for code in range(4))


def test_invalid_arguments_exit_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    """Argparse's own code 2 means breaking changes here; credentials are not shown."""
    with pytest.raises(SystemExit) as error:
        main(["a.yaml", "https://user:word@h.example/x?key=1"])

    assert error.value.code == 3
    assert capsys.readouterr().err == "spec_diff: unrecognized arguments: https://h.example/x\n"


def test_module_ignores_closed_pipe(tmp_path: Path) -> None:
    """`python -m scripts.spec_diff NEW | true` ends with its exit code and without an error."""
    file = tmp_path / "new.yaml"
    file.write_text(edit_shop(LESS), "utf-8")
    call = [sys.executable, "-m", "scripts.spec_diff", str(file), "--old", str(SHOP_FILE)]

    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""

    assert process.returncode == 2
