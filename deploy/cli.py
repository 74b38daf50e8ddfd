"""The commands of `./moussem` and their help. Only the standard library is imported before a command runs."""

import argparse
import importlib
import os
import sys
import textwrap
from pathlib import Path

EPILOG = """\
The first command makes Moussem's own Python packages ready (once, about a minute), then:
  ./moussem run      and open http://127.0.0.1:8000/
"""
ELSEWHERE = {
    "test": "check everything: style, types, rules, tests on both databases, the story in a browser",
    "bench": "measure: requests, messages, start-up, memory (one JSON object per line)",
    "faults": "kill, stop and empty parts while people book, and prove that nothing was lost or doubled",
}
DATA_HELP = "folder with databases, keys and logs (default: ./data)"


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(
        prog="./moussem",
        description="Registration, seat booking and messages for crafts fairs and exhibitions.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    _run(commands.add_parser("run", help="start everything and print the addresses", description=RUN))
    for name, text in ELSEWHERE.items():
        commands.add_parser(name, help=text, description=text.capitalize() + ".")
    _simulate(commands)
    _safety(commands)
    _care(commands)
    return top


RUN = (
    "Start registration, ticketing and notifications with their workers, queue, mailbox and one address in front; "
    "restart what dies; stop all with Ctrl-C. Databases are backed up before they are changed. "
    "PostgreSQL and Redis are used when MOUSSEM_*_DATABASE_URL and MOUSSEM_REDIS_URL say so (docs/settings.md)."
)


def _run(command: argparse.ArgumentParser) -> None:
    _data(command)
    command.add_argument("--port", type=int, default=8000, help="port people use (default: 8000)")
    command.add_argument(
        "--host", default="127.0.0.1", help="address to answer on; 0.0.0.0: any (default: this machine only)"
    )
    command.add_argument(
        "--rehearsal", action="store_true", help="let an organiser move the clock, to play a fair in minutes"
    )
    command.add_argument(
        "--empty", action="store_true", help="no fair and no accounts: prints a link to open the first one"
    )
    command.add_argument("--production", action="store_true", help="no mailbox, no fair, no rehearsal; begins empty")
    command.add_argument("--log-to-terminal", action="store_true", help="print the log here, not to DATA/logs")
    https = command.add_argument_group("HTTPS (phones' cameras need it anywhere but on this machine)")
    https.add_argument("--cert", type=Path, metavar="FILE", help="certificate chain (PEM)")
    https.add_argument("--key", type=Path, metavar="FILE", help="its private key (PEM)")
    https.add_argument("--local-ca", action="store_true", help="make a certificate that phones can install")


def _simulate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = (
        "Play a whole fair against a Moussem that runs with --rehearsal and that nobody has used yet: artisans apply "
        "and are chosen, visitors register and reserve, stewards read codes at the gates, day after day. Everything "
        "goes over HTTP, as people would. At the end: the attendance report, and whether all that was promised holds. "
        "Exit code 0: it does; 1: something does not, and is named; 2: the fair could not be played."
    )
    example = (
        "In one terminal:  ./moussem run --rehearsal --data data/fair\n"
        "In another:       ./moussem simulate --data data/fair --artisans 20 --visitors 300 --days 5"
    )
    command = commands.add_parser(
        "simulate",
        help="play a whole fair against a running rehearsal, and check it",
        description=textwrap.fill(text, 100),
        epilog=example,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--artisans", type=int, default=212, help="artisans and groups that apply (default: 212)")
    command.add_argument("--visitors", type=int, default=20_000, help="people who register (default: 20000)")
    command.add_argument("--days", type=int, default=20, help="days played, from the first (default: 20)")
    command.add_argument("--seed", type=int, default=12, help="the same seed, the same people (default: 12)")
    command.add_argument("--url", default="http://127.0.0.1:8000", help="where it runs (default: this machine)")
    command.add_argument("--json", type=Path, metavar="FILE", help="write sizes, times, counts and checks to FILE")
    command.add_argument("--exhibition", default="ouarzazate-12", help="which fair (default: ouarzazate-12)")
    command.add_argument("--hands", type=int, default=8, help="requests under way at once, at most (default: 8)")
    staff = command.add_argument_group("who is the organiser (default: the first account, from DATA/staff.txt)")
    staff.add_argument("--login", help="name or e-mail address of an organiser of all exhibitions")
    staff.add_argument("--password", default="", help="the organiser's password")
    _data(command)


def _data(command: argparse.ArgumentParser) -> None:
    default = Path(os.environ.get("MOUSSEM_DATA", "data"))
    command.add_argument("--data", type=Path, default=default, metavar="DIR", help=DATA_HELP)


def _safety(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "Copy all three databases and the secret into a new folder, also while Moussem runs."
    backup = commands.add_parser("backup", help="copy databases and keys, also while it runs", description=text)
    backup.add_argument("target", type=Path, metavar="DIR", help="folder to make; it must not exist yet")
    _data(backup)
    text = (
        "Put a backup in place of the databases. Refused while Moussem runs; what was there is kept aside. "
        "Then start Moussem and run `./moussem resync`."
    )
    restore = commands.add_parser("restore", help="put a backup in place", description=text)
    restore.add_argument("source", type=Path, metavar="DIR", help="folder made by `./moussem backup`")
    _data(restore)
    text = (
        "Let each service say again how everything stands, so that the others' copies agree: after a restore or for "
        "a new service. Harmless at any time; what is known already changes nothing."
    )
    resync = commands.add_parser("resync", help="make the services' copies agree again", description=text)
    resync.add_argument("service", nargs="?", help="only this one speaks (default: all three)")
    _data(resync)


def _care(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "Messages between services that were given up after five tries: list them, look at one, send them again."
    dead = commands.add_parser("dead", help="messages that were given up", description=text)
    dead.add_argument("action", nargs="?", choices=("list", "show", "replay"), default="list")
    dead.add_argument("message", nargs="?", help="the message's id; `replay` without one replays all")
    _data(dead)
    text = (
        "List staff accounts, give one a new password (printed once), or print a new link to the first account while "
        "there is none."
    )
    staff = commands.add_parser("staff", help="list accounts, reset a password", description=text)
    staff.add_argument("action", choices=("list", "reset", "link"))
    staff.add_argument("login", nargs="?", help="e-mail address or phone of the account to reset")
    _data(staff)
    _proof(commands)
    text = "Look at everything Moussem needs and say what is wrong and what to do about it. Changes nothing."
    doctor = commands.add_parser("doctor", help="say what is wrong and what to do", description=text)
    _data(doctor)


def _proof(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = (
        "The keys that sign people's and staff's tokens and badges. `rotate` lets a new key sign and leaves what the "
        "old one signed good; `revoke`, after a theft, lets nothing that key signed be believed any more."
    )
    keys = commands.add_parser("keys", help="list, rotate or revoke signing keys", description=text)
    keys.add_argument("action", choices=("list", "rotate", "revoke"))
    keys.add_argument(
        "key", nargs="?", metavar="PURPOSE|KEY_ID", help="rotate: person, staff, badge or device; revoke: the key's id"
    )
    _data(keys)
    text = (
        "Count every admission anew from the scans and compare with the counters, while Moussem runs or not. "
        "Changes nothing; the exit code is 1 when a counter is wrong."
    )
    recount = commands.add_parser("recount", help="compare the counters with a recount", description=text)
    _data(recount)


def parse(args: list[str]) -> argparse.Namespace:
    """The options of a command; exits with a message when they make no sense."""
    found = parser().parse_args(args)
    if found.command == "run":
        if bool(found.cert) != bool(found.key):
            parser().error("--cert and --key go together")
        if found.cert and found.local_ca:
            parser().error("choose --cert or --local-ca, not both")
        if found.production and found.rehearsal:
            parser().error("--rehearsal is refused together with --production")
    if found.command == "simulate":
        if min(found.artisans, found.visitors, found.days, found.hands) < 1:
            parser().error("--artisans, --visitors, --days and --hands are at least 1")
        if found.login and not found.password:
            parser().error("--login and --password go together")
    if found.command == "staff" and found.action == "reset" and not found.login:
        parser().error("whose password? ./moussem staff reset E-MAIL")
    if found.command == "keys" and found.action != "list" and not found.key:
        parser().error("./moussem keys rotate person|staff|badge|device, or ./moussem keys revoke KEY_ID")
    if found.command == "dead" and found.action == "show" and not found.message:
        parser().error("which message? ./moussem dead show ID")
    return found


def main(args: list[str]) -> int:
    """Run one command; its exit code."""
    options = parse(args)
    options.data = options.data.expanduser().resolve()
    try:
        return int(importlib.import_module(f"deploy.commands.{options.command}").main(options))
    except BrokenPipeError:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
