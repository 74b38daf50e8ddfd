"""The same few file names in every feature folder, so that a newcomer guesses right."""

from tests.kit.tree import ROOT, SERVICES, features, name_of

FILES = {"domain", "models", "messages", "operations", "schemas", "api", "pages", "tasks"}
# Names that some features need besides: the data of the demo fair; who calls, told from a token; the edge to the
# outside (SMS, mail).
ALSO = {"__init__", "fair", "authorise", "senders"}
# What is no code.
FOLDERS = {"templates", "translations", "texts", "fonts", "scanner", "__pycache__"}
SERVICE_FILES = {"__init__.py", "app.py", "worker.py", "migrations", "translations", "__pycache__"}


def test_features_use_only_the_names_everybody_knows() -> None:
    strange = [
        name_of(path)
        for feature in features()
        for path in feature.iterdir()
        if path.name not in FOLDERS and path.stem not in FILES | ALSO
    ]
    told = f"a feature holds {', '.join(sorted(FILES))}, each a file or a folder"
    assert not strange, f"{told}; these are something else: {strange}"


def test_services_hold_only_their_features_and_two_places_that_wire() -> None:
    known = SERVICE_FILES | {feature.name for feature in features()}
    strange = [
        name_of(path)
        for service in SERVICES
        for path in (ROOT / "services" / service).iterdir()
        if path.name not in known
    ]
    assert not strange


def test_every_feature_has_rules() -> None:
    lacking = [name_of(feature) for feature in features() if not list(feature.glob("domain*"))]
    assert not lacking, f"a feature without domain rules is no feature: {lacking}"
