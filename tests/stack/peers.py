"""The SMS gateway and the mail server that receive: `python -m tests.stack.peers DATA SMS_PORT SMTP_PORT`."""

import os
import sys
from pathlib import Path

from deploy import web_server
from deploy.embedded.peers.serving import serve


def main() -> None:
    """Take SMS and mails until told to stop."""
    data, sms, smtp = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    _, ready = os.pipe()
    serve(data, web_server.listen("127.0.0.1", sms), web_server.listen("127.0.0.1", smtp), "")(ready)


if __name__ == "__main__":
    main()
