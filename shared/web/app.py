"""The one app factory: what every service's web has in common, in the order a request meets it."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, g, request
from flask_smorest import Api
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header
from werkzeug.middleware.proxy_fix import ProxyFix

from shared import clock, i18n, limits, log, moments, pages
from shared import db as databases
from shared.db import Database
from shared.pages import assets
from shared.problem import NotAllowed, NotSignedIn, Problem
from shared.settings import Settings
from shared.web import answers, description, security, watching
from shared.web.bodies import idempotency_field, read_json, refuse_nul
from shared.web.callers import NOBODY, Caller, allowed_to, body_limit_of, may

MAX_BODY = 256 * 1024
PAGES = Path(pages.__file__).parent


@dataclass(frozen=True)
class Part:
    """What one service brings: its routes, and how it knows callers.

    `authorise(who, view_args)` returns the Caller or raises NotSignedIn / NotAllowed / NotFound. `sign_in_address`
    says where a browser that must sign in is sent. `numbers(db)` adds gauges to the metrics.
    """

    settings: Settings
    database: Database
    title: str
    authorise: Callable[[frozenset[str], dict[str, Any]], Caller]
    api: Sequence[Any] = ()
    pages: Sequence[Blueprint] = ()
    catalogues: Sequence[Path] = ()
    templates: Sequence[Path] = ()
    sign_in_address: Callable[[frozenset[str]], str] | None = None
    numbers: Callable[[Any], dict[str, float]] | None = None


def make_app(part: Part) -> Flask:
    """Build a service's Flask app; RuntimeError when a route does not say who may call it."""
    settings = part.settings
    app = Flask(settings.service, static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=200)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["settings"], app.extensions["part"] = settings, part
    app.wsgi_app = _Plumbing(ProxyFix(app.wsgi_app), part)  # type: ignore[method-assign]
    _prepare_process(part)
    _prepare_templates(app, part)
    _prepare_requests(app, part)
    _register(app, part)
    _insist_on_may(app)
    return app


class _Plumbing:
    """Lets every request work with its service's own database, and adds the headers that every answer
    carries, unless it has said otherwise."""

    def __init__(self, inner: Any, part: Part) -> None:
        self._inner, self._database = inner, part.database
        self._headers = security.headers_of(part.settings)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            own = {name for name, _ in headers}
            return start_response(status, headers + [pair for pair in self._headers if pair[0] not in own], *more)

        # NUL is no text to PostgreSQL, not even to look for; as it is written in an address, nothing is called so
        environ["PATH_INFO"] = environ["PATH_INFO"].replace("\0", "%00")
        with databases.using(self._database):
            return self._inner(environ, start)


def _prepare_process(part: Part) -> None:
    clock.check_zone_data()
    moments.of_service(part.settings.service)
    log.configure(part.settings.service, part.settings.log_level)
    limits.configure(part.settings.redis_url)
    i18n.load_catalogues(PAGES / "translations", *part.catalogues)
    if part.settings.rehearsal:
        clock.set_rehearsal(part.settings.rehearsal_file)


def _prepare_templates(app: Flask, part: Part) -> None:
    folders = [PAGES / "templates", *part.templates]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=False)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(_=i18n.gettext, ngettext=i18n.ngettext)
    app.jinja_env.globals.update(csrf_field=security.csrf_field, idempotency_field=idempotency_field)
    for helper in (i18n.long_date, i18n.short_date, i18n.hour, i18n.number, i18n.pick, i18n.in_zone):
        app.jinja_env.filters[helper.__name__] = helper
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_options["autoescape"] = True
    app.jinja_env.autoescape = True
    pages.prepare(app.jinja_env)
    app.context_processor(answers.frame_context)


def _prepare_requests(app: Flask, part: Part) -> None:
    service = part.settings.service

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.is_api = request.path.startswith(f"/{service}/") and not request.path.endswith("/docs")
        log.forget()
        g.request_id = request.headers.get("X-Request-Id", "")[:64] or secrets.token_hex(8)
        log.bind(request_id=g.request_id, correlation_id=g.request_id)
        _choose_language()

    @app.before_request
    def let_in() -> None:
        _let_in(app, part)

    app.after_request(_finish)
    app.register_error_handler(Problem, answers.refuse)
    app.register_error_handler(HTTPException, answers.refuse_http)
    app.register_error_handler(Exception, answers.refuse_failure)


