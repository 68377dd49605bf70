"""The build step: low-level code from the contracts, into generated/adapty_generated.

    python -m scripts.generate [--mail-spec FILE] [--server-side-spec FILE] [--webhooks-spec FILE] [--output DIR]
        [--check]

A run gives the same bytes every time: the generator and the ruff that formats its output are pinned exactly, and the
hooks of the generator, which use whatever ruff is on PATH, are off. A failed run leaves the old code in place.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import openapi_python_client
from openapi_python_client.config import ConfigFile

from scripts.generated_files import report_differences
from scripts.spec_diff.reading import CannotCompareError, parse, read_source
from scripts.spec_diff.text import one_line
from scripts.spec_for_generation import for_generation, operations

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "generated" / "adapty_generated"
SETTINGS = ROOT / "openapi" / "generator"
LOCK = SETTINGS / "stock_templates.json"
COMMAND = "make generate"
LINE_LENGTH = 120


@dataclass(frozen=True)
class Api:
    """One contract and the package made of it; one without a scheme is not called by us, and has models only."""

    package: str
    spec: Path
    title: str
    scheme: str | None = None


APIS = (
    Api("mail", ROOT / "openapi" / "mail.yaml", "the Adapty Mail API", "Bearer"),
    Api("server_side", ROOT / "openapi" / "server_side.yaml", "Adapty's server-side API", "Api-Key"),
    Api("webhooks", ROOT / "openapi" / "webhooks.yaml", "what Adapty posts to a backend"),
)

HEADER_VALUE = '{self.prefix} {self.token}\\" if self.prefix else self.token'


def changing_the_original(change: str) -> str:
    """Spell the stock lines that alter the client which a new one is made from."""
    return "".join(
        f"        if self.{client} is not None:\n            self.{client}.{change}\n"
        for client in ("_client", "_async_client")
    )


# Exact replacements in the generator's own client template: each must fit once, or the run stops.
CLIENT_PATCHES = (
    # The stock client shows its token in repr, and the headers, which it adds the token to.
    ('    {{ declare_attr("token") | indent(4) }}\n', "    token: str = field(repr=False)\n"),
    ('kw_only=True, alias="headers")', 'kw_only=True, alias="headers", repr=False)'),
    # It writes the token into the very dict of headers that it was given.
    (
        f'self._headers[self.auth_header_name] = f\\"{HEADER_VALUE}"',
        f'self._headers = {{**self._headers, self.auth_header_name: f\\"{HEADER_VALUE}}}"',
    ),
    # Its with_... methods alter the client they are called on, as well as giving a new one.
    (changing_the_original("headers.update(headers)"), ""),
    (changing_the_original("cookies.update(cookies)"), ""),
    (changing_the_original("timeout = timeout"), ""),
)


def main(arguments: list[str] | None = None) -> int:
    """Generate, or with --check compare what is committed with what generation gives."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for api in APIS:
        option = f"--{api.package.replace('_', '-')}-spec"
        parser.add_argument(option, type=Path, help=f"another contract of {api.title}, YAML or JSON")
    parser.add_argument("--output", type=Path, default=TARGET, help="the package's folder")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the package is not fresh")
    chosen = parser.parse_args(arguments)
    given = {api.package: getattr(chosen, f"{api.package}_spec") for api in APIS}
    specs = {package: spec for package, spec in given.items() if spec}
    check_pins()
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "adapty_generated"
        generate(made, specs)
        if chosen.check:
            return report_differences(made, chosen.output, mend=COMMAND)
        replace_tree(chosen.output, made)
    print(f"{chosen.output.name}: made from {', '.join(spec_name(specs.get(a.package, a.spec)) for a in APIS)}")
    return 0


def fail(message: str) -> NoReturn:
    """Stop with a message on standard error."""
    sys.exit("\n".join(map(one_line, f"generate: {message}".splitlines())))


def check_pins() -> None:
    """Refuse to run with a generator or formatter other than the pinned one."""
    dev = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["dev"]
    for requirement in dev:
        name, _, wanted = requirement.partition("==")
        if wanted and version(name) != wanted:
            fail(f"{name} {version(name)} is installed, {wanted} is pinned: python -m pip install {requirement}")


def generate(target: Path, specs: dict[str, Path]) -> None:
    """Make the whole package at `target`, which must not exist yet."""
    templates = target.parent / "templates"
    make_templates(templates)
    target.mkdir()
    for api in APIS:
        spec = specs.get(api.package, api.spec)
        contract = read_contract(spec)
        run_generator(api, contract, target / api.package, templates)
        package_extras(target / api.package, api, contract, spec)
    shared_types(target)
    format_tree(target)


def read_contract(spec: Path) -> dict[str, Any]:
    """Read a contract, which must at least look like OpenAPI 3 with operations."""
    contract = read_data(spec)
    if not isinstance(contract, dict) or not str(contract.get("openapi", "")).startswith("3."):
        fail(f"{spec.name} is not an OpenAPI 3 document")
    if not contract.get("webhooks") and not list(operations(contract)):
        fail(f"{spec.name} has no operation")
    return contract


def read_data(file: Path) -> Any:
    """Read YAML or JSON as the comparison does: what is too large, too deep or expands too far is refused."""
    try:
        return parse(read_source(str(file)), file.name)
    except CannotCompareError as problem:
        fail(str(problem))


