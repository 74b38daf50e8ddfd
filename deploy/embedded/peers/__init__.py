"""The other side of the line, for trying out: a mail server, an SMS gateway and a WhatsApp number that keep what they
are given and report that it arrived.

Not a stub inside Moussem: notices reach them through real SMTP conversations and HTTP calls. The page
`/mailbox/` shows what arrived. In production none of this is started.
"""

from pathlib import Path

from deploy.embedded.peers.serving import serve

DESCRIPTION = Path(__file__).parent / "providers.toml"

__all__ = ["DESCRIPTION", "serve"]
