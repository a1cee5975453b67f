"""JPEG: frame, scans and orientation from the markers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from glassline.image import exif
from glassline.image.header import Header, check_pixels
from glassline.image.refusals import refuse

__all__ = ["MAX_SCANS", "parse"]

MAX_SCANS = 100  # an encoder writes about 10
MAX_SCAN_PIXELS = 10**9  # 20 scans of 50 megapixels; decodes in about a second
MAX_SEGMENTS = 1000  # a colour profile may take 255, everything else a few
SEQUENTIAL, PROGRESSIVE = (0xC0, 0xC1), 0xC2
OTHER_CODINGS = {
    0xC3: "lossless",
    **dict.fromkeys((0xC5, 0xC6, 0xC7), "hierarchical"),
    **dict.fromkeys((0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF), "arithmetic"),
}
SOS, EOI, APP1 = 0xDA, 0xD9, 0xE1
UNUSED = {*range(0xE1, 0xEE), 0xEF, 0xFE}  # all but JFIF's and Adobe's, and comments
EXIF_ID = b"Exif\0\0"
SCAN_MARKER = b"\xff\xda"
ALL_COEFFICIENTS = (1 << 64) - 1
BARE = {0x01, *range(0xD0, 0xDA)}  # markers without a length
FILLING = re.compile(rb"\xff+")  # any number before a marker
Segment = tuple[int, int, int]  # marker, first byte of the body, end
MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def parse(data: bytes, max_pixels: int) -> Header:
    """Read the markers up to the picture, and see that the picture has an end.

    The payload keeps what the picture needs: profiles, thumbnails, EXIF and
    comments never reach the decoder.

    Source:
        ITU-T T.81 (1992), annex B.
    """
    segments = _segments(data)
    frame: tuple[int, int, int, bytes] | None = None
    coding = 0
    for marker, start, end in segments:
        if marker in SEQUENTIAL or marker == PROGRESSIVE:
            coding, frame = marker, _frame(data[start:end], max_pixels)
        elif marker in OTHER_CODINGS:
            raise refuse(
                "unsupported_coding",
                "a baseline or progressive JPEG",
                f"{OTHER_CODINGS[marker]} coding",
                "Save it again as PNG.",
            )
    if frame is None:
        raise refuse("undecodable", "a frame header before the picture", "none")
    width, height, channels, components = frame
    _, start, end = segments[-1]
    if data.rfind(b"\xff\xd9", end) < 0:
        raise refuse("truncated", "a JPEG with an end marker", "none")
    starts = [start - 4]
    if coding == PROGRESSIVE or data[start] != channels:
        starts = _scans(data, start - 4)
        if len(starts) * width * height > MAX_SCAN_PIXELS:
            raise _too_complex(f"{MAX_SCAN_PIXELS:,} pixels in all scans", "more")
        _check_complete(data, components, starts)
    return Header(
        kind="jpeg",
        width=width,
        height=height,
        channels=channels,
        bits=8,
        payload=_payload(data, segments),
        orientation=_orientation(data, segments),
        scans=len(starts),
    )


def _segments(data: bytes) -> list[Segment]:
    """Every segment up to the start of the first scan."""
    found = []
    position = 2
    for _ in range(MAX_SEGMENTS):
        marker, start, position = _segment(data, position)
        found.append((marker, start, position))
        if marker == SOS:
            return found
    raise _too_complex(f"{MAX_SEGMENTS:,} segments", "more")


def _orientation(data: bytes, segments: Sequence[Segment]) -> int:
    """What the first EXIF block says; editors may leave an old one behind it."""
    for marker, start, end in segments:
        if marker == APP1 and data.startswith(EXIF_ID, start):
            return exif.orientation(data[start + len(EXIF_ID) : end])
    return 1


def _payload(data: bytes, segments: Sequence[Segment]) -> bytes:
    if UNUSED.isdisjoint(marker for marker, _, _ in segments):
        return data
    kept = [
        data[start - 4 : end]
        for marker, start, end in segments[:-1]
        if marker not in UNUSED
    ]
    return b"".join([data[:2], *kept, data[segments[-1][1] - 4 :]])


def _segment(data: bytes, position: int) -> Segment:
    """Marker, first byte and end of the segment that starts at a position."""
    filling = FILLING.match(data, position)
    if filling is not None:
        position = filling.end() - 1
    if position + 4 > len(data):
        raise refuse("truncated", "a whole JPEG", "its end inside the header")
    marker = data[position + 1]
    if data[position] != 0xFF or marker in BARE or marker == 0:
        raise refuse(
            "undecodable", "a JPEG marker", f"{data[position : position + 2]!r}"
        )
    length = int.from_bytes(data[position + 2 : position + 4])
    end = position + 2 + length
    if end > len(data):
        raise refuse("truncated", "a whole JPEG", "its end inside the header")
    if length < 2 or (marker == SOS and length < 6):
        raise refuse("undecodable", "a JPEG segment with a length", f"{length} bytes")
    return marker, position + 4, end


def _frame(body: bytes, max_pixels: int) -> tuple[int, int, int, bytes]:
    """Width, height, channels and the name of each component."""
    if len(body) < 6:
        raise refuse("undecodable", "a whole frame header", f"{len(body)} bytes")
    bits, channels = body[0], body[5]
    height, width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
    if bits != 8:
        raise refuse(
            "unsupported_depth",
            "8 bits a number in a JPEG",
            f"{bits}",
            "Save it again as 16-bit PNG.",
        )
    check_pixels(width, height, max_pixels)
    if channels not in (1, 3, 4):
        raise refuse("unsupported_coding", "1, 3 or 4 channels", f"{channels}")
    return width, height, channels, body[6 : 6 + 3 * channels : 3]


def _scans(data: bytes, first: int) -> list[int]:
    """Where the scans of a picture start; more may be named, never fewer.

    The two bytes of a scan's marker can not occur in coded pixels, but in a table
    or behind the picture; only where they are too many does it matter which.
    """
    starts, following = [first], data.find(SCAN_MARKER, first + 2)
    while following >= 0 and len(starts) <= MAX_SCANS:
        starts.append(following)
        following = data.find(SCAN_MARKER, following + 2)
    return starts if len(starts) <= MAX_SCANS else _true_scans(data, first)


def _true_scans(data: bytes, position: int) -> list[int]:
    """Where the scans start, found marker by marker."""
    starts: list[int] = []
    for _ in range(MAX_SCANS * MAX_SEGMENTS):
        marker, _, end = _segment(data, position)
        if marker == SOS:
            starts.append(position)
        found = MARKER_IN_SCAN.search(data, end)
        if found is None or data[found.start() + 1] == EOI:
            return starts
        position = found.start()
        if len(starts) > MAX_SCANS:
            break
    raise _too_complex(f"{MAX_SCANS} scans", "more")


def _check_complete(data: bytes, components: bytes, starts: Sequence[int]) -> None:
    """Every component has all 64 coefficients, to the last bit of each.

    Cut between two scans and closed, a JPEG shows the whole part, but blurred, and
    no decoder complains.
    """
    missing = dict.fromkeys(components, ALL_COEFFICIENTS)
    for start in starts:
        count = int.from_bytes(data[start + 4 : start + 5])
        parameters = data[start + 5 + 2 * count : start + 8 + 2 * count]
        if len(parameters) < 3 or parameters[2] & 0x0F:  # its last bits come later
            continue
        lowest, highest = parameters[:2]
        sent = ALL_COEFFICIENTS & (2 << highest) - (1 << lowest)
        for component in data[start + 5 : start + 5 + 2 * count : 2]:
            missing[component] = missing.get(component, 0) & ~sent
    if any(missing.values()):
        raise refuse("truncated", "all scans of a JPEG", f"the first {len(starts)}")


def _too_complex(limit: str, got: str) -> Exception:
    return refuse(
        "too_complex", f"at most {limit} in a JPEG", got, "Save it again as PNG."
    )
