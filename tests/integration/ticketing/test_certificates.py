"""Hours of training by badge, certificates on paper, and the page on which anybody checks one."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
import zxingcpp

from tests.conftest import At
from tests.integration.ticketing.scene import API, Badge, Fair
from tests.integration.ticketing.test_holds_and_offers import said
from tests.integration.ticketing.test_pages import FR, browser, hidden
from tests.integration.ticketing.test_reports import text_of
from tests.integration.ticketing.test_the_door import begins, come
from tests.kit.tree import ROOT

OFFICE = f"{FR}/office/counts/training"


@pytest.fixture
def holder(fair: Fair, at: At) -> Badge:
    """Somebody who came nine minutes late to a session that is over."""
    badge, start = fair.badge(), begins(fair)
    at(start + timedelta(minutes=9))
    assert come(fair, badge.code)["word"] == "admitted"
    at(start + timedelta(hours=9))
    return badge


def code_of(pdf: bytes) -> str:
    """What a phone reads on the paper."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    picture = page.render(scale=3).to_pil()
    page.close()
    document.close()
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


def test_a_certificate_is_printed_and_anybody_checks_it(fair: Fair, holder: Badge, tmp_path: Path) -> None:
    desk = browser(fair, fair.staff("desk"), "staff")
    shown = desk.get(f"{OFFICE}?reference={holder.reference.lower()}")
    assert shown.status_code == 200
    typed = {"reference": holder.reference, "name": "فاطمة <b>=1+1</b>"}
    answer = desk.post(OFFICE, data=hidden(shown.text) | typed)
    assert answer.content_type == "application/pdf"
    assert "Attestation de présence" in text_of(answer.data)
    address = code_of(answer.data)
    code = parse_qs(urlsplit(address).query)["code"][0]
    client = fair.service.new_client()
    checked = client.get(f"{FR}/programme/certificate", query_string={"code": code}).text
    assert "Nous avons écrit cette attestation" in checked
    assert "فاطمة &lt;b&gt;=1+1&lt;/b&gt;" in checked
    keys = tmp_path / "keys.json"
    keys.write_bytes(client.get("/ticketing/.well-known/jwks.json").data)
    alone: list[str | Path] = [sys.executable, ROOT / "docs" / "audit" / "certificate.py", address, keys]
    assert subprocess.run(alone, capture_output=True, check=False).returncode == 0
    forged = [*alone[:2], code.replace("MSC:W", "MSC:X"), keys]
    assert subprocess.run(forged, capture_output=True, check=False).returncode == 1
    for lie in (code[:-3] + ("AAA" if code[-3:] != "AAA" else "BBB"), code.replace(".", ""), "MSC:é.é", "MSC:W10.AAAA"):
        refused = client.get(f"{FR}/programme/certificate", query_string={"code": lie})
        assert refused.status_code == 200
        assert "Nous n’avons pas écrit cette attestation" in refused.text


def test_the_record_has_the_hours_and_an_unknown_badge_is_said_so(fair: Fair, holder: Badge) -> None:
    desk = browser(fair, fair.staff("desk"), "staff")
    one = said(fair.service.client.get(f"{API}/sessions/W1"))
    assert one["titles"]["fr"].replace("’", "’") in desk.get(f"{OFFICE}?reference={holder.reference}").text
    wrong = desk.get(f"{OFFICE}?reference=ZZZZZZZZ")
    assert (wrong.status_code, "error-reference" in wrong.text) == (422, True)
    stranger = fair.badge()
    fields = hidden(desk.get(f"{OFFICE}?reference={holder.reference}").text)
    nothing = desk.post(OFFICE, data=fields | {"reference": stranger.reference, "name": "A"})
    assert nothing.status_code == 404
    empty = desk.post(OFFICE, data=fields | {"name": " "})
    assert (empty.status_code, "error-name" in empty.text) == (422, True)
