"""What `./moussem run` tells the person who started it."""

import os
import sys
from pathlib import Path
from urllib.parse import quote

import segno

from deploy.embedded.options import Options
from deploy.embedded.tls import ca_address

FAIR = "ouarzazate-12"


def announce(options: Options, mailbox_key: str, log: Path | None, first_link: str = "") -> None:
    """Print the addresses once every part answers."""
    url = os.environ["MOUSSEM_PUBLIC_URL"].rstrip("/")
    lines = ["", "Moussem runs. Stop it with Ctrl-C.", ""]
    if options.fair and not options.production:
        lines += [_line("The fair, en français", f"{url}/fr/{FAIR}/"), _line("بالعربية", f"{url}/ar/{FAIR}/")]
    else:
        lines.append(_line("Exhibitions", f"{url}/"))
    staff = options.data / "staff.txt"
    lines.append(_line("Staff", f"{url}/en/office/sign-in"))
    if staff.exists():
        lines.append(_line("  their passwords", f"{staff} (only you can read it)"))
    if options.peers:
        key = f"?key={quote(mailbox_key)}" if mailbox_key else ""
        lines.append(_line("Mailbox (SMS, e-mail)", f"{url}/mailbox/{key}"))
    lines.append(_line("APIs", f"{url}/registration/docs, /ticketing/docs, /notifications/docs"))
    if log:
        lines.append(_line("Log", str(log)))
    if first_link:
        lines += ["", "  Nobody has an account yet. Open yours and your first fair (once, within 12 hours):"]
        lines += [f"  {first_link}", f"  بالعربية: {first_link.replace('/fr/office/', '/ar/office/', 1)}"]
    if options.local_ca:
        lines += [_line("Phones trust us with", f"{ca_address(url)} (or {url}/local-ca)"), ""]
    print("\n".join(lines), flush=True)
    if options.local_ca and sys.stdout.isatty():
        segno.make(ca_address(url)).terminal(compact=True)


def _line(what: str, where: str) -> str:
    return f"  {what:<24}{where}"
