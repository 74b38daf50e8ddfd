"""The other side of the line, for trying out: a mail server and an SMS gateway that keep what they are given.

Not a stub inside Moussem: notices reach them through a real SMTP conversation and a real HTTP call. The page
`/mailbox/` shows what arrived. In production none of this is started.
"""

from deploy.embedded.peers.serving import serve

__all__ = ["serve"]
