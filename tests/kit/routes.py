"""The routes of a service as the generated tests see them: who may call, how an address is filled in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from shared.web.callers import allowed_to
from tests.kit.world import HERE

SAFE = ("GET",)
DULL = {"HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Route:
    """One method of one rule."""

    rule: Rule
    method: str
    who: frozenset[str]
    view: Callable[..., Any]

    @property
    def name(self) -> str:
        """As tests and people call it."""
        return f"{self.method} {self.rule.rule}"

    @property
    def is_page(self) -> bool:
        """Whether a browser walks there: no service's name in front."""
        return self.rule.rule.split("/")[1] not in ("registration", "ticketing", "notifications")

    @property
    def has_exhibition(self) -> bool:
        """Whether it belongs to one exhibition."""
        return "exhibition" in self.rule.arguments

    def path(self, values: Mapping[str, Any]) -> str:
        """Its address, with what is known filled in and "unknown" elsewhere."""
        chosen = {name: values.get(name, "unknown") for name in self.rule.arguments}
        chosen = {name: self._fitting(name, value) for name, value in chosen.items()}
        built = self.rule.build(chosen)
        assert built is not None, f"{self.rule.rule} cannot be built from {chosen}"
        return built[1]

    def _fitting(self, name: str, value: Any) -> Any:
        """A value the rule's converter takes."""
        converter = type(self.rule._converters[name]).__name__
        if converter == "IntegerConverter":
            return 1
        return "00000000-0000-7000-8000-000000000000" if converter == "UUIDConverter" else value


def routes_of(app: Flask) -> Iterator[Route]:
    """Every method of every rule, in the order of their addresses."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - DULL):
            yield Route(rule, method, allowed_to(view) or frozenset(), view)


PLACES = {"lang": "fr", "exhibition": HERE, "gate": "A"}
