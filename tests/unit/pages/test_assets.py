"""Static files carry their hash in their name and come packed."""

import gzip

import pytest

from shared.pages.assets import PREFIX, asset, asset_url, gzipped

NAMES = ("style.css", "live.js", "favicon.svg", "tifinagh.woff2")


@pytest.mark.parametrize("name", NAMES)
def test_an_asset_is_found_by_its_hashed_name(name: str) -> None:
    hashed = asset_url(name).removeprefix(PREFIX)
    body, content_type = asset(hashed)
    packed = gzipped(hashed)
    assert hashed != name
    assert body
    assert "/" in content_type
    assert packed is None if name.endswith("woff2") else gzip.decompress(packed or b"") == body


def test_the_stylesheet_names_the_font_by_its_hash() -> None:
    body, _type = asset(asset_url("style.css").removeprefix(PREFIX))
    assert asset_url("tifinagh.woff2").removeprefix(PREFIX).encode() in body


def test_a_name_without_its_hash_is_unknown() -> None:
    for name in ("style.css", "../band.py", "tifinagh-OFL.txt"):
        with pytest.raises(KeyError):
            asset(name)
