"""The `nuoda` command: a door, like web and api.

A subcommand is a module `commands/<name>.py` (a trailing `_` keeps Python's keywords free) with

- `help`: one line, marked with `texts.N_`;
- `examples`: at least two command lines with their meaning;
- `arguments(parser)`: its own arguments;
- `handle(args) -> int`: does it and returns the exit code;
- optionally `needs`: "database" (default: Django is set up and PostgreSQL answers), "django" or "nothing";
- optionally `role`: "app" (default) or "owner".
"""

from .dispatch import main

__all__ = ["main"]