def _let_in(app: Flask, part: Part) -> None:
    """Refuse foreign forms and unreadable bodies, then find out who calls."""
    security.check_origin()
    view = app.view_functions.get(request.endpoint or "")
    if view is None:
        return
    request.max_content_length = body_limit_of(view) or MAX_BODY
    _look_at_address()
    if g.is_api and request.method not in security.SAFE and not hasattr(view, "__reads__") and request.get_data():
        read_json()
    elif not g.is_api:
        security.check_form()
    who = allowed_to(view) or frozenset()
    if "anyone" in who:
        # many public pages never ask who reads them
        g.find_caller = lambda: _caller(part, who)
    else:
        g.caller = _caller(part, who)


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if "started" in g and not request.path.endswith("/health/live"):
        log.get_logger().info(
            "answered",
            method=request.method,
            path=request.path,
            status=response.status_code,
            ms=round((time.perf_counter() - g.started) * 1000, 1),
            caller=g.get("caller", NOBODY).subject,
        )
    return security.harden(response)


def _look_at_address() -> None:
    if request.query_string:
        refuse_nul(request.args.to_dict())


def _choose_language() -> None:
    asked = (request.view_args or {}).get("lang")
    if asked is not None and asked not in i18n.LANGUAGES:
        i18n.set_language("fr")
        abort(404)
    first = request.path.split("/", 2)[1]
    if asked is None and first in i18n.LANGUAGES:  # a page that does not exist is missing in the reader's language
        asked = first
    i18n.set_language(asked or language_of(request.headers.get("Accept-Language", "")))


@lru_cache(maxsize=256)
def language_of(accepted: str) -> str:
    """The first language of the browser that we speak; `ar-MA` asks for `ar`. French when it names none."""
    wanted = (code.lower().split("-")[0] for code in parse_accept_header(accepted, LanguageAccept).values())
    return next((code for code in wanted if code in i18n.LANGUAGES), "fr")


def _caller(part: Part, who: frozenset[str]) -> Caller:
    try:
        return part.authorise(who, dict(request.view_args or {}))
    except (NotSignedIn, NotAllowed):
        if "anyone" in who:
            return NOBODY
        if part.sign_in_address:
            g.sign_in_address = part.sign_in_address(who)
        raise


def _register(app: Flask, part: Part) -> None:
    service = part.settings.service
    description.configure(app, service, part.title)
    api = _Api(app)
    app.extensions["moussem_api"] = api
    for blueprint in part.api:
        api.register_blueprint(blueprint)
    app.extensions["numbers"] = numbers = watching.Numbers(part.database, part.numbers)
    for plain in (*part.pages, watching.watch(service, part.database, numbers), description.describe(service)):
        app.register_blueprint(plain)
    app.register_blueprint(_assets())


class _Api(Api):  # type: ignore[misc]
    """flask-smorest with our own refusals, and a description that is written when somebody asks for it."""

    undescribed: tuple[Any, ...] = ()

    def register_blueprint(self, blp: Any, **options: Any) -> None:
        """Its routes at once; describing them takes longer than all the rest of a start."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        self.undescribed += (blp,)

    def _register_error_handlers(self) -> None:
        """The app's handlers answer for everything."""

    def _register_doc_blueprint(self) -> None:
        """The description has routes of its own."""


def _assets() -> Blueprint:
    routes = Blueprint("assets", __name__)

    @routes.get("/assets/<name>")
    @may("anyone")
    def asset(name: str) -> Response:
        """A static file, kept for ever by whoever has it: its name changes with its bytes."""
        try:
            body, content_type = assets.asset(name)
        except KeyError:
            abort(404)
        packed = assets.gzipped(name) if "gzip" in request.headers.get("Accept-Encoding", "") else None
        response = Response(packed or body, content_type=content_type)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    return routes


def _insist_on_may(app: Flask) -> None:
    silent = [rule.rule for rule in app.url_map.iter_rules() if allowed_to(app.view_functions[rule.endpoint]) is None]
    if silent:
        raise RuntimeError(f"these routes do not say who may call them: {', '.join(sorted(silent))}")
