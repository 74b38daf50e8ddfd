"""`./moussem faults`: kills, stops, empties and restarts the real system, and proves that nothing is lost or doubled.

First the checker shows that it catches planted bugs; then the real system must pass every cell of the matrix.
"""
