"""Steps of a case as a person takes them on its page."""

from __future__ import annotations

import io
import re
from typing import Any


def photo() -> dict[str, Any]:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), (90, 140, 90)).save(buffer, "JPEG")
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def step(
    page: Any, code: str, fill: dict[str, str] | None = None, *, with_photo: bool = False
) -> None:
    """Open a step's dialog, fill it in and send it."""
    dialog = page.locator(f"dialog#step-{code}")
    opener = page.locator(f'[data-dialog="step-{code}"]').first
    if not opener.is_visible():
        page.locator("summary", has_text=re.compile("更多")).click()
    opener.click()
    for name, text in (fill or {}).items():
        dialog.locator(f'[name="{name}"]').fill(text)
    if with_photo:
        # Beside it a phone has one without a name, which opens the camera.
        dialog.locator("input[type=file][name]").set_input_files(photo())
    with page.expect_navigation():
        dialog.locator(".dlg-acts button.btn:not([data-close-dialog])").click()
