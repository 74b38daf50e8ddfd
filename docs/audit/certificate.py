"""Says without a network whether a fair wrote a certificate: certificate.py CODE KEYS.

CODE is what a phone reads on the paper, or the part from MSC: on; KEYS a copy of /ticketing/.well-known/jwks.json.
"""

import json
import sys
from base64 import urlsafe_b64decode
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from recount import holds


def main(code, keys):
    """What stands in the certificate; 0 when one of the keys signed it."""
    code = parse_qs(urlsplit(code).query)["code"][0] if "://" in code else code
    body, _, signature = code.removeprefix("MSC:").partition(".")
    data, signed = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (body, signature))
    public = [urlsafe_b64decode(key["x"] + "=") for key in json.loads(Path(keys).read_bytes())["keys"]]
    if len(signed) != 64 or not any(holds(key, b"moussem-certificate-1:" + data, signed) for key in public):
        print("This fair did not write it.")
        return 1
    exhibition, name, minutes, sessions, first, last, issued, *about = json.loads(data)
    print(f"{name}: {minutes / 60:.1f} hours in {sessions} sessions, {first} to {last}, {exhibition}; written {issued}")
    print(*about)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
