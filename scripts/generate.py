"""Generate the low-level code in generated/adapty_generated from the contracts.

    python -m scripts.generate [--mail-spec FILE] [--server-side-spec FILE] [--web-spec FILE]
        [--export-analytics-spec FILE] [--webhooks-spec FILE] [--output DIR] [--check]

The output is reproducible: the generator and the ruff that formats its output are pinned exactly, and the generator's
own hooks, which use any ruff on PATH, are off. A failed run leaves the old code in place.
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
from typing import TYPE_CHECKING, Any, NoReturn

import openapi_python_client
from openapi_python_client.config import ConfigFile

from scripts.generated_files import report_differences
from scripts.spec_diff.reading import CannotCompareError, parse, read_source
from scripts.spec_diff.text import one_line
from scripts.spec_for_generation import for_generation, operations

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "generated" / "adapty_generated"
SETTINGS = ROOT / "openapi" / "generator"
LOCK = SETTINGS / "stock_templates.json"
COMMAND = "make generate"
LINE_LENGTH = 120


@dataclass(frozen=True)
class Api:
    """A contract and its package. Without a scheme, the package has models only, because we do not call the API."""

    package: str
    spec: Path
    title: str
    scheme: str | None = None


APIS = (
    Api("mail", ROOT / "openapi" / "mail.yaml", "the Adapty Mail API", "Bearer"),
    Api("server_side", ROOT / "openapi" / "server_side.yaml", "Adapty's server-side API", "Api-Key"),
    Api("web", ROOT / "openapi" / "web.yaml", "the Adapty Web API", "Api-Key"),
    Api(
        "export_analytics",
        ROOT / "openapi" / "export_analytics.yaml",
        "the Adapty Export Analytics API",
        "Api-Key",
    ),
    Api("webhooks", ROOT / "openapi" / "webhooks.yaml", "Adapty's webhooks"),
)

HEADER_VALUE = '{self.prefix} {self.token}\\" if self.prefix else self.token'


def mutation_of_clients(change: str) -> str:
    """Return the stock lines that change the clients of the original."""
    return "".join(
        f"        if self.{client} is not None:\n            self.{client}.{change}\n"
        for client in ("_client", "_async_client")
    )


# Exact replacements in the stock client template; each must match once.
CLIENT_PATCHES = (
    # The stock client shows its token in repr, also in its headers.
    ('    {{ declare_attr("token") | indent(4) }}\n', "    token: str = field(repr=False)\n"),
    ('kw_only=True, alias="headers")', 'kw_only=True, alias="headers", repr=False)'),
    # It writes the token into the caller's dict of headers.
    (
        f'self._headers[self.auth_header_name] = f\\"{HEADER_VALUE}"',
        f'self._headers = {{**self._headers, self.auth_header_name: f\\"{HEADER_VALUE}}}"',
    ),
    # Its with_... methods change the original client too.
    (mutation_of_clients("headers.update(headers)"), ""),
    (mutation_of_clients("cookies.update(cookies)"), ""),
    (mutation_of_clients("timeout = timeout"), ""),
)


def main(arguments: list[str] | None = None) -> int:
    """Generate the package, or with --check compare it with the committed one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for api in APIS:
        option = f"--{api.package.replace('_', '-')}-spec"
        parser.add_argument(option, type=Path, help=f"another contract of {api.title}, YAML or JSON")
    parser.add_argument("--output", type=Path, default=TARGET, help="the folder of the package")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the package is out of date")
    options = parser.parse_args(arguments)
    paths = {api.package: getattr(options, f"{api.package}_spec") for api in APIS}
    specs = {package: spec for package, spec in paths.items() if spec}
    check_pins()
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch) / "adapty_generated"
        generate(package, specs)
        if options.check:
            return report_differences(package, options.output, fix=COMMAND)
        replace_tree(options.output, package)
    print(f"{options.output.name}: generated from {', '.join(spec_name(specs.get(a.package, a.spec)) for a in APIS)}")
    return 0


def fail(message: str) -> NoReturn:
    """Exit with a message on standard error."""
    sys.exit("\n".join(map(one_line, f"generate: {message}".splitlines())))


def check_pins() -> None:
    """Exit unless the generator and the formatter have the pinned versions."""
    dev = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["dev"]
    for requirement in dev:
        name, _, pinned = requirement.partition("==")
        if pinned and version(name) != pinned:
            fail(f"{name} must be {pinned} (got {version(name)}); run: python -m pip install {requirement}")


def generate(target: Path, specs: dict[str, Path], apis: Iterable[Api] | None = None) -> None:
    """Generate the package at `target`, which must not exist; of all APIs, or of some of them."""
    templates = target.parent / "templates"
    write_templates(templates)
    target.mkdir()
    for api in apis or APIS:
        spec = specs.get(api.package, api.spec)
        contract = read_contract(spec)
        run_generator(api, contract, target / api.package, templates)
        add_package_files(target / api.package, api, contract, spec)
    write_shared_files(target)
    format_tree(target)


def read_contract(spec: Path) -> dict[str, Any]:
    """Read a contract; exit unless it looks like OpenAPI 3 with operations."""
    contract = read_data(spec)
    if not isinstance(contract, dict) or not str(contract.get("openapi", "")).startswith("3."):
        fail(f"{spec.name} is not an OpenAPI 3 document")
    if not contract.get("webhooks") and not list(operations(contract)):
        fail(f"{spec.name} has no operation")
    return contract


