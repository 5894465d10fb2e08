"""`nuoda backup`: one verified file with everything that cannot be made again."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from nuoda.cli import archive, console
from nuoda.cli.texts import N_, _
from nuoda.config import env

help = N_("write database, uploaded files and a manifest of hashes into one file")
examples = ["nuoda backup", "nuoda backup /mnt/backup/nuoda.tar --try"]
role = "owner"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=Path, help=_("where to; the default is a dated file in NUODA_DATA/backups")
    )
    parser.add_argument("--try", dest="trial", action="store_true", help=_("also restore it into a scratch PostgreSQL"))


def handle(args: argparse.Namespace) -> int:
    name = f"nuoda-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar"
    target: Path = (args.file or env.data() / "backups" / name).resolve()
    if target.exists():
        raise console.CommandError(_("{file} exists already; a backup is never overwritten.").format(file=target))
    manifest = archive.write(target)
    archive.verify(target)
    rows = _trial(target) if args.trial else None
    size = target.stat().st_size
    lines = [_("{file}: {count} files, {size} MB").format(file=target, count=len(manifest["members"]), size=size >> 20)]
    if rows is not None:
        lines.append(_("Restored on trial: {count} rows in all tables.").format(count=rows))
    console.emit({"file": str(target), "bytes": size, "restored_rows": rows, **manifest}, lines)
    return console.DONE


def _trial(target: Path) -> int:
    """Restore into a scratch cluster and count the rows of every table."""
    from nuoda.cli.restoring import trial

    return sum(trial(target).values())
