"""Pictures as they are kept: scaled, turned upright, and with nothing of what cameras write beside them."""

import io
import threading
import warnings
from dataclasses import dataclass
from typing import Any

from services.registration.applications.domain.photos import (
    LARGEST_FILE,
    LONGEST_EDGE,
    MOST_PIXELS,
    THUMBNAIL_EDGE,
    PhotoTooLarge,
    PhotoUnreadable,
)

# One picture at a time is unpacked: a crowd of them costs time, not memory.
_TURN = threading.Lock()


@dataclass(frozen=True)
class Picture:
    """Two JPEGs, large and small, and the size of the large one in pixels."""

    image: bytes
    thumbnail: bytes
    width: int
    height: int


def make_picture(body: bytes) -> Picture:
    """Scale a photo and strip it bare; PhotoUnreadable, PhotoTooLarge."""
    if len(body) > LARGEST_FILE:
        raise PhotoTooLarge
    with _TURN:
        upright = _read(body)
        small = upright.copy()
        small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
        return Picture(_jpeg(upright, 82), _jpeg(small, 76), *upright.size)


def _read(body: bytes) -> Any:
    from PIL import Image, ImageOps, UnidentifiedImageError

    broken = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own limit is the lower one
        try:
            raw = Image.open(io.BytesIO(body), formats=tuple(MOST_PIXELS))
            if raw.width * raw.height > MOST_PIXELS[raw.format or "PNG"]:
                raise PhotoTooLarge
            raw.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
            raw.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            upright = ImageOps.exif_transpose(raw)
        except Image.DecompressionBombError as bomb:
            raise PhotoTooLarge from bomb
        except broken as wrong:
            raise PhotoUnreadable from wrong
    return _bare(upright)


def _bare(upright: Any) -> Any:
    """The pixels alone on white, on a picture that knows nothing else (Pillow would write a comment again)."""
    from PIL import Image

    coloured = upright.convert("RGBA") if upright.mode in ("RGBA", "LA", "PA", "P") else upright.convert("RGB")
    bare = Image.new("RGB", coloured.size, "white")
    bare.paste(coloured, mask=coloured.getchannel("A") if coloured.mode == "RGBA" else None)
    return bare


def _jpeg(picture: Any, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
