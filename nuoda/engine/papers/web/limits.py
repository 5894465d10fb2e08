"""No request fills the disk: uploads are cut off while they arrive, whatever they claim to be and to measure."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from ..actions.attachments import limits

FILES_MOST = 20
"""Files in one request."""


class CappedUpload(FileUploadHandler):
    """First of `FILE_UPLOAD_HANDLERS`: counts the bytes and files of a request and stops it above the limits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = 0
        self.total = 0
        self.current = 0
        self.most = limits().most

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        if content_length and content_length > self.most * 4 + (1 << 20):
            raise StopUpload(connection_reset=True)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.current = 0
        self.count += 1
        if self.count > FILES_MOST:
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.current += len(raw_data)
        self.total += len(raw_data)
        # One byte more than allowed is let through, so that the form can say 'too large' instead of breaking off.
        if self.current > self.most + (1 << 20) or self.total > self.most * 4:
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
