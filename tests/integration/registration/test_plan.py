"""The plan that visitors read, and exhibitors counted."""

import gzip

import pytest

from services.registration.applications.operations import moving
from services.registration.applications.operations.dossiers import By, find_application
from services.registration.stands.operations.plan import plan_mark
from tests.integration.registration.conftest import Fair, text_of
from tests.integration.registration.standing import HEAD, OFFICE, PLAN, Office


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


def test_visitors_find_exhibitors_in_any_script(office: Office) -> None:
    names = ["فاطمة أيت علي", "Mohammed Ouhssain", '<script>alert("x")</script>']
    refs = [office.confirmed(1, name=name)[0] for name in names]
    for reference, stand in zip(refs, ("A-001", "A-002", "B-001"), strict=True):
        office.place(reference, stand)
    client = office.fair.service.new_client()
    whole = client.get(PLAN)
    assert "3 exposants vous attendent" in whole.text
    assert "<script>alert" not in whole.text
    for typed, found in (
        ("fatima", refs[:1]),
        ("محمد", refs[1:2]),
        ("b-001", refs[2:]),
        ("٢", refs[1:2]),
        ("nobody", []),
    ):
        page = client.get(PLAN, query_string={"q": typed}).text
        assert [ref for ref in refs if f'id="e-{ref}"' in page] == found
    page = client.get(PLAN, query_string={"hall": "A"}).text
    assert [ref for ref in refs if f'id="e-{ref}"' in page] == refs[:2]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lang", ["ar", "fr", "en", "zgh"])
def test_the_public_plan_of_a_full_fair_is_light_and_kept(office: Office, lang: str) -> None:
    fair = office.fair
    stands = [one["reference"] for one in fair.get("/plan").get_json()["stands"]]
    refs = office.confirmed(len(stands), business="Coopérative féminine de tissage de Taznakht")
    with fair.service.writing() as db:
        from services.registration.stands.domain.days import Days
        from services.registration.stands.operations.placing import Wish, place

        days = Days(fair.exhibition.first_day, fair.exhibition.last_day)
        for reference, name in zip(refs, stands, strict=True):
            wish = Wish(find_application(db, fair.exhibition.id, reference), name, days)
            place(db, fair.exhibition, wish, By("staff"))
    address = f"/{lang}/ouarzazate-12/plan"
    client = fair.service.new_client()
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data).count(b'id="e-') == 240
    assert len(packed.data) < 40_000, "with style and font the whole stays below 50 kB"
    again = client.get(address, headers={"If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304
    with fair.service.writing() as db:
        moving.withdraw(db, find_application(db, fair.exhibition.id, refs[0]), By("staff"))
    assert client.get(address, headers={"If-None-Match": packed.headers["ETag"]}).status_code == 200


def test_the_mark_of_the_plan_changes_with_every_act(office: Office) -> None:
    def mark() -> str:
        with office.fair.service.reading() as db:
            return plan_mark(db, office.fair.exhibition.id)

    seen = [mark()]
    one, other = office.confirmed(2)
    seen.append(mark())
    office.place(one, "A-001")
    seen.append(mark())
    office.place(other, "A-002")
    seen.append(mark())
    ids = [office.held(stand)[0]["id"] for stand in ("A-001", "A-002")]
    office.post(f"/allocations/{ids[0]}/swap", {"other": ids[1]})
    seen.append(mark())
    office.post(f"/allocations/{ids[0]}/release", {})
    seen.append(mark())
    office.post("/stands", {"csv": HEAD + "F;F-01;0;0;3;3\n"})
    seen.append(mark())
    office.browser().post(f"{OFFICE}/F-01/state", act="close")
    seen.append(mark())
    assert len(set(seen)) == len(seen)


def test_exhibitors_are_counted_and_the_table_holds_no_formula(office: Office) -> None:
    one, other = office.confirmed(2, name="=HYPERLINK(1)", members=["a", "b"])
    [guest] = office.confirmed(1, country="IN", region=None, kind="delegation")
    office.place(one, "A-001", last="2026-12-13")
    office.place(other, "A-001", first="2026-12-14")
    office.place(guest, "D-037")
    counted = office.fair.get("/exhibitors/figures", office.token).get_json()
    assert (counted["main"], counted["members"], counted["by_country"]) == (3, 4, {"MA": 2, "IN": 1})
    assert counted["net"] == {"indoor": 9.0, "outdoor": 9.0, "national": 9.0, "foreign": 9.0}
    browser = office.browser()
    table = browser.get("/fr/ouarzazate-12/office/exhibitors/list.csv").get_data(as_text=True)
    assert "Surface nette (m²),à l’extérieur,9.0" in table
    assert [line for line in ("Par pays,Maroc,2", "Par région,", "Par filière,") if line not in table] == []
    assert "MA-" not in table
    assert not [line for line in table.splitlines() if line.startswith(("=", "+", "-", "@"))]
    assert "3 exposants tiennent 18" in text_of(browser.get("/fr/ouarzazate-12/office/exhibitors"))
