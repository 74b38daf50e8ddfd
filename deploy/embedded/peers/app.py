"""The SMS gateway's route and the mailbox page."""

import hmac
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from deploy.embedded.peers.reporting import Reporter
from deploy.embedded.peers.store import Arrived, Store
from deploy.embedded.peers.words import WORDS
from shared import i18n
from shared.pages import prepare

COOKIE = "mailbox"
REFUSED = "+212600000400"
"""The phone that the gateway refuses."""
TEXT_LIMIT = 10_000
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


SILENT = Reporter("", "", "")


def make_app(
    store: Store, sms_token: str, mailbox_key: str, whatsapp_token: str = "", reporter: Reporter = SILENT
) -> Flask:
    """The gateway (`POST /messages`), WhatsApp's number (`POST /whatsapp/messages`) and the mailbox (`/mailbox/`)."""
    app = Flask(__name__, template_folder=str(Path(__file__).parent / "templates"), static_folder=None)
    prepare(app.jinja_env)
    app.add_url_rule("/messages", "sms", view_func=_gateway(store, sms_token, reporter), methods=["POST"])
    app.add_url_rule(
        "/whatsapp/messages", "whatsapp", view_func=_whatsapp(store, whatsapp_token, reporter), methods=["POST"]
    )
    app.add_url_rule("/mailbox/", "page", lambda: _page(store, "page.html"))
    app.add_url_rule("/mailbox/list", "list", lambda: _list(store))
    app.add_url_rule("/mailbox/messages.json", "messages", lambda: jsonify(_messages(store)))
    app.add_url_rule("/mailbox/<int:number>/<name>", "attachment", lambda **which: _attachment(store, **which))
    app.before_request(lambda: _check_key(mailbox_key))
    app.after_request(lambda response: _finish(response, mailbox_key))
    return app


def _is_known(token: str) -> bool:
    given = request.headers.get("Authorization", "")
    return not token or hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _gateway(store: Store, token: str, reporter: Reporter) -> Any:
    def accept() -> tuple[Response, int]:
        """Take an SMS: the same key again gets the same answer and is counted, not kept twice."""
        if not _is_known(token):
            return jsonify(error="unknown token"), 401
        said, key = request.get_json(silent=True), request.headers.get("Idempotency-Key", "")
        if not isinstance(said, dict) or not all(isinstance(said.get(n), str) for n in ("id", "to", "text")):
            return jsonify(error="id, to and text are needed"), 400
        if not key or not said["to"].startswith("+") or not 0 < len(said["text"]) <= TEXT_LIMIT:
            return jsonify(error="Idempotency-Key, an international number and a text are needed"), 400
        if said["to"] == REFUSED:
            return jsonify(error="no such phone"), 400
        store.keep(Arrived("sms", said["to"], key, "", said["text"]))
        reporter.say("sms", said["to"], said["id"])
        return jsonify(id=said["id"], accepted=True), 200

    return accept


def _whatsapp(store: Store, token: str, reporter: Reporter) -> Any:
    def accept() -> tuple[Response, int]:
        """Take a template message as the Cloud API does: it knows no keys, so the same again is another message."""
        if not _is_known(token):
            return jsonify(error={"code": 190, "message": "unknown token"}), 401
        said = request.get_json(silent=True)
        template = said.get("template") if isinstance(said, dict) else None
        if not isinstance(said, dict) or not isinstance(template, dict) or not str(said.get("to", "")).startswith("+"):
            return jsonify(error={"code": 100, "message": "to and template are needed"}), 400
        key = str(said.get("biz_opaque_callback_data", ""))
        store.keep(Arrived("whatsapp", said["to"], key, str(template.get("name", "")), _filled(template)))
        reporter.say("whatsapp", said["to"], f"wamid.{key}")
        return jsonify(messaging_product="whatsapp", messages=[{"id": f"wamid.{key}"}]), 200

    return accept


def _filled(template: dict[str, Any]) -> str:
    """What the phone would show: the approved text is WhatsApp's, we only see what is put into it."""
    parts = [part for part in template.get("components", []) if part.get("type") == "body"]
    return "\n".join(str(one.get("text", "")) for part in parts for one in part.get("parameters", []))


def _asked() -> str:
    return request.args.get("to", "").strip()


def _messages(store: Store) -> list[dict[str, Any]]:
    """At most 10,000, newest first; `before` continues after the last of them."""
    return store.newest(_asked(), 10_000, before=request.args.get("before", type=int))


def _context(store: Store) -> dict[str, Any]:
    language = request.args.get("lang", "")
    if language not in WORDS:
        language = request.accept_languages.best_match(list(WORDS)) or "en"
    return {
        "lang": language,
        "dir": "rtl" if language == "ar" else "ltr",
        "words": WORDS[language],
        "messages": store.newest(_asked()),
        "asked": _asked(),
    }


def _page(store: Store, template: str) -> str:
    return render_template(
        template, **_context(store), recipients=store.recipients(), names=[(code, i18n.NAMES[code]) for code in WORDS]
    )


def _list(store: Store) -> AnyResponse:
    """The list alone, for the page that refreshes itself; 304 while nothing new has come."""
    response = Response(render_template("list.html", **_context(store)))
    response.set_etag(store.state())
    return response.make_conditional(request)


def _attachment(store: Store, number: int, name: str) -> Response:
    found = store.attachment(number, name)
    if found is None:
        abort(404)
    kind = "text/calendar; charset=utf-8" if name.endswith(".ics") else "application/octet-stream"
    response = Response(found, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _check_key(key: str) -> tuple[str, int] | None:
    """Where others can reach us, the mailbox is shown only to who was given its key."""
    if not key or not request.path.startswith("/mailbox/"):
        return None
    given = request.args.get("key") or request.cookies.get(COOKIE, "")
    if hmac.compare_digest(given.encode(), key.encode()):
        return None
    return "The address with the mailbox's key was printed when Moussem started.", 403


def _finish(response: Response, key: str) -> Response:
    if key and response.status_code == 200 and request.args.get("key"):
        secure = request.headers.get("X-Forwarded-Proto") == "https"
        response.set_cookie(COOKIE, key, path="/mailbox/", httponly=True, samesite="Lax", secure=secure)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
