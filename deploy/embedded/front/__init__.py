"""The one port people use. It only forwards: no rule of the product stands here.

`heads` reads and rewrites header lines, `upstream` keeps connections to the services, `client` speaks with people,
`answers` says what the front itself has to say, `listening` opens the door (plain or TLS).
"""

from deploy.embedded.front.listening import serve

__all__ = ["serve"]
