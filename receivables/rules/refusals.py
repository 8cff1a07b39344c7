"""The one way the business says no: a stable code, a sentence with figures, the field at fault.

Not for broken adapters (integrations.errors) and not for bugs, which fail loudly as ordinary exceptions.
"""


class Refused(Exception):
    """The business says no: expected, shown to the caller, not an error in the log.

    `code` is stable and machine-readable, `message` an English sentence, `field` names the input at fault,
    `figures` are the JSON-able numbers and names the sentence was made of (so that a page can translate it).
    """

    def __init__(self, code: str, message: str, *, field: str | None = None, **figures: object) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.field = field
        self.figures: dict[str, object] = figures

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
