"""The command that compares contracts: what it prints, its exit codes, and what it refuses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import yaml

from scripts.spec_diff import command, reading, report, source, walk
from scripts.spec_diff.command import main
from scripts.spec_diff.source import ROOT, name_of
from tests.later_contract import later_contract
from tests.project.spec_pairs import BODY, CIRCLE, SHOP, SHOP_FILE, Replaced, changed, echo
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


@pytest.mark.parametrize(
    ("replaced", "code", "count"),
    [((), 0, "no change"), ((MORE,), 1, "0 breaking, 1 additive"), ((LESS,), 2, "1 breaking, 0 additive")],
)
def test_the_exit_code_says_what_there_is(
    compare: Compare, capsys: pytest.CaptureFixture[str], replaced: tuple[Replaced, ...], code: int, count: str
) -> None:
    """Nothing, additive changes only, or breaking ones."""
    assert compare(changed(*replaced)) == code

    printed = capsys.readouterr()
    assert printed.out.splitlines()[:2] == ["mail: tests/project/spec_pairs/shop.yaml -> new.yaml", count]
    assert printed.err == ""


def test_the_text_groups_breaking_changes_first(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """Each change is a line, and another one says where it applies."""
    compare(
        changed(
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


def test_json_has_all_of_it(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """The keys stay what they are, for programs read them."""
    assert compare(changed(MORE, ("note: {type: [string, 'null']}", "note: {type: string}")), "--format", "json") == 2

    assert json.loads(capsys.readouterr().out) == {
        "api": "mail",
        "old": "tests/project/spec_pairs/shop.yaml",
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
                "owes": [],
            },
            {
                "kind": "response-field-added",
                "class": "additive",
                "where": ["webhook thingSold: request body"],
                "element": "Sale.at",
                "before": None,
                "after": "string",
                "owes": [],
            },
        ],
        "owes": [],
    }


def test_markdown_is_a_report_with_a_list_to_tick_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Heading, counts, both kinds of changes, and what the facade owes; our own contract is the one compared with."""
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
    assert "- [ ] `the command mail save-event owes an option for campaign_id`" in lines
    assert sum(line.startswith("- [ ] ") for line in lines) == 12


NASTY = "`a`` | <img src=x> @team #1 [x](http://e.example)\n# head\u001b[31m ``` \u202e"


def test_markdown_stays_whole_whatever_a_contract_says(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """Text of a contract stands in code, in one line, and ends no fence."""
    new = changed(("        at: x", "")) if "        at: x" in SHOP else SHOP
    new = new.replace("        buyer: {type: string}\n", f"        {json.dumps(NASTY)}: {{type: string}}\n")
    new = new.replace("operationId: getThing", f"operationId: {json.dumps(NASTY)}")

    assert compare(new, "--format", "markdown") == 2

    lines = capsys.readouterr().out.splitlines()
    assert any("@team" in line for line in lines)
    for line in lines:
        outside = re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", line)
        assert not re.search(r"[`<>@|\x1b]|\[x\]", outside), line
        assert line.isprintable()


def test_text_shows_no_control_characters(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """A contract cannot move the cursor of who reads the report, nor add lines to it."""
    assert compare(SHOP.replace("buyer:", f"{json.dumps(NASTY)}:")) == 2

    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())


def test_a_long_report_fits_a_pull_request(
    compare: Compare, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too much for GitHub is left out, and that is said."""
    monkeypatch.setattr(report, "LONGEST_MARKDOWN", 2000)
    fields = "".join(f"        field_number_{number}: {{type: string}}\n" for number in range(50))

    assert compare(SHOP.replace("        buyer: {type: string}\n", fields), "--format", "markdown") == 2

    printed = capsys.readouterr().out
    assert len(printed) < 2100
    assert re.search(r"And \d+ more lines", printed.splitlines()[-1])


def bomb(depth: int) -> str:
    """Give aliases of aliases, which come to ten to the power of `depth` values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, depth)]
    return "\n".join(lines)


