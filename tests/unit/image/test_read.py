"""Reading bytes: what is refused, and that nothing outside the root is opened."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from glassline.errors import ImageError
from glassline.image import read
from glassline.recipe import ImageSettings

SETTINGS = ImageSettings(max_bytes=1000)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file of eight bytes."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"12345678")
    return path


def refusal(path: str | Path, root: str | Path | None = None) -> ImageError:
    """The refusal of a path."""
    with pytest.raises(ImageError, match=r"^.*: expected .*, got .*$") as caught:
        read(path, settings=SETTINGS, root=root)
    return caught.value


def test_the_bytes_come_back(photo):
    """A regular file is read whole, by a Path or by its name."""
    assert read(photo, settings=SETTINGS) == b"12345678"
    assert read(str(photo), settings=SETTINGS) == b"12345678"


def test_the_largest_allowed_file_is_read(photo):
    """The limit itself is allowed."""
    photo.write_bytes(bytes(1000))

    assert read(photo, settings=SETTINGS) == bytes(1000)


@pytest.mark.parametrize(
    ("make", "reason", "message"),
    [
        pytest.param(
            lambda path: None, "not_found", "a file, got no such file.", id="absent"
        ),
        pytest.param(
            Path.mkdir, "not_regular_file", "a file, got a folder.", id="folder"
        ),
        pytest.param(os.mkfifo, "not_regular_file", "a file, got a pipe.", id="pipe"),
        pytest.param(
            lambda path: socket.socket(socket.AF_UNIX).bind(str(path)),
            "not_regular_file",
            "a file, got a socket or device.",
            id="socket",
        ),
        pytest.param(
            lambda path: path.symlink_to("photo.jpg"),
            "symlink",
            "a file, got a link.",
            id="link",
        ),
        pytest.param(
            lambda path: path.symlink_to("nowhere"),
            "symlink",
            "a file, got a link.",
            id="dangling link",
        ),
        pytest.param(
            lambda path: path.symlink_to(path),
            "symlink",
            "a file, got a link.",
            id="loop",
        ),
        pytest.param(Path.touch, "empty", "a photo, got 0 bytes.", id="empty"),
        pytest.param(
            lambda path: path.write_bytes(bytes(1001)),
            "too_many_bytes",
            "at most 1,000 bytes, got 1,001. Resize it or raise image.max_bytes.",
            id="one byte too many",
        ),
        pytest.param(
            lambda path: path.touch() or os.truncate(path, 10**10),
            "too_many_bytes",
            "at most 1,000 bytes, got 10,000,000,000. "
            "Resize it or raise image.max_bytes.",
            id="sparse giant",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_what_is_no_photo_is_refused_at_once(
    make, reason, message, photo, tmp_path, monkeypatch
):
    """Whatever lies under the name, one reason comes back and nothing waits."""
    monkeypatch.chdir(tmp_path)
    make(Path("x.jpg"))

    error = refusal("x.jpg")

    assert (error.reason, str(error)) == (reason, f"x.jpg: expected {message}")


@pytest.mark.parametrize(
    ("name", "got"),
    [
        pytest.param("photo.jpg/x.jpg", "a path through something that is no folder"),
        pytest.param("x" * 300, "a name longer than the disk allows"),
        pytest.param("x\0.jpg", "a name that no file can have"),
        pytest.param("", "no such file"),
    ],
)
def test_an_impossible_name_is_not_found(name, got, photo, tmp_path, monkeypatch):
    """Names that no file can have are refused like absent ones."""
    monkeypatch.chdir(tmp_path)

    error = refusal(name)

    assert error.reason == "not_found"
    assert str(error).endswith(f": expected a file, got {got}.")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero here")
def test_a_device_is_refused():
    """An endless device is not read."""
    error = refusal("/dev/zero")

    assert error.reason == "not_regular_file"
    assert str(error) == "/dev/zero: expected a file, got a device."


@pytest.mark.parametrize(
    "name",
    [b"\xff\xfe.jpg", b"a\nb.jpg", b"-rf.jpg", b"=cmd().jpg", b"\xe5\x88\xae.jpg"],
    ids=repr,
)
def test_any_name_can_be_read(name, tmp_path):
    """Names of any bytes are read, though no UTF-8 and though awkward."""
    path = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))  # noqa: PTH118
    path.write_bytes(b"data")

    assert read(path, settings=SETTINGS) == b"data"


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to act as another user")
def test_a_file_that_may_not_be_read_is_refused(tmp_path, photo):
    """Without permission the refusal says so."""
    script = (
        "import os, sys\n"
        "from glassline.image import read\n"
        "from glassline.recipe.recipe import ImageSettings\n"
        "os.chdir(sys.argv[1]); os.setuid(65534)\n"
        "try: read('photo.jpg', settings=ImageSettings())\n"
        "except ValueError as error: print(error.reason, error)\n"
    )
    photo.chmod(0)
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True
    )

    assert done.stdout == (
        "permission_denied photo.jpg: expected a file, got no permission to read it.\n"
    )


def patch_read(monkeypatch: pytest.MonkeyPatch, act) -> None:
    """Let something happen to the file while the system reads it."""
    true_read = os.read

    def busy_read(descriptor: int, limit: int) -> bytes:
        data = true_read(descriptor, limit)
        act()
        return data

    monkeypatch.setattr(os, "read", busy_read)


@pytest.mark.parametrize(
    ("act", "reason", "got"),
    [
        pytest.param(
            lambda path: path.write_bytes(b"123456789"),
            "changed_while_reading",
            "a change of it. Read it again when the camera is done.",
            id="grows",
        ),
        pytest.param(
            lambda path: os.utime(path, ns=(0, 5)),
            "changed_while_reading",
            "a change of it. Read it again when the camera is done.",
            id="rewritten at the same size",
        ),
        pytest.param(
            lambda path: (
                (path.parent / "new").write_bytes(b"12345678")
                and (path.parent / "new").replace(path)
            ),
            "changed_while_reading",
            "another file of its name. Read it again when the camera is done.",
            id="replaced",
        ),
        pytest.param(
            lambda path: path.unlink(missing_ok=True),
            "vanished",
            "its removal.",
            id="gone",
        ),
    ],
)
def test_a_photo_that_changes_while_it_is_read_is_refused(
    act, reason, got, photo, monkeypatch
):
    """A half-written photo never becomes a decision."""
    patch_read(monkeypatch, lambda: act(photo))

    error = refusal(photo)

    assert error.reason == reason
    assert str(error).endswith(f", got {got}")


def test_a_disk_error_is_refused(photo, monkeypatch):
    """When the disk fails, the refusal repeats what the system said."""

    def fail(descriptor: int, limit: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", fail)

    error = refusal(photo)

    assert error.reason == "vanished"
    assert str(error).endswith(": expected a file, got Input/output error.")


def test_a_network_disk_that_answers_in_pieces_is_read_whole(photo, monkeypatch):
    """Short answers are put together."""
    true_read = os.read
    monkeypatch.setattr(
        os, "read", lambda where, limit: true_read(where, min(limit, 3))
    )

    assert read(photo, settings=SETTINGS) == b"12345678"


def test_no_descriptor_is_left_open(photo, tmp_path):
    """Read or refused, as many files are open as before."""
    (tmp_path / "link").symlink_to(photo)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  not a folder of ours

    read(photo, settings=SETTINGS, root=tmp_path)
    refusal(tmp_path / "link", tmp_path)
    refusal(tmp_path / "absent" / "x", tmp_path)

    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with a photo in a folder, and things that lead out of it."""
    monkeypatch.chdir(tmp_path)
    Path("root/lot").mkdir(parents=True)
    Path("root/lot/in.jpg").write_bytes(b"inside")
    Path("other").mkdir()
    Path("other/out.jpg").write_bytes(b"outside")
    Path("root/out").symlink_to("../other")
    Path("root/same").symlink_to("lot")
    Path("root/out.jpg").symlink_to("../other/out.jpg")
    return tmp_path


