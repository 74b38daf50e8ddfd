"""What a figure looks like, and how it is told."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figure:
    """One measured number; `more` holds what is particular to it."""

    name: str
    engine: str
    value: float
    unit: str
    p50_ms: float | None = None
    p99_ms: float | None = None
    reference: str | None = None
    reference_value: float | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """The figure as one line of JSON."""
        ratio = round(self.value / self.reference_value, 3) if self.reference_value else None
        said = {k: (round(v, 3) if isinstance(v, float) else v) for k, v in vars(self).items() if k != "more"}
        return json.dumps(said | {"ratio": ratio} | self.more, ensure_ascii=False)


def quantile_ms(seconds: Sequence[float], share: float) -> float:
    """The quantile of durations, in milliseconds."""
    if len(seconds) < 2:
        return 1000 * seconds[0] if seconds else 0.0
    return 1000 * statistics.quantiles(seconds, n=1000, method="inclusive")[min(998, int(share * 1000) - 1)]
