"""A real RTSP server: `/usr/bin/python3 rtsp_server.py PORT [USER PASSWORD]`, needs GStreamer.

Prints its port when it is ready. Mounts: /cam (H.264, 15 frames/s, a keyframe per second), /quick
(three keyframes per second), /rare (one every 20 s), /still (the same picture for ever), /jpeg
(MJPEG, 5 frames/s).
"""

import sys

import gi  # type: ignore[import-not-found]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # type: ignore[import-not-found] # noqa: E402

SIZE = "video/x-raw,format=I420,width=320,height=192"
SOURCE = f"videotestsrc is-live=true pattern={{pattern}} ! {SIZE}"
H264 = "x264enc tune=zerolatency speed-preset=ultrafast key-int-max={keys} pass=quant"
JPEG = "jpegenc ! rtpjpegpay name=pay0 pt=26"
PAY = "rtph264pay name=pay0 pt=96 config-interval=1"


def h264(pattern: str, keys: int) -> str:
    """A pipeline with a keyframe every `keys` frames; the same picture gives the same bytes."""
    source = SOURCE.format(pattern=pattern)
    return f"( {source},framerate=15/1 ! {H264.format(keys=keys)} ! {PAY} )"


MOUNTS = {
    "/cam": h264("ball", 15),
    "/quick": h264("ball", 5),
    "/rare": h264("ball", 300),
    "/still": h264("checkers-8", 5),
    "/jpeg": f"( {SOURCE.format(pattern='ball')},framerate=5/1 ! {JPEG} )",
}


def main(port: str, account: list[str]) -> None:
    """Serve until killed."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    if account:
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "user")
        auth.add_digest(account[0], account[1], token)
        server.set_auth(auth)
    for path, pipeline in MOUNTS.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(pipeline)
        factory.set_shared(True)
        if account:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("user", "media.factory.access", True)
            permissions.add_permission_for_role("user", "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)  # noqa: T201
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
