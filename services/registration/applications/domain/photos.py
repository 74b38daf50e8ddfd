"""What a photo of a dossier may be."""

from shared.problem import N_, Problem

MOST_PHOTOS = 4
LARGEST_FILE = 10 * 1024 * 1024
# A picture is unpacked in memory to be scaled: a JPEG can be scaled while it is read, others cannot.
MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 16_000_000, "WEBP": 16_000_000}
LONGEST_EDGE, THUMBNAIL_EDGE = 1600, 320


class PhotoUnreadable(Problem):
    slug = "photo-unreadable"
    status = 422
    title = N_("This photo cannot be read.")
    detail = N_("Please send a JPEG, PNG or WebP picture.")


class PhotoTooLarge(Problem):
    """Too many bytes, or too many pixels once it is unpacked."""

    slug = "photo-too-large"
    status = 422
    title = N_("This photo is too large.")
    detail = N_("Please take it with a lower quality, or send a smaller copy: 10 MB at most.")


class PhotosFull(Problem):
    slug = "photos-full"
    status = 422
    title = N_("Four photos are the most a dossier holds.")
    detail = N_("Take one away first.")


# Why a photo was not taken; what was typed beside it stays.
PHOTO_REFUSED = (PhotoUnreadable, PhotoTooLarge, PhotosFull)
