"""./anlan: a command is looked up and run, and a refusal told.

JSON goes to stdout and nothing else does; sentences and progress go to stderr. A refusal is one
clear line and exit status 1. Whatever is no command of ours is handed to Django's own.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from anlan.config.cli_commands import COMMANDS, Command
from anlan.config.cli_say import both, emit, language, say

if TYPE_CHECKING:
    from anlan.base.refusal import Refusal


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    if arguments and arguments[0] not in COMMANDS and not arguments[0].startswith("-"):
        return _django(arguments)
    # What stands behind "--" is a benchmark's own; argparse would try to read it.
    arguments, rest = _split(arguments)
    args = _parser().parse_args(arguments)
    args.rest = rest
    command = COMMANDS[args.command]
    args.target = getattr(args, "target", "") or command.target
    try:
        return _run(command, args)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read us has read enough (| head); nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./anlan",
        description=both(
            "安澜：隐患闭环管理。数据在 ANLAN_HOME（默认 .anlan）；ANLAN_DATABASE 选数据库。",
            "Anlan: hazards in a closed loop. Data live in ANLAN_HOME (default .anlan); "
            "ANLAN_DATABASE names a PostgreSQL database.",
        ),
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        text = both(command.zh, command.en)
        command.build(commands.add_parser(name, help=text, description=text))
    return parser


def _run(command: Command, args: argparse.Namespace) -> int:
    if not command.django:
        return _call(args)
    import django

    django.setup()
    from django.utils import translation

    from anlan.base import collector
    from anlan.base.actor import Actor
    from anlan.base.refusal import DiskFull, Refusal, disk_is_full

    args.actor = Actor(user_id=None, name=f"cli:{_os_user()}", trusted=True)
    with translation.override(language()):
        try:
            if command.prepared:
                from anlan.config import home

                home.prepare()
            collector.spare()
            return _call(args)
        except Refusal as refusal:
            return _refused(refusal, args)
        except BrokenPipeError:
            raise
        except Exception as error:
            if disk_is_full(error):
                return _refused(DiskFull(), args)
            # Ours to mend: the trace goes to stderr, and stdout still holds one object.
            if getattr(args, "json", False):
                emit(
                    {"error": {"code": "internal", "message": both("程序出错", "a fault of ours")}}
                )
            raise


def _refused(refusal: Refusal, args: argparse.Namespace) -> int:
    if getattr(args, "json", False):
        emit({"error": {"code": refusal.code, "message": str(refusal)}})
    say(refusal)
    return 1


def _call(args: argparse.Namespace) -> int:
    module, function = args.target.split(":")
    run: Callable[[argparse.Namespace], int] = getattr(import_module(module), function)
    return run(args)


def _django(arguments: list[str]) -> int:
    from django.core.management import ManagementUtility, get_commands

    if arguments[0] not in ("help", "version", *get_commands()):
        near = get_close_matches(arguments[0], COMMANDS, 1)
        told = both("没有“%s”这个命令。", "There is no command “%s”.") % arguments[0]
        if near:
            told += both("是否为：./anlan %s", " Did you mean ./anlan %s?") % near[0]
        say(told + both("（全部命令：./anlan --help）", " (./anlan --help lists all.)"))
        return 2
    ManagementUtility(["anlan", *arguments]).execute()
    return 0


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _run_demo(args: argparse.Namespace) -> int:
    from anlan.config import demo, home

    home.claim_for_demo(fresh=args.fresh, done=demo.DONE)
    home.prepare()
    status = demo.main(args)
    if status or args.no_serve:
        return status
    return _run_serve(args)


def _run_serve(args: argparse.Namespace) -> int:
    from anlan.config import audit_cli, cli_accounts, durability, roles, server
    from anlan.kernel.accounts.models import User

    durability.demand()
    roles.demand_little()
    audit_cli.follow_setting(args)
    if not User.objects.exists():
        cli_accounts.first_admin(args)
    return server.main(args)


if __name__ == "__main__":
    raise SystemExit(main())
