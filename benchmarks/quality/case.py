"""What one run measures: a case is a subject, an engine and a time limit."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.cities import FEATURES, SUBJECTS, make_city
from benchmarks.quality.contestants import PEERS, STARTS
from scenarios.folder import write_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Case:
    """One run; the seed makes the city and seeds the engine."""

    subject: str
    """A key of `SUBJECTS`, or a scenario folder."""
    engine: str
    seed: int = 0
    money_share: float = 0.35
    shape: str = "default"
    start: str = "none"
    time_limit_s: float = 60.0
    max_steps: int | None = None
    workers: int | None = None
    variant: str | None = None
    """Of a scenario folder."""

    @property
    def is_city(self) -> bool:
        """Whether the subject is a made-up city."""
        return self.subject in SUBJECTS

    @property
    def features(self) -> tuple[str, ...]:
        """Features of the made-up city: all for an odd seed, none for an even one."""
        return FEATURES if self.is_city and self.seed % 2 else ()

    @property
    def scenario(self) -> tuple[Any, ...]:
        """What tells this case's scenario from another's."""
        return (self.subject, self.variant, self.money_share, self.shape, self.seed)

    @property
    def label(self) -> str:
        """The case in words, for people who wait."""
        parts = [self.subject, self.variant or ""]
        if self.is_city:
            parts += [self.shape, f"money {self.money_share:g}"]
        parts += [f"seed {self.seed}", self.engine]
        if self.start != "none":
            parts.append(f"from {self.start}")
        return ", ".join(part for part in parts if part not in ("", "default"))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return asdict(self)


def with_starts(case: Case) -> list[Case]:
    """Return the runs that count for a case: a peer begins in two ways."""
    starts = STARTS if case.engine in PEERS else STARTS[:1]
    return [Case(**case.to_dict() | {"start": start}) for start in starts]


@contextmanager
def folder_of(case: Case) -> Iterator[Path]:
    """Give the case's scenario folder; a made-up city's is there for that long."""
    if not case.is_city:
        yield Path(case.subject)
        return
    city = make_city(
        case.subject, case.seed, money_share=case.money_share, shape=case.shape
    )
    with TemporaryDirectory() as name:
        write_folder(*city, Path(name))
        yield Path(name)
