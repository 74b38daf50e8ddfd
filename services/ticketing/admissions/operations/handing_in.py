"""Reads the file in which a phone saved the scans that it could not hand over itself."""

import json
from typing import Any

from shared.problem import N_, Invalid

NO_FILE = N_("Please choose the file that the scanner saved.")
OTHER_FAIR = N_("These scans are of another exhibition.")
# What the phone notes for itself.
_OWN = ("fair", "problem")


def read_file(data: bytes, exhibition: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The scans and the counted heads of a file, as a device would bring them.

    Invalid when it is no such file, or another fair's.
    """
    try:
        said = json.loads(data)
        scans = [{name: value for name, value in one.items() if name not in _OWN} for one in said["scans"]]
        where = said["exhibition"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid({"file": [NO_FILE]}) from None
    if where != exhibition:
        raise Invalid({"file": [OTHER_FAIR]})
    heads = [one for one in scans if "heads" in one]
    return [one for one in scans if "heads" not in one], [_tally(one) for one in heads]


def _tally(one: dict[str, Any]) -> dict[str, Any]:
    """Heads as they are counted over the network."""
    return {name: value for name, value in one.items() if name != "scanned_at"} | {"counted_at": one.get("scanned_at")}
