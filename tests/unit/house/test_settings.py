"""Every setting is explained in docs/settings.md, in the words of the code."""

import ast
import re

from services.notifications.deliveries.domain import settings as of_notifications
from shared.settings import DESCRIPTIONS as SHARED
from tests.kit.tree import ROOT, name_of, parse, python_files

DESCRIPTIONS = SHARED | of_notifications.DESCRIPTIONS


def test_docs_and_code_say_the_same() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    explained = dict(re.findall(r"^\| `(MOUSSEM_\w+)` \| (.+?) \|$", page, re.MULTILINE))
    assert explained == DESCRIPTIONS


def test_no_setting_is_read_that_is_not_explained() -> None:
    kit = {"MOUSSEM_TEST_POSTGRES"}  # docs/development.md
    read = {
        (node.value, name_of(path))
        for path in python_files("services", "shared", "deploy")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"MOUSSEM_[A-Z_]+[A-Z]", node.value) and node.value not in DESCRIPTIONS
    }
    assert not {where for where in read if where[0] not in kit}
