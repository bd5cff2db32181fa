"""The rows of the table: subjects, time limits, and the gaps asked of our engine."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.cities import SHAPES

GAP_OF_PROOF = 1e-4
SHARE = 0.35
"""Money of the ordinary case, as a share of what full coverage would cost."""


@dataclass(frozen=True)
class Mark:
    """A gap to be reached after so many seconds."""

    seconds: float
    must: float | None = None
    aim: float | None = None


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    subject: str
    money_share: float
    time_limit_s: float
    marks: tuple[Mark, ...] = ()
    shape: str = "default"
    memory_mb: float | None = None
    """Most that our engine may hold."""
    with_peers: bool = True

    @property
    def label(self) -> str:
        """The subject in words."""
        shape = "" if self.shape == "default" else f", {self.shape.replace('_', ' ')}"
        return f"{self.subject.upper()}, money {self.money_share:g}{shape}"


ROWS = (
    Row("s", 0.35, 60, (Mark(60, 0.025, 0.01), Mark(5, 0.035))),
    Row("s", 0.15, 60, (Mark(60, 0.045, 0.02),)),
    Row("s", 0.7, 60, (Mark(60, 0.013, 0.01),)),
    Row("s", 2.0, 60, (Mark(60, 0.012, 0.01),)),
    Row("m", SHARE, 300, (Mark(300, 0.025, 0.01), Mark(60, 0.04))),
    Row("l", SHARE, 900, (Mark(900, 0.03, 0.015),), memory_mb=4096, with_peers=False),
    Row(
        "xl", SHARE, 1800, (Mark(1800, 0.05, 0.03),), memory_mb=12288, with_peers=False
    ),
    Row("tiny", SHARE, 300, (Mark(300, GAP_OF_PROOF), Mark(60, aim=GAP_OF_PROOF))),
)
"""What the engine is held to."""
LARGER_SHAPES = {"hundreds_in_reach": "m"}
"""Shapes that a small city cannot show."""
FAMILY = tuple(
    Row(
        subject := LARGER_SHAPES.get(shape, "s"),
        SHARE,
        {"s": 60, "m": 300}[subject],
        shape=shape,
    )
    for shape in SHAPES
    if shape != "default"
)
"""Cities of other shapes: nothing may break; the worst gap is stated."""
SEEDS = (0, 1, 2, 3)
"""Seeds of the table; half have all features on. `qualify` tells which count."""
SLOPE_SUBJECTS = ("m", "l", "xl")
SLOPE_GAP = 0.05
SLOPE_MUST, SLOPE_AIM = 1.25, 1.05


def time_limit_of(subject: str) -> float:
    """Return the time limit of a subject's rows, a minute for a scenario folder."""
    return next((row.time_limit_s for row in ROWS if row.subject == subject), 60.0)
