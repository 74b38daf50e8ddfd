"""Gateways as the settings describe them: forms, queries, plain text, statuses within a yes. Real HTTP."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from services.notifications.deliveries.senders import Sender
from services.notifications.deliveries.senders.rounds import Rounds
from services.notifications.deliveries.senders.sms import SmsGateway
from services.notifications.notices.domain import Channel
from tests.integration.notifications.story import Story
from tests.kit.services import settings_of

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

FORM = """
[sms]
body = "form"
[sms.fields]
msisdn = "{plain_to}"
message = "{text}"
ref = "{id}"
[sms.headers]
X-Api-Key = "{token}"
[sms.answer]
id = "messages.0.id"
status = "messages.0.status"
refused = ["invalid"]
later = ["busy"]
"""
QUERY = """
[sms]
method = "GET"
body = "query"
[sms.fields]
to = "{to}"
text = "{text}"
key = "{token}"
[sms.answer]
plain = "^OK (\\\\S+)"
"""


def bring(story: Story, httpserver: HTTPServer, described: str, folder: Path) -> Any:
    """One notice by a gateway that is described so; the notice."""
    (folder / "providers.toml").write_text(described)
    said = {"SMS_URL": httpserver.url_for("/send"), "SMS_TOKEN": "t", "PROVIDERS": str(folder / "providers.toml")}
    settings = settings_of("notifications", folder, **said)
    story.tell_scene(email=None)
    story.tell_booking("waitlisted", place_in_line=3)
    assert Sender(Rounds(Channel.SMS, story.service.database), SmsGateway(settings).bring).send_one() == 1
    (row,) = story.notices("sms")
    return row


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("sent", "accepted", ""),
        ("invalid", "failed", "gateway-refused invalid"),
        ("busy", "retry", "gateway-busy busy"),
    ],
)
def test_a_form_and_a_status_within_a_yes(
    story: Story, httpserver: HTTPServer, tmp_path: Path, status: str, state: str, reason: str
) -> None:
    heard: list[Request] = []

    def take(request: Request) -> Response:
        heard.append(request)
        return Response(f'{{"messages": [{{"id": "m-7", "status": "{status}"}}]}}', content_type="application/json")

    httpserver.expect_request("/send", method="POST").respond_with_handler(take)
    row = bring(story, httpserver, FORM, tmp_path)
    assert (row.state, row.reason) == (state, reason)
    form = parse_qs(heard[0].get_data(as_text=True))
    assert (form["msisdn"], form["ref"], heard[0].headers["X-Api-Key"]) == (["212612345678"], [str(row.id)], "t")
    assert "Authorization" not in heard[0].headers
    assert row.provider_id == ("m-7" if state == "accepted" else None)


@pytest.mark.parametrize(
    ("answer", "state", "theirs"),
    [("OK 8812\n", "accepted", "8812"), ("ERR 105 no route to 212612345678", "failed", None), ("", "failed", None)],
)
def test_a_query_and_a_plain_answer(
    story: Story, httpserver: HTTPServer, tmp_path: Path, answer: str, state: str, theirs: str | None
) -> None:
    httpserver.expect_request("/send", method="GET").respond_with_data(answer, content_type="text/plain")
    row = bring(story, httpserver, QUERY, tmp_path)
    assert (row.state, row.provider_id) == (state, theirs)
    assert "212612345678" not in row.reason
    ((request, _response),) = httpserver.log
    assert (request.args["to"], request.args["key"]) == ("+212612345678", "t")
