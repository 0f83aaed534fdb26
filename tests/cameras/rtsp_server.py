"""A real RTSP server: `/usr/bin/python3 rtsp_server.py PORT`, needs GStreamer.

Prints its port when it is ready. Mounts: /cam (H.264, 15 frames/s, a keyframe per second), /quick
(three keyframes per second), /rare (one every 20 s), /still (the same picture for ever), /jpeg
(MJPEG, 5 frames/s), and for each folder of `--play` one of its name: the pictures that lie in it
ready coded, a file each (`00000.h264` or `.h265`), 15 a second, again and again.
"""

import argparse
from pathlib import Path

import gi  # type: ignore[import-not-found]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # type: ignore[import-not-found] # noqa: E402

SIZE = "video/x-raw,format=I420,width=320,height=192"
SOURCE = f"videotestsrc is-live=true pattern={{pattern}} ! {SIZE}"
H264 = "x264enc tune=zerolatency speed-preset=ultrafast key-int-max={keys} pass=quant"
JPEG = "jpegenc ! rtpjpegpay name=pay0 pt=26"
PAY = "rtph264pay name=pay0 pt=96 config-interval=1"


def h264(pattern: str, keys: int) -> str:
    """A pipeline with a keyframe every `keys` frames; the same picture gives the same bytes."""
    source = SOURCE.format(pattern=pattern)
    return f"( {source},framerate=15/1 ! {H264.format(keys=keys)} ! {PAY} )"


def coded(folder: Path) -> str:
    """A pipeline that plays what `feed` gives it."""
    codec = next(folder.iterdir()).suffix.removeprefix(".")
    kind = f"video/x-{codec},stream-format=byte-stream,alignment=au"
    source = f'appsrc name=source is-live=true format=time caps="{kind}"'
    return f"( {source} ! rtp{codec}pay name=pay0 pt=96 config-interval=-1 )"


def feed(
    _factory: "GstRtspServer.RTSPMediaFactory", media: "GstRtspServer.RTSPMedia", folder: Path
) -> None:
    """Give the coded pictures of a folder, 15 a second, for as long as somebody looks.

    Of a folder `stuck` the time stands still after three seconds, of `loops` it repeats itself.
    """
    pictures = [path.read_bytes() for path in sorted(folder.iterdir())]
    source = media.get_element().get_by_name_recurse_up("source")
    given = 0

    def give() -> bool:
        nonlocal given
        late = max(0, given - 45)
        moment = {"stuck": given - late, "loops": given - late + late % 30}.get(folder.name, given)
        buffer = Gst.Buffer.new_wrapped(pictures[given % len(pictures)])
        buffer.pts = buffer.dts = moment * Gst.SECOND // 15
        buffer.duration = Gst.SECOND // 15
        given += 1
        return bool(source.emit("push-buffer", buffer) == Gst.FlowReturn.OK)

    for _ in range(8):  # what the server wants before it answers
        give()
    GLib.timeout_add(1000 // 15, give)


MOUNTS = {
    "/cam": h264("ball", 15),
    "/quick": h264("ball", 5),
    "/rare": h264("ball", 300),
    "/still": h264("checkers-8", 5),
    "/jpeg": f"( {SOURCE.format(pattern='ball')},framerate=5/1 ! {JPEG} )",
}


def authority(
    account: list[str] | None, certificate: list[str] | None
) -> "GstRtspServer.RTSPAuth | None":
    """Who may ask, and over what kind of line; None: anybody, in clear."""
    if account is None and certificate is None:
        return None
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    if account is not None:
        kind = GstRtsp.RTSPAuthMethod
        auth.set_supported_methods(kind.BASIC if account[0] == "basic" else kind.DIGEST)
        if account[0] == "basic":
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(account[1], account[2]), token)
        else:
            auth.add_digest(account[1], account[2], token)
    else:
        auth.set_default_token(token)
    if certificate is not None:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_files(*certificate))
    return auth


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port")
    parser.add_argument("--account", nargs=3, metavar=("digest|basic", "USER", "PASSWORD"))
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"))
    parser.add_argument("--play", type=Path, action="append", default=[], metavar="FOLDER")
    wanted = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(wanted.port)
    auth = authority(wanted.account, wanted.tls)
    if auth is not None:
        server.set_auth(auth)
    played = {f"/{folder.name}": folder for folder in wanted.play}
    for path, pipeline in (MOUNTS | {path: coded(played[path]) for path in played}).items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(pipeline)
        factory.set_shared(True)
        if path in played:
            factory.connect("media-configure", feed, played[path])
        if auth is not None:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("user", "media.factory.access", True)
            permissions.add_permission_for_role("user", "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)  # noqa: T201
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