def merges(depth: int) -> str:
    """Give mappings that merge the one before ten times."""
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


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("", "not an OpenAPI document but empty"),
        ("[1, 2]", "not an OpenAPI document but a list"),
        ("- 1", "not an OpenAPI document but a list"),
        ("just words", "not an OpenAPI document but a single value"),
        ("{}", "not OpenAPI 3.0 or 3.1"),
        ("swagger: '2.0'", "OpenAPI 2.0, not 3.0 or 3.1"),
        ("openapi: 3.2.0", "OpenAPI 3.2.0, not 3.0 or 3.1"),
        ("openapi: 3.1", "OpenAPI 3.1, not 3.0 or 3.1"),
        ("openapi: 3.1.0", "not valid OpenAPI: 'info' is a required property"),
        (b"\xff\xfeopenapi", "not UTF-8"),
        (b"openapi: 3.1.0\x00", "neither YAML nor JSON"),
        ("a: [", "neither YAML nor JSON"),
        ("a: b: c", "in line 1"),
        ("a: 1\n---\nb: 2", "more than one document"),
        ("a: !!python/object:os.system x", "is not known to JSON"),
        ("a: !!set {x}", "is not known to JSON"),
        ("a: .inf", ".inf is no number in JSON"),
        ('{"a": 1e999}', "1e999 is no number in JSON"),
        ('{"a": NaN}', "NaN is no number in JSON"),
        ("a: 1\na: 2", "the key 'a' stands twice"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ("? [a]\n: b", "a key is no text"),
        ("a: &a [*a]", "the alias 'a' stands in what it stands for"),
        ("{a: &b [1], *b : c}", "a key is no text"),
        ("a: *b", "the alias 'b' stands for nothing"),
        ("<<: x", "what << merges is no mapping"),
        (merges(30), "comes to more than 2000000 values"),
        (bomb(30), "comes to more than 2000000 values"),
        ("[" * 200_000, "nested more than 100 deep"),
        ("{a: " * 200_000, "nested more than 100 deep"),
        ('{"a":' * 101 + "1" + "}" * 101, "nested more than 100 deep"),
        ("9" * 5000, "Exceeds the limit"),
        (SHOP.replace("operationId: getThing", "operationId: listThings"), "'listThings'"),
        (SHOP.replace(SOLD, f"{SOLD}      operationId: getThing\n"), "two operations have the operationId getThing"),
        (
            changed((REFERENCES, "schema: {$ref: '#/components/schemas/Nothing'}")),
            "the reference #/components/schemas/Nothing leads nowhere",
        ),
        (
            changed((REFERENCES, "schema: {$ref: 'other.yaml#/Thing'}")),
            "the reference other.yaml#/Thing leads to another file",
        ),
        (changed((REFERENCES, "schema: {$ref: 'http://127.0.0.1:9/'}")), "leads to another file"),
        (changed((REFERENCES, "schema: {$ref: '#/info/title'}")), "leads to no part of the contract"),
        (changed((REFERENCES, "schema: {$ref: '#Thing'}")), "leads to no part of the contract"),
        (
            changed(("Colour: {type: string, enum: [red, green]}", "Colour: {$ref: '#/components/schemas/Colour'}")),
            "the reference #/components/schemas/Colour leads to itself",
        ),
        (changed((REFERENCES, "schema: {type: array, items: {$ref: '#/components/securitySchemes/key'}}")), "apiKey"),
        (changed((REFERENCES, "schema: {type: array, default: {$ref: 'http://127.0.0.1:9/'}}")), "not valid OpenAPI"),
        (
            changed((BODY, "      requestBody: {$ref: '#/components/schemas/Thing'}\n")),
            "/things refers to a part of another kind",
        ),
        (
            changed(("'404': {description: None.}", "'404': {$ref: '#/components/schemas/Thing'}")),
            "/things/{thing_id} refers to a part of another kind",
        ),
        (
            changed((REFERENCES, "schema: {$ref: '#/components/examples/E/value'}"), ("components:\n", CIRCULAR)),
            "its schemas hold each other deeper than can be checked",
        ),
        (changed(("buyer: {type: string}", "buyer: {type: string, minLength: many}")), "minLength"),
        (changed((BODY, BODY.replace("{$ref", "{oneOf: [{required: true}, {required: [a]}], $ref"))), "required"),
        (
            changed(("security:\n  - key: []\npaths", "security:\n  - lock: []\npaths")),
            "the security scheme lock is not defined",
        ),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, (str, bytes)) else None,
)
def test_what_cannot_be_compared_is_refused_in_one_line(
    compare: Compare, capsys: pytest.CaptureFixture[str], new: str | bytes, told: str
) -> None:
    """Not readable, not OpenAPI, hostile: exit code 3, the file's name and the reason, and nothing on stdout."""
    assert compare(new) == 3

    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("spec_diff: new.yaml: ")
    assert told in line
    assert len(line) < 500


