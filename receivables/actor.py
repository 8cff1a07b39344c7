"""Who acts, and by which way: passed as `by` to every verb and written on the audit line."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from receivables.models import User


@dataclass(frozen=True)
class Actor:
    """`user` is empty when a rule or the engine acts; `via` is page, api, command, engine, portal or rule."""

    name: str
    via: str
    user: "User | None" = None

    @classmethod
    def of(cls, user: "User", via: str) -> "Actor":
        return cls(name=user.username, via=via, user=user)

    @classmethod
    def system(cls, name: str, via: str = "engine") -> "Actor":
        return cls(name=name, via=via)

    @property
    def human(self) -> str:
        """The person who decides, for four eyes; a rule is nobody."""
        return self.user.human if self.user else ""
