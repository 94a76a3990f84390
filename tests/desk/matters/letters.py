"""Mails as programs write them."""

from __future__ import annotations

import io
from email.message import EmailMessage
from typing import Any

from PIL import Image

RESIDENT, OURS = "zhang@mail.example", "post@willow.example"


def photo(side: int = 300, colour: str = "teal") -> bytes:
    """A JPEG with a camera's name in it, large enough to be no decoration."""
    image = Image.effect_noise((side, side), 80).convert("RGB")
    image.paste(Image.new("RGB", (side // 2, side // 2), colour))
    exif = Image.Exif()
    exif[271] = "SecretCamera"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def letter(
    text: str = "三号楼门口的路灯坏了,晚上很黑。",
    *,
    subject: str = "路灯坏了",
    sender: str = f"张三 <{RESIDENT}>",
    to: str = OURS,
    mark: str = "<1@mail.example>",
    html: str = "",
    files: tuple[tuple[str, str, bytes], ...] = (),
    **headers: str,
) -> bytes:
    """`files`: (name, media type, content); `headers`: `in_reply_to="…"` is In-Reply-To."""
    mail = EmailMessage()
    given: dict[str, Any] = {"From": sender, "To": to, "Subject": subject, "Message-ID": mark}
    for name, value in {**given, **headers}.items():
        if value:
            mail[name.replace("_", "-")] = value
    if text or not html:
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
    else:
        mail.set_content(html, subtype="html")
    for name, kind, content in files:
        main, sub = kind.split("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()
