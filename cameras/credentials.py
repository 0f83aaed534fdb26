"""Names and passwords of cameras: kept apart from addresses, and out of every message."""

import logging
import re
from urllib.parse import quote, unquote, urlsplit, urlunsplit

_IN_ADDRESS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*://)[^\s'\"<>]*@")
_IN_QUERY = re.compile(
    r"(?i)([?&;](?:user|usr|username|login|pass|passwd|password|pwd|token|key|auth|secret)=)"
    r"[^&;\s'\"<>]*"
)
_IN_HEADER = re.compile(r"(?i)\b((?:proxy-)?authorization\s*[:=]\s*)\S+(?:\s+[^\r\n]*)?")
HIDDEN = "***"

# httpx writes every address with its query into the log as soon as somebody asks for INFO.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def hide_credentials(text: str, *secrets: str) -> str:
    """`text` without names and passwords in addresses, queries and headers, or any `secrets`."""
    text = _IN_ADDRESS.sub(rf"\1{HIDDEN}@", text)
    text = _IN_QUERY.sub(rf"\1{HIDDEN}", text)
    text = _IN_HEADER.sub(rf"\1{HIDDEN}", text)
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in (secret, quote(secret, safe="")):
            text = text.replace(form, HIDDEN)
    return text


def split_credentials(url: str) -> tuple[str, str, str]:
    """An address without credentials, the name, the password (empty where none stood in it)."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url, "", ""
    account, _, host = parts.netloc.rpartition("@")
    username, _, password = account.partition(":")
    return urlunsplit(parts._replace(netloc=host)), unquote(username), unquote(password)


def with_credentials(url: str, username: str, password: str) -> str:
    """The address as FFmpeg wants it. Never to be shown."""
    if not username:
        return url
    parts = urlsplit(url)
    account = f"{quote(username, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{account}@{parts.netloc.rpartition('@')[2]}"))
