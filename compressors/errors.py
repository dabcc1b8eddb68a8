"""One tree of errors: what the project raises on purpose.

ToinError
├── ConfigurationError      a setting, a home or a pepper that cannot be used
├── ProfileRefused          a profile that does not exist, or parameters it may not have
├── PublicationRefused      a recommendations file that no engine loads
├── HandleUnknown           no original is kept under this handle
├── InputRefused            a file given by a person: segment, transcript, data set
└── RowRefused              a row that is no telemetry event (in ``compressors.events``)
"""


class ToinError(Exception):
    """Base of all errors raised on purpose.

    The message is one sentence for a person: it names the offending file, line or
    row and field, what was expected, and the next step.
    """


class ConfigurationError(ToinError):
    """A setting, a home directory or a pepper that cannot be used."""


class ProfileRefused(ToinError):
    """A profile outside the closed set, or a parameter that it may not have.

    ``field`` is ``profile`` or the parameter's name, ``reason`` what was expected of it.
    """

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


class PublicationRefused(ToinError):
    """A recommendations file that is refused whole.

    ``where`` names line, row and field as far as they are known.
    """

    def __init__(self, reason: str, *, where: str = "") -> None:
        self.reason = reason
        self.where = where
        super().__init__(f"{where}: {reason}" if where else reason)


class HandleUnknown(ToinError):
    """No original is kept under this handle."""


class InputRefused(ToinError):
    """A file given by a person that cannot be read as what it should be."""
