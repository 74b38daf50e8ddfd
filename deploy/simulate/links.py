"""Coming back: the private link from one's own SMS, opened as a browser does."""

import re
from urllib.parse import quote, urlencode, urlsplit

from deploy.simulate.wire import Wire

_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')
_LINK = re.compile(r"https?://\S+?(/k/[\w-]{22})(?![\w-])")


def find_link(wire: Wire, phone: str, words: str = "") -> str:
    """The newest private link that came to a phone in a message with these words; empty when there is none."""
    said = wire.ask("GET", f"/mailbox/messages.json?to={quote(phone)}")
    if not said.is_ok or not isinstance(said.body, list):
        return ""
    texts = (message["text"] for message in said.body if words in message["text"])
    return next((urlsplit(found[0]).path for text in texts if (found := _LINK.search(text))), "")


def open_link(wire: Wire, link: str) -> dict[str, str]:
    """Press the button behind a link; a token for each service, none when the link is not known."""
    shown = wire.ask("GET", link)
    proof = _FIELD.search(str(shown.body))
    if not shown.is_ok or proof is None:
        return {}
    cookies = _cookies(shown.headers.get("set-cookie", ""))
    form = next((f"{name}={value}" for name, value in cookies.items() if name.endswith("form")), "")
    answer = wire.send_form(link, urlencode({"csrf_token": proof[1]}), f"Cookie: {form}\r\n")
    given = _cookies(answer.headers.get("set-cookie", ""))
    return {name.rpartition("person_")[2]: value for name, value in given.items() if "person_" in name}


def _cookies(said: str) -> dict[str, str]:
    pairs = (line.split(";", 1)[0].partition("=") for line in said.split("\n") if line)
    return {name.strip(): value.strip() for name, _, value in pairs}
