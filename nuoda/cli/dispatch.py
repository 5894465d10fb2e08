"""Find the subcommand, prepare what it needs, run it, and turn what went wrong into one sentence and an exit code."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NoReturn

from nuoda.config import env

from . import commands, console
from .texts import N_, _

ORDER = [
    "run", "init", "demo", "user", "migrate", "check", "doctor", "import", "export", "backup", "restore", "upgrade",
    "rulebook", "clocks", "duties", "replay", "bench",
]  # fmt: skip
EPILOG = N_(
    "Exit codes: 0 done, 1 refused or a check failed, 2 wrong usage, 3 the database or the installation cannot be "
    "reached, 130 interrupted."
)


def names() -> list[str]:
    """The subcommands that exist, in the order of the help."""
    found = {module.name.removesuffix("_") for module in pkgutil.iter_modules(commands.__path__)}
    return sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def load(name: str) -> ModuleType:
    """The module of a subcommand."""
    for candidate in (name, f"{name}_"):
        if importlib.util.find_spec(f"{commands.__name__}.{candidate}"):
            return importlib.import_module(f"{commands.__name__}.{candidate}")
    raise ModuleNotFoundError(name)


class Parser(argparse.ArgumentParser):
    """argparse with our exit code and, for a mistyped subcommand, what was probably meant."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        console.error(message)
        raise SystemExit(console.USAGE)


def _common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(_("everywhere"))
    no = argparse.SUPPRESS
    group.add_argument("--json", action="store_true", default=no, help=_("the result as JSON on standard output"))
    group.add_argument("--quiet", "-q", action="store_true", default=no, help=_("only results and errors"))
    group.add_argument("--debug", action="store_true", default=no, help=_("show the stack trace of an error"))


def _overview() -> Parser:
    lines = [f"  {name:<10} {_(load(name).help)}" for name in names()]
    parser = Parser(
        prog="nuoda",
        usage=_("nuoda COMMAND [arguments]"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=_("Runs a company's service regulations.") + "\n\n" + _("Commands:") + "\n" + "\n".join(lines),
        epilog="\n".join(
            [
                _("Examples:"),
                "  nuoda run",
                "  nuoda check --json",
                "",
                _("Help on one command: nuoda COMMAND --help"),
                _(EPILOG),
            ]
        ),
    )
    parser.add_argument("--version", action="version", version=f"nuoda {env.version()}")
    _common(parser)
    return parser


def _parser(name: str, module: ModuleType) -> Parser:
    parser = Parser(
        prog=f"nuoda {name}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=_(module.help),
        epilog="\n".join([_("Examples:"), *(f"  {line}" for line in module.examples), "", _(EPILOG)]),
    )
    module.arguments(parser)
    _common(parser)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run `nuoda` with these arguments; the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    name = next((word for word in words if not word.startswith("-")), None)
    if name is None or words[0] in {"-h", "--help", "--version"}:
        parser = _overview()
        parser.parse_args(words)
        parser.print_help()
        return console.USAGE if not words else console.DONE
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1)
        hint = _("Did you mean {name}?").format(name=f"nuoda {near[0]}") if near else _("nuoda --help lists them.")
        console.error(_("There is no command {name}.").format(name=name) + " " + hint)
        return console.USAGE
    words.remove(name)
    debug = "--debug" in words
    try:
        module = load(name)
        args = _parser(name, module).parse_args(words)
        console.as_json, console.quiet = getattr(args, "json", False), getattr(args, "quiet", False)
        args.json, args.quiet, args.debug = console.as_json, console.quiet, debug
        with _prepared(module):
            return int(module.handle(args) or 0)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return console.INTERRUPTED
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else console.REFUSED
    except BrokenPipeError:
        sys.stderr.close()  # the reader (head, less) has seen enough
        return console.DONE
    except Exception as problem:
        if debug:
            raise
        return _explain(problem)


def _explain(problem: Exception) -> int:
    """One sentence for people; refusals and our own errors carry their own."""
    if isinstance(problem, console.CommandError):
        console.error(str(problem))
        return problem.code
    kinds = {kind.__name__ for kind in type(problem).__mro__}
    if "Refused" in kinds:
        console.error(str(getattr(problem, "reason", problem)))
        return console.REFUSED
    if kinds & {"ClusterError", "OperationalError", "ImproperlyConfigured"}:
        console.error(str(problem).strip())
        return console.UNREACHABLE
    if isinstance(problem, OSError):
        console.error(f"{problem.strerror or problem}{f': {problem.filename}' if problem.filename else ''}")
        return console.REFUSED
    console.error(f"{type(problem).__name__}: {problem}")
    console.note(_("This is a fault of the program. --debug shows where it happened."))
    return console.REFUSED


@contextlib.contextmanager
def _prepared(module: ModuleType) -> Iterator[None]:
    needs = getattr(module, "needs", "database")
    if needs == "nothing":
        yield
        return
    with reachable() if needs == "database" else contextlib.nullcontext():
        role = getattr(module, "role", "app")
        django(role() if callable(role) else role)
        if needs == "database":
            from django.db import connection

            connection.ensure_connection()
        yield


def django(role: str = "app") -> None:
    """Set up Django as one of the two database roles, in the terminal's language."""
    env.choose("NUODA_DATABASE_ROLE", role)
    env.use_settings()
    import django as framework
    from django.utils import translation

    framework.setup()
    translation.activate(env.language())


@contextlib.contextmanager
def reachable() -> Iterator[Any]:
    """The private PostgreSQL answers within this block: the running one, or one started for it and ended after it.

    Yields the cluster, or None when DATABASE_URL names another server.
    """
    from nuoda.config import cluster

    if env.get("DATABASE_URL"):
        yield None
        return
    private = cluster.at(env.data())
    if private.exists and private.running():
        yield private
        return
    if not private.exists:
        raise console.CommandError(
            _("Nothing is set up in {folder} yet. Start with: nuoda run").format(folder=env.data()), console.UNREACHABLE
        )
    with cluster.locked(private):
        private.start()
        try:
            yield private
        finally:
            private.stop()
