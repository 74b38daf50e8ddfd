"""Gates as this process last saw them, a second ago at most."""

from services.ticketing.access.operations.memory import Memory
from services.ticketing.admissions.domain import Gate
from services.ticketing.admissions.operations import find_gate

_gates: Memory[Gate] = Memory(1, find_gate)
gate_called = _gates.get