def make_templates(folder: Path) -> None:
    """Put together the templates that differ from the generator's, if those are still the ones we know."""
    stock = Path(openapi_python_client.__file__).parent / "templates"
    for name, known in json.loads(LOCK.read_text("utf-8")).items():
        if hashlib.sha256((stock / name).read_bytes()).hexdigest() != known:
            fail(f"the generator's {name} has changed: review openapi/generator/templates, then {LOCK.name}")
    shutil.copytree(SETTINGS / "templates", folder)
    client = (stock / "client.py.jinja").read_text("utf-8")
    for old, new in CLIENT_PATCHES:
        if client.count(old) != 1:
            fail(f"a patch of client.py.jinja fits {client.count(old)} times: {old!r}")
        client = client.replace(old, new)
    (folder / "client.py.jinja").write_text(client, "utf-8")


def run_generator(api: Api, contract: dict[str, Any], target: Path, templates: Path) -> None:
    """Run openapi-python-client on one contract; a warning, which is a dropped operation, fails it."""
    config = SETTINGS / f"{api.package}.yaml"
    unknown = set(read_data(config)) - set(ConfigFile.model_fields)
    if unknown:
        fail(f"{config.name} has keys that the generator does not know: {', '.join(sorted(unknown))}")
    document = templates.parent / f"{api.package}.json"
    document.write_text(json.dumps(for_generation(contract)), "utf-8")
    run(
        *("openapi_python_client", "generate", "--path", str(document), "--config", str(config)),
        *("--meta", "none", "--output-path", str(target), "--custom-template-path", str(templates)),
        "--fail-on-warning",
    )
    wanted = {str(operation.get("operationId")) for _, _, operation in operations(contract)}
    made = [path for path in (target / "api").rglob("*.py") if path.name != "__init__.py"]
    if len(made) != len(wanted):
        fail(f"{api.package}: {len(wanted)} operations in the contract, {len(made)} modules generated")


def package_extras(package: Path, api: Api, contract: dict[str, Any], spec: Path) -> None:
    """Add the contract itself, for who validates against it, and a header to each module."""
    described = {"x-generated": header(spec), **contract}
    text = json.dumps(described, indent=1, ensure_ascii=False)
    (package / "openapi.json").write_text(text + "\n", "utf-8")
    (package_with_client if api.scheme else package_of_models)(package, api)
    add_header(package.rglob("*.py"), header(spec))


def package_of_models(package: Path, api: Api) -> None:
    """Leave the models alone: there is nothing to call."""
    shutil.rmtree(package / "api")
    (package / "client.py").unlink()
    (package / "errors.py").unlink()
    (package / "__init__.py").write_text(f'"""Models of {api.title}."""\n', "utf-8")


def package_with_client(package: Path, api: Api) -> None:
    """Say what the package offers, and have its client introduce the key as the API wants it."""
    (package / "__init__.py").write_text(
        f'"""Low-level client of {api.title}."""\n\n'
        "from .client import AuthenticatedClient, Client\n\n"
        '__all__ = ["AuthenticatedClient", "Client"]\n',
        "utf-8",
    )
    client = package / "client.py"
    # The generator knows only one word that introduces a key, and puts it into the client of each API.
    stock = 'prefix: str = "Bearer"'
    if client.read_text("utf-8").count(stock) != 1:
        fail(f"{api.package}: client.py has no {stock}")
    client.write_text(client.read_text("utf-8").replace(stock, f'prefix: str = "{api.scheme}"'), "utf-8")


def shared_types(target: Path) -> None:
    """Write what stands beside the packages: the one set of types, the marker for type checkers, the package itself."""
    stock = Path(openapi_python_client.__file__).parent / "templates" / "types.py.jinja"
    (target / "_types.py").write_text(stock.read_text("utf-8"), "utf-8")
    (target / "__init__.py").write_text('"""Low-level code generated from the contracts in openapi/."""\n', "utf-8")
    add_header([target / "_types.py", target / "__init__.py"], header(None))
    (target / "py.typed").write_text("", "utf-8")


def header(spec: Path | None) -> str:
    """Say where a file comes from and how to change it."""
    source = spec_name(spec) if spec else "the contracts in openapi/"
    return f"Generated from {source} by `{COMMAND}`; do not edit."


def spec_name(spec: Path) -> str:
    """Name a contract by its path in the project, or by its file name where it lies elsewhere."""
    path = spec.resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def add_header(modules: Any, text: str) -> None:
    """Put a comment on top of each module."""
    for module in modules:
        module.write_text(f"# {text}\n\n{module.read_text('utf-8')}", "utf-8")


def format_tree(target: Path) -> None:
    """Sort imports and format with the pinned ruff, away from any settings of the project's."""
    ruff = (
        "ruff",
        "check",
        "--isolated",
        "--quiet",
        "--fix-only",
        "--target-version",
        "py311",
        "--select",
        "F,I,UP",
    )
    run(*ruff, "--no-cache", str(target))
    run(
        "ruff",
        "format",
        "--isolated",
        "--quiet",
        "--no-cache",
        "--line-length",
        str(LINE_LENGTH),
        str(target),
    )


def run(module: str, *arguments: str) -> None:
    """Run a module of this Python; its output is shown only when it fails."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        # Behind a mark, for a line that begins with :: would be a command to GitHub Actions.
        output = "".join(f"\n| {line}" for line in (done.stdout + done.stderr).splitlines())
        fail(f"{module} {arguments[0]} failed ({done.returncode}){output}")


def replace_tree(old: Path, new: Path) -> None:
    """Put `new` in the place of `old`, so that nothing of the old remains."""
    old.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(new, old)


if __name__ == "__main__":
    sys.exit(main())
