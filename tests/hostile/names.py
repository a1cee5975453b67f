"""Names that bite, entries that are no files, duplicates, and good photos."""

from __future__ import annotations

import os
import socket
import stat

import numpy as np
from hostile.corpus import READ, Corpus
from hostile.files import pillow, smooth

__all__ = ["write"]

NAMES = [
    b"\xff\xfe.jpg",
    b"part\xe9.jpg",
    b"\xed\xa0\x80.jpg",  # a surrogate in UTF-8
    b"two\nlines.jpg",
    b"tab\there.jpg",
    b"return\rhere.jpg",
    b"\x1b[31mred\x1b[0m.jpg",
    b"bell\x07.jpg",
    b" space first.jpg",
    b"space last.jpg ",
    b"x" * 251 + b".jpg",
    "刮傷".encode() * 41 + b".jpg",
    "刮傷-髒污.jpg".encode(),
    "\u202egpj.exe.jpg".encode(),
    "zero\u200bwidth.jpg".encode(),
    "line\u2028break.jpg".encode(),
    "e\u0301.jpg".encode(),
    "\u00e9.jpg".encode(),
    "😀.jpg".encode(),
    b"=cmd|' C calc'!A0.jpg",
    b"+1+1.jpg",
    b"@SUM(1).jpg",
    b"-rf.jpg",
    b"--help.jpg",
    b"%2e%2e%2fetc.jpg",
    b"a\\b.jpg",
    b"C:\\x.jpg",
    b"CON.jpg",
    b"nul.jpg",
    b"<script>alert(1)<script>.jpg",
    b"'; DROP TABLE inspections; --.jpg",
    b"$(reboot).jpg",
    b"`reboot`.jpg",
    b"a,b;c.jpg",
    b'"quoted".jpg',
    b"no suffix",
    b"many.dots..jpg",
    b"*.jpg",
    b"?.jpg",
    b"[a].jpg",
    b"~root.jpg",
    b"UPPER.JPG",
]


def write(corpus: Corpus) -> None:
    """Write names, kinds of entries, duplicates and good photos."""
    photo = pillow(smooth(corpus.rng), "JPEG")
    whole = corpus.add("name", "plain.jpg", photo, {READ})
    for name in NAMES:
        corpus.add("name", name, photo, {READ}, whole)
    _kinds(corpus, photo, whole)
    _duplicates(corpus)
    for number in range(corpus.count(500)):
        kind = ("JPEG", "PNG", "BMP", "WEBP", "TIFF")[number % 5]
        data = pillow(smooth(corpus.rng, channels=3 * (number % 2)), kind)
        corpus.add("good", f"{number:03}.{kind.lower()}", data, {READ})


def _kinds(corpus: Corpus, photo: bytes, whole: bytes) -> None:
    for number in range(corpus.count(10)):
        links = {
            "in": "../name/plain.jpg",
            "out": "/etc/passwd",
            "up": "../../../../../../etc/hostname",
            "loop": f"loop-{number}.jpg",
            "dangling": "nowhere.jpg",
            "folder": "../name",
            "zero": "/dev/zero",
        }
        for what, target in links.items():
            name = f"{what}-{number}.jpg"
            os.symlink(target, corpus.place("kind", name))  # noqa: PTH211
            corpus.expect("kind", name, {"symlink"})
        pipe = corpus.place("kind", f"pipe-{number}.jpg")
        os.mkfifo(pipe)
        corpus.expect("kind", f"pipe-{number}.jpg", {"not_regular_file"})
        closed = corpus.place("kind", f"closed-{number}.jpg")
        corpus.add("kind", f"closed-{number}.jpg", photo, {"permission_denied"})
        os.chmod(closed, 0)  # noqa: PTH101
    server = socket.socket(socket.AF_UNIX)
    here = os.open(os.path.dirname(corpus.place("kind", "x")), os.O_RDONLY)  # noqa: PTH120
    with server:  # by a short way, as the name of a socket has at most 107 bytes
        server.bind(f"/proc/self/fd/{here}/socket.jpg")
    os.close(here)
    corpus.expect("kind", "socket.jpg", {"not_regular_file"})
    if os.getuid() == 0:
        device = corpus.place("kind", "device.jpg")
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        corpus.expect(
            "kind", "device.jpg", {"not_regular_file", "permission_denied"}
        )  # a disk mounted without devices does not even open it
    os.link(
        os.fsencode(corpus.folder) + b"/" + whole,
        corpus.place("kind", "hardlink.jpg"),
    )
    corpus.expect("kind", "hardlink.jpg", {READ}, whole)
    sparse = corpus.place("kind", "sparse.jpg")
    corpus.add("kind", "sparse.jpg", photo, {"too_many_bytes"})
    os.truncate(sparse, 10**10)


def _duplicates(corpus: Corpus) -> None:
    data = pillow(smooth(corpus.rng), "JPEG")
    first = corpus.add("twin", "a.jpg", data, {READ})
    for number in range(corpus.count(98)):
        case = np.binary_repr(number, 7)
        name = "".join(
            letter.upper() if bit == "1" else letter
            for letter, bit in zip("camera7", case, strict=True)
        )
        corpus.add("twin", f"{name}-{number}.jpg", data, {READ}, first)
