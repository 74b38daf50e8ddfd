"""The gateway and the WhatsApp number for trying out report what they took, as providers do."""

import hashlib
import hmac
import json
from pathlib import Path

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from deploy.embedded.peers.app import REFUSED, make_app
from deploy.embedded.peers.reporting import FAILS, Reporter
from deploy.embedded.peers.store import Store
from tests.kit.waiting import wait_until

PHONE = "+212612345678"


def test_what_was_taken_is_reported_until_somebody_hears_it(tmp_path: Path, httpserver: HTTPServer) -> None:
    heard: dict[str, str] = {}
    deaf = [Response(status=503)]

    def hear(request: Request) -> Response:
        if deaf:
            return deaf.pop()
        assert request.args["key"] == "key"
        heard.update({one["id"]: one["status"] for one in json.loads(request.get_data())})
        return Response("{}")

    httpserver.expect_request("/sms/reports").respond_with_handler(hear)
    reporter = Reporter(httpserver.url_for("").rstrip("/"), "key", "secret")
    reporter.begin()
    client = make_app(Store(tmp_path / "peers.db"), "", "", "", reporter).test_client()
    for key, to in (("a", PHONE), ("b", FAILS), ("c", REFUSED)):
        said = {"id": key, "to": to, "text": "x"}
        answer = client.post("/messages", json=said, headers={"Idempotency-Key": key})
        assert answer.status_code == (400 if to == REFUSED else 200)
    assert wait_until(lambda: len(heard) == 2)
    assert heard == {"a": "delivered", "b": "failed"}


def test_whatsapp_keeps_what_is_put_into_the_template_and_signs_its_report(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    heard = []

    def hear(request: Request) -> Response:
        signature = hmac.new(b"secret", request.get_data(), hashlib.sha256).hexdigest()
        assert request.headers["X-Hub-Signature-256"] == f"sha256={signature}"
        heard.append(json.loads(request.get_data()))
        return Response("{}")

    httpserver.expect_request("/whatsapp/reports").respond_with_handler(hear)
    reporter = Reporter(httpserver.url_for("").rstrip("/"), "key", "secret")
    reporter.begin()
    client = make_app(Store(tmp_path / "peers.db"), "", "", "token", reporter).test_client()
    parameters = [{"type": "text", "text": text} for text in ("Fatima", "Teindre la laine")]
    template = {"name": "moussem_moved_up", "components": [{"type": "body", "parameters": parameters}]}
    body = {"to": PHONE, "template": template, "biz_opaque_callback_data": "n1"}
    assert client.post("/whatsapp/messages", json=body).status_code == 401
    answer = client.post("/whatsapp/messages", json=body, headers={"Authorization": "Bearer token"})
    assert answer.get_json()["messages"] == [{"id": "wamid.n1"}]
    (kept,) = client.get("/mailbox/messages.json").get_json()
    assert (kept["channel"], kept["subject"], kept["text"]) == (
        "whatsapp",
        "moussem_moved_up",
        "Fatima\nTeindre la laine",
    )
    assert "WhatsApp" in client.get("/mailbox/?lang=fr").text
    assert wait_until(lambda: bool(heard))
    (status,) = heard[0]["entry"][0]["changes"][0]["value"]["statuses"]
    assert (status["id"], status["status"]) == ("wamid.n1", "delivered")