@pytest.mark.parametrize("name", ["root/lot/in.jpg", "root/lot/../lot/in.jpg"])
def test_a_photo_below_the_root_is_read(name, tree):
    """Relative or absolute, a path below the root is read."""
    assert read(name, settings=SETTINGS, root="root") == b"inside"
    assert read(tree / name, settings=SETTINGS, root=tree / "root") == b"inside"


@pytest.mark.parametrize(
    ("name", "reason", "message"),
    [
        pytest.param(
            "other/out.jpg",
            "outside_root",
            "a file below the root folder, got one outside it.",
            id="beside",
        ),
        pytest.param(
            "root/../other/out.jpg",
            "outside_root",
            "a file below the root folder, got one outside it.",
            id="dots",
        ),
        pytest.param(
            "/etc/passwd",
            "outside_root",
            "a file below the root folder, got one outside it.",
            id="absolute",
        ),
        pytest.param(
            "root/..",
            "outside_root",
            "a file below the root folder, got one outside it.",
            id="parent",
        ),
        pytest.param(
            "root/out/out.jpg",
            "symlink",
            "folders below the root, got a link.",
            id="linked folder out",
        ),
        pytest.param(
            "root/same/in.jpg",
            "symlink",
            "folders below the root, got a link.",
            id="linked folder in",
        ),
        pytest.param(
            "root/out.jpg", "symlink", "a file, got a link.", id="linked file"
        ),
        pytest.param("root", "not_regular_file", "a file, got a folder.", id="itself"),
        pytest.param(
            "root/lot/in.jpg/x",
            "not_found",
            "a file, got a path through something that is no folder.",
            id="through a file",
        ),
    ],
)
def test_nothing_outside_the_root_is_opened(name, reason, message, tree):
    """Dots, links and absolute paths do not lead out of the root."""
    error = refusal(name, "root")

    assert (error.reason, str(error)) == (reason, f"{name}: expected {message}")
