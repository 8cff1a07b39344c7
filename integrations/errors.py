"""The three kinds of failure an adapter may report, and the one for a file nobody can read.

Not a business "no" (that is `Refused`, a floor above). Anything else an adapter lets fall is a bug and fails loudly.
"""


class AdapterFailure(Exception):
    """What went wrong outside. `code` is stable, the message is an English sentence, `detail` is safe to log and to show."""

    def __init__(self, code: str, message: str = "", *, detail: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message or code
        self.detail = detail


class Rejected(AdapterFailure):
    """Never: the other side understood and said no. Trying again changes nothing."""


class Unavailable(AdapterFailure):
    """Surely not done, later: nothing reached the other side, or it said so. `retry_after` in seconds where it told us."""

    def __init__(
        self, code: str, message: str = "", *, detail: str = "", retry_after: int | None = None
    ) -> None:
        super().__init__(code, message, detail=detail)
        self.retry_after = retry_after


class Uncertain(AdapterFailure):
    """Perhaps done: a read timeout, a cut connection. Only evidence or a person may decide; never try again by itself."""


VALUE_SHOWN = 40
"""Characters of an offending value that may be repeated to the user."""


class Unreadable(Exception):
    """This file as a whole cannot be taken in. Nothing of it was used.

    `code` is stable (unsupported_media, no_rows, not_xml, archive_bomb ...), `line` counts from 1, `column` is a header or a
    cell's letter, `value` is cut to 40 characters, `repair` says what to do about it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        line: int | None = None,
        column: str = "",
        value: str = "",
        repair: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.value = value[:VALUE_SHOWN]
        self.repair = repair
