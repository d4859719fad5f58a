"""A release is refused, before anything is published, when its parts do not belong together."""

import zipfile
from pathlib import Path

import pytest

from scripts.lib import release
from scripts.lib.release import ReleaseError


def test_all_files_state_one_version_and_the_tag_names_it() -> None:
    version = release.check_versions(None)
    assert release.check_versions(f"v{version}") == version
    with pytest.raises(ReleaseError, match=rf"it must be v{version}"):
        release.check_versions("v99.0.0")


def test_a_file_that_was_forgotten_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = release.read_versions() | {"app/config.yaml": "99.0.0"}
    monkeypatch.setattr(release, "read_versions", lambda: found)
    with pytest.raises(ReleaseError, match=r"99\.0\.0  app/config\.yaml"):
        release.check_versions(None)


def test_the_images_that_compose_and_the_app_name_are_of_this_version() -> None:
    versions = release.read_versions()
    assert versions["docker-compose.services.yml"] == versions["app/Dockerfile"] == versions["app/config.yaml"]


def test_a_version_without_notes_is_refused(tmp_path: Path) -> None:
    assert release.read_notes("Unreleased").startswith("### ")
    with pytest.raises(ReleaseError, match=r"no section \[99\.0\.0\]"):
        release.assemble(tmp_path, "99.0.0")
    assert not list(tmp_path.iterdir())


def test_what_is_missing_in_the_zip_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / release.ZIP, "w") as archive:
        archive.writestr("manifest.json", "{}")
    with pytest.raises(ReleaseError, match=r"lacks __init__\.py, frontend/cards\.js"):
        release.verify(tmp_path, "0.1.0")
