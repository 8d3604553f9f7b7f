"""Others who use this machine read nothing under a home."""

import os

import pytest

from flows.services.private import keep_private, write_private


@pytest.fixture(autouse=True)
def _umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder):
    return {path.lstat().st_mode & 0o777 for path in (folder, *folder.rglob("*")) if not path.is_symlink()}


def test_what_is_written_from_now_on_is_private(tmp_path):
    home = tmp_path / "new" / "home"
    keep_private(home)
    (home / "logs").mkdir()
    (home / "logs" / "s3.log").write_text("")
    assert modes(home) == {0o700, 0o600}


def test_a_home_that_was_open_is_tightened(tmp_path):
    home = tmp_path / "home"
    (home / "s3" / "data").mkdir(parents=True)
    for name in ("config.json", "s3/data/report.pdf"):
        (home / name).write_text("")
    outside = tmp_path / "outside"
    outside.write_text("")
    outside.chmod(0o644)
    (home / "link").symlink_to(outside)
    (home / "s3" / "gone").symlink_to("nowhere")
    keep_private(home)
    assert modes(home) == {0o700, 0o600}
    assert outside.stat().st_mode & 0o777 == 0o644


def test_a_folder_of_others_is_not_taken_from_them(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "theirs").write_text("")
    keep_private(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    write_private(tmp_path / "cards" / "a.html", b"x")
    assert modes(tmp_path / "cards") == {0o700, 0o600}