def read_data(file: Path) -> Any:
    """Read YAML or JSON with the limits of spec_diff on size, depth and aliases."""
    try:
        return parse(read_source(str(file)), file.name)
    except CannotCompareError as problem:
        fail(str(problem))


def write_templates(folder: Path) -> None:
    """Write our templates, after a check that the stock ones have not changed."""
    stock = Path(openapi_python_client.__file__).parent / "templates"
    for name, digest in json.loads(LOCK.read_text("utf-8")).items():
        if hashlib.sha256((stock / name).read_bytes()).hexdigest() != digest:
            fail(f"the generator's {name} has changed: review openapi/generator/templates, then update {LOCK.name}")
    shutil.copytree(SETTINGS / "templates", folder)
    client = (stock / "client.py.jinja").read_text("utf-8")
    for old, new in CLIENT_PATCHES:
        if client.count(old) != 1:
            fail(f"a patch of client.py.jinja must match once (got {client.count(old)}): {old!r}")
        client = client.replace(old, new)
    (folder / "client.py.jinja").write_text(client, "utf-8")


def run_generator(api: Api, contract: dict[str, Any], target: Path, templates: Path) -> None:
    """Run openapi-python-client on one contract; a warning means a dropped operation and fails the run."""
    config = SETTINGS / f"{api.package}.yaml"
    unknown = set(read_data(config)) - set(ConfigFile.model_fields)
    if unknown:
        fail(f"{config.name} has unknown keys: {', '.join(sorted(unknown))}")
    document = templates.parent / f"{api.package}.json"
    document.write_text(json.dumps(for_generation(contract)), "utf-8")
    run(
        *("openapi_python_client", "generate", "--path", str(document), "--config", str(config)),
        *("--meta", "none", "--output-path", str(target), "--custom-template-path", str(templates)),
        "--fail-on-warning",
    )
    operation_ids = {str(operation.get("operationId")) for _, _, operation in operations(contract)}
    modules = [path for path in (target / "api").rglob("*.py") if path.name != "__init__.py"]
    if len(modules) != len(operation_ids):
        fail(f"{api.package}: {len(operation_ids)} operations in the contract, {len(modules)} modules generated")


def add_package_files(package: Path, api: Api, contract: dict[str, Any], spec: Path) -> None:
    """Add the contract, which the sandbox validates against, and a header to each module."""
    document = {"x-generated": header(spec), **contract}
    text = json.dumps(document, indent=1, ensure_ascii=False)
    (package / "openapi.json").write_text(text + "\n", "utf-8")
    (package_with_client if api.scheme else package_of_models)(package, api)
    add_header(package.rglob("*.py"), header(spec))


def package_of_models(package: Path, api: Api) -> None:
    """Remove everything but the models."""
    shutil.rmtree(package / "api")
    (package / "client.py").unlink()
    (package / "errors.py").unlink()
    (package / "__init__.py").write_text(f'"""Models of {api.title}."""\n', "utf-8")


def package_with_client(package: Path, api: Api) -> None:
    """Write the exports of the package, and the authorization scheme of its client."""
    (package / "__init__.py").write_text(
        f'"""Low-level client of {api.title}."""\n\n'
        "from .client import AuthenticatedClient, Client\n\n"
        '__all__ = ["AuthenticatedClient", "Client"]\n',
        "utf-8",
    )
    client = package / "client.py"
    # The generator has one scheme for all APIs.
    stock = 'prefix: str = "Bearer"'
    if client.read_text("utf-8").count(stock) != 1:
        fail(f"{api.package}: client.py has no {stock}")
    client.write_text(client.read_text("utf-8").replace(stock, f'prefix: str = "{api.scheme}"'), "utf-8")


def write_shared_files(target: Path) -> None:
    """Write the files beside the packages: the shared types, py.typed and `__init__.py`."""
    stock = Path(openapi_python_client.__file__).parent / "templates" / "types.py.jinja"
    (target / "_types.py").write_text(stock.read_text("utf-8"), "utf-8")
    (target / "__init__.py").write_text('"""Low-level code generated from the contracts in openapi/."""\n', "utf-8")
    add_header([target / "_types.py", target / "__init__.py"], header(None))
    (target / "py.typed").write_text("", "utf-8")


def header(spec: Path | None) -> str:
    """Return the header of generated files: the source and the command."""
    source = spec_name(spec) if spec else "the contracts in openapi/"
    return f"Generated from {source} by `{COMMAND}`; do not edit."


def spec_name(spec: Path) -> str:
    """Return the path of a contract in the project, or else its file name."""
    path = spec.resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def add_header(modules: Any, text: str) -> None:
    """Insert a comment at the top of each module."""
    for module in modules:
        module.write_text(f"# {text}\n\n{module.read_text('utf-8')}", "utf-8")


def format_tree(target: Path) -> None:
    """Sort imports and format with the pinned ruff, without the settings of the project."""
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
    """Run a module of this Python; print its output only if it fails."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        # With a prefix: GitHub Actions runs lines that begin with :: as commands.
        output = "".join(f"\n| {line}" for line in (done.stdout + done.stderr).splitlines())
        fail(f"{module} {arguments[0]} failed ({done.returncode}){output}")


def replace_tree(old: Path, new: Path) -> None:
    """Replace the folder `old` by `new`."""
    old.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(new, old)


if __name__ == "__main__":
    sys.exit(main())
