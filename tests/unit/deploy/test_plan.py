"""Containers and nginx run what the embedded plan says."""

import importlib
import re
from typing import Any

import pytest

from deploy.embedded import plan
from shared import i18n
from shared.pages import TRANSLATIONS
from shared.problem import Unavailable
from tests.kit.tree import ROOT

yaml: Any = importlib.import_module("yaml")
LOCATION = re.compile(r"location ~ (\S+) \{\s+proxy_pass http://([a-z]+);")


@pytest.fixture
def compose() -> dict[str, Any]:
    with (ROOT / "deploy" / "compose.yaml").open() as file:
        found: dict[str, Any] = yaml.safe_load(file)
    return found


@pytest.fixture
def nginx() -> str:
    return (ROOT / "deploy" / "nginx.conf.template").read_text()


def test_every_process_of_the_plan_has_its_container(compose: dict[str, Any]) -> None:
    planned = {process.name for process in plan.PROCESSES} - {"peers", "front"}
    assert set(compose["services"]) == planned | {"nginx", "postgres", "migrate"}


@pytest.mark.parametrize("process", [p for p in plan.PROCESSES if p.service], ids=lambda p: p.name)
def test_a_container_runs_its_part(compose: dict[str, Any], process: plan.Process) -> None:
    assert compose["services"][process.name]["command"][:2] == [process.kind, process.service]


@pytest.mark.parametrize("process", [p for p in plan.PROCESSES if p.service], ids=lambda p: p.name)
def test_a_container_is_told_every_setting(compose: dict[str, Any], process: plan.Process) -> None:
    told = compose["services"][process.name]["environment"]
    assert {*plan.SETTINGS, plan.database_setting(process.service)} <= set(told)


def test_nginx_routes_as_the_front_does(nginx: str) -> None:
    planned = [(route.pattern, route.target) for route in plan.ROUTES if route.target != "peers"]
    assert LOCATION.findall(nginx) == planned


def test_nginx_limits_as_the_front_does(nginx: str) -> None:
    assert f"client_max_body_size {plan.PHOTO_LIMIT // 2**20}m;" in nginx
    assert f"client_header_timeout {plan.HEADER_SECONDS}s;" in nginx


def test_every_blank_of_nginx_is_filled_by_compose(compose: dict[str, Any], nginx: str) -> None:
    blanks = set(re.findall(r"\$\{([A-Z_]+)\}", nginx))
    assert blanks == set(compose["services"]["nginx"]["environment"])


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_nginx_says_in_every_language_what_the_front_says(nginx: str, language: str) -> None:
    i18n.load_catalogues(TRANSLATIONS)
    with i18n.speaking(language):
        said = i18n.gettext(Unavailable.title)
    assert f'{"default" if language == "en" else language} "{said}";' in nginx


def test_the_queue_keeps_its_promises_in_both(compose: dict[str, Any]) -> None:
    from deploy.embedded.valkey import CONFIG

    command = " ".join(compose["services"]["valkey"]["command"])
    for setting in ("appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction"):
        assert setting in CONFIG
        assert f"--{setting}" in command


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", "registration"),
        ("/fr/ouarzazate-12/", "registration"),
        ("/fr/ouarzazate-12/visit", "registration"),
        ("/ar/ouarzazate-12/programme", "ticketing"),
        ("/ar/ouarzazate-12/programme/mine/ABC", "ticketing"),
        ("/ar/ouarzazate-12/programmes", "registration"),
        ("/fr/ouarzazate-12/office/", "registration"),
        ("/fr/ouarzazate-12/office/gate", "ticketing"),
        ("/fr/ouarzazate-12/office/counts.json", "ticketing"),
        ("/fr/ouarzazate-12/office/notices", "notifications"),
        ("/xx/ouarzazate-12/programme", "registration"),
        ("/ticketing/v1/x", "ticketing"),
        ("/notifications/docs", "notifications"),
        ("/mailbox/", "peers"),
        ("/assets/style.css", "registration"),
    ],
)
def test_a_path_goes_to_its_service(path: str, target: str) -> None:
    assert plan.target_of(path) == target
