"""Photos as they are kept: scaled, upright, with nothing of what a camera writes beside them; or refused by name."""

import io
from typing import Any

import pytest
from PIL import Image

from services.registration.applications.domain.photos import PhotoTooLarge, PhotoUnreadable
from services.registration.applications.operations.pictures import make_picture


def photo(kind: str = "JPEG", size: tuple[int, int] = (2400, 1800), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#A8482A").save(out, kind, **more)
    return out.getvalue()


def with_secrets() -> bytes:
    """What a phone writes: where it was, whose it is, turned by a quarter."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Fatima in secret"
    exif.get_ifd(0x8825)[2] = (30.0, 55.0, 12.0)
    return photo(exif=exif, comment=b"a secret comment", icc_profile=b"secret profile" * 20)


def test_a_photo_is_scaled_upright_and_bare() -> None:
    made = make_picture(with_secrets())
    assert (made.width, made.height) == (1200, 1600)
    for body in (made.image, made.thumbnail):
        kept = Image.open(io.BytesIO(body))
        assert (kept.format, dict(kept.getexif())) == ("JPEG", {})
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
        assert b"secret" not in body
    assert max(Image.open(io.BytesIO(made.thumbnail)).size) == 320
    assert make_picture(photo("WEBP", (40, 20))).width == 40


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", PhotoUnreadable),
        (b"GIF89a", PhotoUnreadable),
        (photo()[:2000], PhotoUnreadable),
        (photo("GIF", (9, 9)), PhotoUnreadable),
        (photo("PNG", (5000, 4000)), PhotoTooLarge),  # 60 kB that unpack to 60 MB
        (b"\xff\xd8" + bytes(10 * 1024 * 1024), PhotoTooLarge),
    ],
)
def test_a_photo_that_cannot_be_kept_is_refused_by_name(body: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        make_picture(body)
