"""What an app does anew each time it is made, done once in a run of the tests: hundreds of them are made."""

from collections.abc import Callable
from typing import Any

import jinja2
import pytest
from flask import Flask
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class _Kept(jinja2.BytecodeCache):
    """Compiled templates; Jinja itself compares each with its source."""

    def __init__(self) -> None:
        self._made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._made:
            bucket.bytecode_from_string(self._made[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._made[bucket.key] = bucket.bytecode_to_string()


_templates = _Kept()


def with_kept_templates(app: Flask) -> Flask:
    """The same app, whose templates are compiled once for all apps."""
    app.jinja_env.bytecode_cache = _templates
    return app


def keep_addresses(patch: pytest.MonkeyPatch) -> None:
    """Werkzeug writes two functions for each route of each app: the same ones for the same address."""
    write: Callable[..., Any] = Rule._compile_builder
    written: dict[tuple[Any, ...], Any] = {}

    def once(self: Rule, append_unknown: bool = True) -> Any:
        address = (*self._trace, repr(self.defaults), append_unknown)
        if address not in written:
            written[address] = write(self, append_unknown)
        return written[address]

    patch.setattr(Rule, "_compile_builder", once)
