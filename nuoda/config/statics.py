"""Static files: hashed names and compressed copies where `collectstatic` has run, plain names otherwise."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Whitenoise's storage; without a manifest (tests, a fresh checkout) names stay as they are."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name