def test_what_comes_to_too_much_is_refused(
    compare: Compare, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alternatives of alternatives multiply, and schemas that hold each other pair up: there is an end to both."""
    choices = [
        {"oneOf": [{"type": "object", "properties": {f"{number}_{n}": {}}} for n in range(5)]} for number in range(8)
    ]

    assert compare(json.dumps(echo({"allOf": choices}))) == 3
    assert "a schema comes to more than 256 alternatives" in capsys.readouterr().err
    monkeypatch.setattr(walk, "MOST_PAIRS", 10)
    assert compare(SHOP) == 3
    assert "more than 10 parts to compare" in capsys.readouterr().err


def test_merge_keys_and_aliases_are_followed(compare: Compare) -> None:
    """What YAML lets a contract share is read as if it were written out; its own keys come first."""
    new = changed(
        (CIRCLE, CIRCLE.replace("kind: {c", "<<: {kind: {type: integer}, radius: {}}\n        kind: {c")),
        ("made_at: {type: string, format: date-time}", "made_at: &time {type: string, format: date-time}"),
        ("seen_at: {type: string, format: date-time}", "seen_at: *time"),
    )

    assert compare(new) == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
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
    ],
)
def test_yaml_is_read_by_its_version_1_2(text: str, value: Any) -> None:
    """What looks like a word, a date or a time is text, as it is to whoever writes OpenAPI."""
    assert reading.parsed(f"a: {text}".encode(), "x") == {"a": value}


@pytest.mark.parametrize(
    ("text", "value"), [("{a: &b c, *b : d}", {"a": "c", "c": "d"}), ("{a: &b 1, c: *b}", {"a": 1, "c": 1})]
)
def test_an_alias_may_stand_for_a_word(text: str, value: Any) -> None:
    """As a value and as a key."""
    assert reading.parsed(text.encode(), "x") == value


def test_numbers_as_keys_are_text() -> None:
    """So a status is the same one in YAML and in JSON."""
    assert reading.parsed(b"{200: a, true: b, null: c}", "x") == {"200": "a", "true": "b", "null": "c"}


@pytest.mark.parametrize("new", ["missing.yaml", ".", "a\0b", "ftp://user:word@h.example/x?key=1"])
def test_a_file_that_cannot_be_read_is_named(new: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file, a folder, what is no path, another protocol."""
    assert main([new]) == 3

    (line,) = capsys.readouterr().err.splitlines()
    assert re.search("cannot be read|neither a file nor", line)
    assert "word" not in line
    assert "key=" not in line


def test_a_large_file_is_refused(
    compare: Compare, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is a limit to what is read at all."""
    monkeypatch.setattr(source, "LARGEST", 2_000_000)

    assert compare(SHOP + "#" * 2_000_000) == 3

    assert "larger than 2 MB" in capsys.readouterr().err


def test_ten_megabytes_of_words_are_no_hurdle(compare: Compare) -> None:
    """A description may be long."""
    assert compare(changed(("title: Shop", f"title: {'x' * 10_000_000}"))) == 0


def test_schemas_that_hold_themselves_are_valid(compare: Compare, capsys: pytest.CaptureFixture[str]) -> None:
    """A list of lists through allOf, and one schema taken in a million ways, are checked as others are."""
    tree = {"allOf": [{"$ref": "#/components/schemas/Items"}]}
    items = {"type": "array", "items": {"$ref": "#/components/schemas/Items"}}
    twice = {f"T{n}": {"allOf": [{"$ref": f"#/components/schemas/T{n + 1}"}] * 2} for n in range(20)}
    new = echo(tree, {"Items": items, **twice, "T20": {"type": "object"}})

    assert compare(json.dumps(new)) == 2
    assert "operation added: a" in capsys.readouterr().out


def test_what_takes_too_long_is_ended(
    compare: Compare, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pattern that never comes to an end is the least that a hostile contract can hold."""
    monkeypatch.setattr(command, "LONGEST", 0.2)
    new = changed(("label: {type: string}", f"label: {{type: string, pattern: '(a+)+$', default: {'a' * 40}b}}"))

    assert compare(new) == 3

    assert capsys.readouterr().err == "spec_diff: the comparison takes more than 0.2 seconds\n"


def test_a_contract_is_fetched(server: RawServer, capsys: pytest.CaptureFixture[str]) -> None:
    """A URL will do, redirects are followed, and of user, password and query nothing is shown."""
    new = changed(MORE).encode()
    server.replies = [answer(302, b"", "Location: /there?token=hidden"), answer(200, new)]
    url = server.url.replace("http://", "http://user:word@") + "/spec.yaml?key=hidden#part"

    assert main([url, "--old", str(SHOP_FILE), "--format", "json"]) == 1

    printed = capsys.readouterr()
    assert json.loads(printed.out)["new"] == f"{server.url}/spec.yaml"
    assert not re.search("hidden|word|user", printed.out + printed.err)
    assert b"GET /there?token=hidden" in server.requests[1]


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (answer(404, b"token"), "the server answers 404"),
        (answer(302, b"", "Location: file:///etc/passwd"), "cannot be fetched (UnsupportedProtocol)"),
        (answer(302, b"", "Location: /x?key=hidden"), "cannot be fetched (TooManyRedirects)"),
        (b"nonsense\r\n\r\n", "cannot be fetched (RemoteProtocolError)"),
        (answer(200, b"x" * 2000), "larger than 0 MB"),
        (answer(200, b"x" * 30, "Content-Encoding: gzip"), "cannot be fetched (DecodingError)"),
    ],
    ids=["not found", "a file", "a circle", "no HTTP", "too large", "not gzip"],
)
def test_a_url_that_gives_no_contract_is_refused(
    server: RawServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, reply: bytes, told: str
) -> None:
    """The reason is told and the URL without its secrets."""
    monkeypatch.setattr(source, "LARGEST", 1000)
    server.replies = [reply]
    url = server.url.replace("http://", "http://user:word@") + "/spec.yaml?key=hidden"

    assert main([url]) == 3

    printed = capsys.readouterr()
    assert printed.err == f"spec_diff: {server.url}/spec.yaml: {told}\n"
    assert not re.search("hidden|word|user", printed.err)


