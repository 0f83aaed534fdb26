"""Real receivers of messages on this machine: a web server and a mail server."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Hook:
    """A webhook: what it was sent, what it answers, and for how long it makes callers wait."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)

    @property
    def web_address(self) -> str:
        """The same for a signed webhook."""
        return f"http://127.0.0.1:{self.port}/kunci-rahasia"

    @property
    def address(self) -> str:
        """As an administrator writes it, with a secret in its path."""
        return f"json://127.0.0.1:{self.port}/kunci-rahasia"


@contextmanager
def web_hook(*statuses: int) -> Iterator[Hook]:
    """A webhook that answers with these statuses in turn, then 200."""
    hook = Hook(statuses=list(statuses))
    hook.open.set()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.asked.set()
            hook.open.wait(timeout=20)
            status = hook.statuses.pop(0) if hook.statuses else 200
            if status == 200:
                hook.got.append(json.loads(body))
                hook.bodies.append(body)
                hook.headers.append(dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.open.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class MailBox:
    """What a mail server took."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        """Take a mail."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[MailBox]:
    """A mail server that takes everything."""
    box = MailBox()
    with socket.socket() as free:  # aiosmtpd asks the port it was told, not the one it got
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
