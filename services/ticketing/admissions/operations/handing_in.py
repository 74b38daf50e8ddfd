"""Reads the file in which a phone saved the scans that it could not hand over itself."""

import json
from typing import Any

from shared.problem import N_, Invalid

NO_FILE = N_("Please choose the file that the scanner saved.")
OTHER_FAIR = N_("These scans are of another exhibition.")
# What the phone notes for itself.
_OWN = ("fair", "problem")


def read_file(data: bytes, exhibition: str) -> list[dict[str, Any]]:
    """The scans of a file, as a device would bring them; Invalid when it is no such file, or another fair's."""
    try:
        said = json.loads(data)
        scans = [{name: value for name, value in one.items() if name not in _OWN} for one in said["scans"]]
        where = said["exhibition"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid({"file": [NO_FILE]}) from None
    if where != exhibition:
        raise Invalid({"file": [OTHER_FAIR]})
    return scans
