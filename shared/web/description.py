"""OpenAPI 3.1 of a service, from its routes; and the page that shows it."""

import json
import threading
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, current_app
from flask_smorest import Api

from shared.web.answers import page
from shared.web.callers import allowed_to, may

PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457); extension members as the problem's page says.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
}
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "maxLength": 255},
    "description": "Any unique text; the same key and body get the same answer, whatever happened in between.",
}


def configure(app: Flask, service: str, title: str) -> None:
    """What flask-smorest wants to know."""
    app.config.update(
        API_TITLE=f"Moussem: {title}",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={"info": {"description": f"The {service} service of Moussem."}},
    )


def describe(service: str) -> Blueprint:
    """The routes of the description; all API routes must be registered before the first request."""
    routes = Blueprint("description", __name__, url_prefix=f"/{service}")

    @routes.get("/openapi.json")
    @may("anyone")
    def openapi() -> Response:
        """The description for programs."""
        return Response(json.dumps(spec_of(current_app._get_current_object())), content_type="application/json")  # type: ignore[attr-defined]

    @routes.get("/docs")
    @may("anyone")
    def docs() -> Response:
        """The description for people."""
        return page("docs.html", spec=spec_of(current_app._get_current_object()))  # type: ignore[attr-defined]

    return routes


_one_at_a_time = threading.Lock()


def spec_of(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of an app, made when somebody first asks for it."""
    with _one_at_a_time:
        return _spec_of(app)


@cache
def _spec_of(app: Flask) -> dict[str, Any]:
    """The OpenAPI document, with refusals, keys and callers added to what flask-smorest knows."""
    api: Api = app.extensions["moussem_api"]
    for blueprint in api.undescribed:
        blueprint.register_views_in_doc(api, app, api.spec, name=blueprint.name, parameters=None)
        api.spec.tag({"name": blueprint.name, "description": blueprint.description})
    spec: dict[str, Any] = api.spec.to_dict()
    components = spec.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["schemas"].pop("Error", None)
    components.setdefault("securitySchemes", {})["token"] = {"type": "http", "scheme": "bearer"}
    for response in components.get("responses", {}).values():
        response["content"] = _problem_content()
    views = {
        (rule.rule, method): app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                _complete(operation, views.get((_as_rule(path, views), method.upper())))
    return spec


def _as_rule(path: str, views: dict[tuple[str, str], Any]) -> str:
    """The Flask rule of an OpenAPI path."""
    for rule, _method in views:
        if _plain(rule) == path:
            return rule
    return path


def _plain(rule: str) -> str:
    parts = (part.rpartition(":")[2] if part.startswith("<") else part for part in rule.replace(">", "").split("/"))
    return "/".join(
        "{" + p.lstrip("<") + "}" if q.startswith("<") else p for p, q in zip(parts, rule.split("/"), strict=True)
    )


def _complete(operation: dict[str, Any], view: Any) -> None:
    who = sorted(allowed_to(view) or ()) if view else []
    operation["x-may"] = who
    if who and "anyone" not in who:
        operation["security"] = [{"token": []}]
    if getattr(view, "__keyed__", False):
        operation.setdefault("parameters", []).append(KEY_HEADER)
    operation["responses"]["default"] = {"description": "A named problem", "content": _problem_content()}
    for status, response in operation["responses"].items():
        if status.isdigit() and int(status) >= 400 and "content" in response:
            response["content"] = _problem_content()


def _problem_content() -> dict[str, Any]:
    return {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
