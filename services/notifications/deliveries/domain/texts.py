"""The words of a notice with the addresses it may name, and as an SMS."""

from collections.abc import Mapping

from services.notifications.templates.domain import Template, render_sms
from services.notifications.templates.domain.segments import thrifty


def with_links(data: Mapping[str, str], language: str, site: str) -> dict[str, str]:
    """The words of a notice with the addresses it may name, on pages in its person's language."""
    home = f"{site}/{language}/{data.get('exhibition_reference', '')}"
    links = {"programme": f"{home}/programme", "my_bookings": f"{home}/programme/mine", "my_page": f"{home}/me"}
    links["my_booking"] = f"{links['my_bookings']}/{data.get('reference', '')}"
    if data.get("answer_code"):  # answers by itself: nobody has to sign in first
        links["my_booking"] = f"{site}/{language}/a/{data['answer_code']}"
    links["my_application"] = f"{home}/apply/mine"
    links["report"] = f"{home}/office/counts/day.pdf?day={data.get('iso_day', '')}"
    links["my_digest"] = f"{home}/office/notices/digest"
    links["stop"] = f"{home}/notices/stop/{data.get('stop_secret', '')}"
    return {**data, **links}


def address_to_stop(data: Mapping[str, str], language: str, site: str) -> str:
    """Where a mail program ends reminders and announcements by a POST; the link in the text leads to a page instead."""
    fair = f"{site}/notifications/v1/exhibitions/{data['exhibition_reference']}"
    return f"{fair}/stop/{language}/{data['stop_secret']}"


def sms_text(template: Template, data: Mapping[str, str], language: str, site: str = "") -> str:
    """The SMS as it is sent; `site` begins its links."""
    return thrifty(render_sms(template, with_links(data, language, site)))