def test_a_server_that_says_nothing_is_left(
    server: RawServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is a time limit for a silent server and one for a slow one."""
    monkeypatch.setattr(source, "TIMEOUT", 0.1)
    server.replies = [server.start_and_stall]

    assert main([server.url, "--old", str(SHOP_FILE)]) == 3

    assert capsys.readouterr().err == f"spec_diff: {server.url}: the server takes too long\n"
    monkeypatch.setattr(source, "TIMEOUT", 5)
    monkeypatch.setattr(source, "LONGEST_DOWNLOAD", -1)
    server.replies = [answer(200, b"x")]
    assert main([server.url, "--old", str(SHOP_FILE)]) == 3
    assert "takes too long" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://u:p@h.example:8080/a/b.yaml?k=1#f", "https://h.example:8080/a/b.yaml"),
        ("HTTPS://u:p@h.example", "HTTPS://h.example"),
        ("https://u:p/w@h.example/x", "https://..."),
        ("https://h.example/@scope/x.yaml", "https://h.example/@scope/x.yaml"),
        ("https:/u:p@h.example/x", "https:/h.example/x"),
        ("http://[::1]:80/x?y", "http://[::1]:80/x"),
        (str(ROOT / "openapi" / "mail.yaml"), "openapi/mail.yaml"),
        ("/nowhere/else/spec.yaml", "spec.yaml"),
    ],
)
def test_a_source_is_named_without_secrets(given: str, shown: str) -> None:
    """A URL keeps host and path, a file its path in the project or its name alone."""
    assert name_of(given) == shown


def test_the_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever puts it into a job has to know them."""
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])

    assert stopped.value.code == 0
    printed = capsys.readouterr().out
    assert all(re.search(rf"^  {code}  \w", printed, re.MULTILINE) for code in range(4))


def test_wrong_arguments_are_not_taken_for_a_breaking_change(capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code of argparse means something else here, and a URL too much is not shown with its secrets."""
    with pytest.raises(SystemExit) as stopped:
        main(["a.yaml", "https://user:word@h.example/x?key=1"])

    assert stopped.value.code == 3
    assert capsys.readouterr().err == "spec_diff: unrecognized arguments: https://h.example/x\n"


def test_it_runs_as_a_module_and_minds_no_closed_pipe(tmp_path: Path) -> None:
    """`python -m scripts.spec_diff NEW | true` ends with its code and without a complaint."""
    file = tmp_path / "new.yaml"
    file.write_text(changed(LESS), "utf-8")
    call = [sys.executable, "-m", "scripts.spec_diff", str(file), "--old", str(SHOP_FILE)]

    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""

    assert running.returncode == 2
