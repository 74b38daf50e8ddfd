"""What comes in: JSON and forms through marshmallow, and the key that makes a repeated request harmless."""

import functools
import json
import secrets
from typing import Any
from uuid import UUID

import orjson
from flask import g, request
from markupsafe import Markup
from marshmallow import Schema, ValidationError

from shared.idempotency import Key, fingerprint
from shared.problem import N_, BadBody, Invalid, KeyMissing, WrongType
from shared.web.callers import current_caller
from shared.web.security import FIELD

KEY_FIELD = "idempotency_key"
NUL = N_("This holds a character that is no text.")


def read_json() -> Any:
    """The JSON of the request, read once; WrongType, BadBody."""
    if "said" not in g:
        g.said = _read_json()
    return g.said


def _read_json() -> Any:
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise WrongType
    return parsed(request.get_data())


def parsed(body: bytes) -> dict[str, Any]:
    """The JSON object that these bytes are; BadBody, Invalid where NUL is in it."""
    try:
        # takes no NaN and no lone surrogates
        said = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
        if isinstance(said, dict):
            refuse_nul(said if b"\\u0000" in body else {})  # JSON knows no other way to write it
            return said
    except (orjson.JSONDecodeError, RecursionError) as wrong:
        raise BadBody from wrong
    raise BadBody


def refuse_nul(said: dict[str, Any]) -> None:
    """NUL is no text in any script, and PostgreSQL stores none; Invalid names the fields that hold it."""
    guilty = [name for name, value in said.items() if _has_nul(value)]
    if guilty or any("\0" in name for name in said):
        raise Invalid({name: [NUL] for name in guilty} or {"": [NUL]})


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(inner) for pair in value.items() for inner in pair)
    return isinstance(value, list) and any(map(_has_nul, value))


def load(schema: Schema | type[Schema]) -> dict[str, Any]:
    """The JSON body through a schema; WrongType, BadBody, Invalid. Unknown fields are refused."""
    return through(schema, read_json())


def load_form(schema: Schema | type[Schema]) -> dict[str, Any]:
    """The form through a schema; Invalid. Empty fields count as not given; lists where the schema wants lists."""
    chosen = schema() if isinstance(schema, type) else schema
    said: dict[str, Any] = {}
    for name, values in request.form.lists():
        if name in (FIELD, KEY_FIELD):
            continue
        is_list = type(chosen.fields.get(name)).__name__ == "List"
        value: Any = [v for v in values if v.strip()] if is_list else values[-1]
        if value.strip() if isinstance(value, str) else value:
            said[name] = value
    refuse_nul(said)
    return through(chosen, said)


@functools.cache
def _made(schema: type[Schema]) -> Schema:
    """One of each for all requests: making one copies all its fields."""
    return schema()


def through(schema: Schema | type[Schema], said: dict[str, Any]) -> dict[str, Any]:
    """What was said, as a schema reads it; Invalid."""
    chosen = _made(schema) if isinstance(schema, type) else schema
    try:
        loaded: dict[str, Any] = chosen.load(said)
    except ValidationError as wrong:
        messages: dict[str, Any] = wrong.normalized_messages()  # type: ignore[no-untyped-call]
        raise Invalid(flat(messages)) from wrong
    return loaded


def flat(messages: dict[str, Any], prefix: str = "") -> dict[str, list[str]]:
    """Nested messages as `field.sub` → texts."""
    texts: dict[str, list[str]] = {}
    for name, value in messages.items():
        if isinstance(value, dict):
            texts |= flat(value, f"{prefix}{name}.")
        else:
            texts[f"{prefix}{name}"] = [str(text) for text in value]
    return texts


def idempotency_key(exhibition_id: UUID, *, required: bool = True) -> Key | None:
    """The key of this request, from the header or the form's hidden field; KeyMissing where it must be there."""
    said = request.headers.get("Idempotency-Key") or request.form.get(KEY_FIELD, "")
    if not said or len(said) > 255 or not said.isprintable():
        if required:
            raise KeyMissing
        return None
    return Key(
        exhibition_id=exhibition_id,
        route=f"{request.endpoint} {request.path}",
        caller=current_caller().subject,
        key=said,
        fingerprint=fingerprint(_said()),
    )


def _said() -> bytes:
    if g.is_api or not request.form:
        return request.get_data()
    rows = sorted((k, v) for k, v in request.form.items(multi=True) if k not in (FIELD, KEY_FIELD))
    return json.dumps(rows).encode()


def idempotency_field() -> Markup:
    """A fresh hidden key for a form: pressed twice, done once."""
    kept = request.form.get(KEY_FIELD, "") if request.method == "POST" else ""
    return Markup('<input type="hidden" name="{}" value="{}">').format(KEY_FIELD, kept or secrets.token_urlsafe(16))
