"""Counts a signed file of Moussem anew, with nothing but Python: recount.py FILE [KEYS].

KEYS is the address or a copy of /ticketing/.well-known/jwks.json; without it the signature is not looked at.
Says what it finds and exits 1 when a number differs or the signature does not hold. Ed25519 after RFC 8032.
"""

import hashlib
import json
import sys
from base64 import urlsafe_b64decode
from collections import Counter, defaultdict
from pathlib import Path
from urllib.request import urlopen

P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    """The sum of two points of the curve, in extended coordinates."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    g, h = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    """A point added to itself n times."""
    total = (0, 1, 1, 0)
    while n:
        total, point, n = add(total, point) if n & 1 else total, add(point, point), n >> 1
    return total


def point_of(data):
    """The point that 32 bytes name."""
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    x = pow(square := (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P:
        raise ValueError("no point of the curve")
    return (x := P - x if x & 1 != sign else x), y, 1, x * y % P


def holds(public, message, signature):
    """Whether this key signed the message."""
    r, s = point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little")
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    a, b = times(s, base), add(r, times(h % Q, point_of(public)))
    return s < Q and (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def count(lines):
    """The numbers, from the readings alone: per holder and day, in the order of times."""
    days, found, visitors = defaultdict(list), Counter(), set()
    for day, time, number, gate, direction, holder, kind, home, void, said, hall in lines:
        found[day, f"tally-{direction}", gate, kind] += void * (said == "counted")  # heads without a code
        if holder and not void:
            days[holder, day].append((time, number, gate, direction, kind, home, hall))
    for (holder, day), some in days.items():
        grounds, here, was_here = False, "", False
        for time, _number, gate, direction, kind, home, hall in sorted(some):
            before, left, is_in = bool(grounds or here), here, direction == "in"
            if is_in and before and hall in ("", here):  # already inside
                continue
            grounds, here = (grounds or not hall, hall) if is_in else (grounds and bool(hall), "")
            found.update([(day, "hall-outs", left, kind)] * bool(left) + [(day, "hall-ins", here, kind)] * bool(here))
            found[day, "outs" if before else "ins", gate, kind] += bool(grounds or here) != before
            if is_in and not was_here:
                quarter, was_here = f"{time[:3]}{int(time[3:5]) // 15 * 15:02}", True
                found.update([(day, "visits", gate, kind), (day, "arrivals", quarter, kind)])
                found[day, "residence", home, kind] += bool(home)
                visitors.add((holder, kind))
    return +(found + Counter(("", "visitors", "", kind) for _holder, kind in visitors))


def main(path, keys=None):
    *body, last = Path(path).read_bytes().splitlines(keepends=True)
    head, *lines = map(json.loads, body)
    proof, digest = json.loads(last), hashlib.sha256(b"".join(body)).hexdigest()
    told = {("", "visitors", "", kind): n for kind, n in head["numbers"]["visitors"].items()}
    days = [(day, *some) for day, measures in head["numbers"]["days"].items() for some in measures.items()]
    told |= {(d, what, at, k): n for d, what, places in days for at, some in places.items() for k, n in some.items()}
    found = count(lines)
    wrong = [(key, told.get(key, 0), found[key]) for key in sorted({*told, *found}) if told.get(key, 0) != found[key]]
    print(f"{head['exhibition']}, {head['made_at']}: {len(lines)} readings, {len(told)} numbers, {len(wrong)} differ")
    print(*(f"  {' '.join(filter(None, key))}: told {said}, counted {n}" for key, said, n in wrong), sep="\n")
    is_signed = digest == proof["sha256"]
    if keys:
        said = json.loads(urlopen(keys).read() if "://" in keys else Path(keys).read_bytes())
        public = {key["kid"]: urlsafe_b64decode(key["x"] + "=") for key in said["keys"]}.get(proof["key_id"])
        signature, message = urlsafe_b64decode(proof["signature"] + "=="), f"{head['format']}:{digest}".encode()
        is_signed = is_signed and bool(public) and holds(public, message, signature)
    print(f"signature: {'holds' if is_signed and keys else 'not looked at' if is_signed else 'DOES NOT HOLD'}")
    return 1 if wrong or not is_signed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
