"""Every error Siaga raises on purpose, as one tree.

SiagaError
  ConfigError            office.toml cannot be used
  PolicyError            a policy cannot be used
  PictureError           a picture, clip or recording cannot be read
  DataError              a set of pictures, its labels or the truth of a morning cannot be used
  CameraError
    CameraUnavailable    no connection, or no picture in time
    CameraUnauthorised   the camera refused the password
  ModelError
    ModelMismatch        a network does not fit its card
  StoreError             the data folder or database cannot be used
  AccessError            who asks may not do this

A bad picture from a running camera is no error: it is a CANNOT_TELL with its reason.
Messages say place, expected, got and remedy, and never hold a password.
"""


class SiagaError(Exception):
    """Root of the tree. `code` is stable and has a heading in docs/errors.md."""

    code = "siaga"


class ConfigError(SiagaError):
    """office.toml cannot be used; the message lists every fault."""

    code = "config"


class PolicyError(SiagaError):
    """A policy file cannot be used."""

    code = "policy"


class PictureError(SiagaError):
    """A picture, clip or recording cannot be read."""

    code = "picture"


class DataError(SiagaError):
    """A set of pictures, its labels or the truth of a morning cannot be used."""

    code = "data"


class CameraError(SiagaError):
    """A camera gave no picture."""

    code = "camera"


class CameraUnavailable(CameraError):
    """No connection to the camera, or no picture in time."""

    code = "camera_unavailable"


class CameraUnauthorised(CameraError):
    """The camera refused the name or password."""

    code = "camera_unauthorised"


class ModelError(SiagaError):
    """A network cannot be used."""

    code = "model"


class ModelMismatch(ModelError):
    """A network file does not fit its card."""

    code = "model_mismatch"


class StoreError(SiagaError):
    """The data folder or database cannot be used."""

    code = "store"


class AccessError(SiagaError):
    """Who asks may not do this."""

    code = "access"
