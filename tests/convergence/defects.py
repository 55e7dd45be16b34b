"""Mistakes that such systems make, each planted into the real code in a few lines.

They show what the schedules can see: `test_defects` wants every one of them caught.
"""

from tests.convergence import (
    defects_of_archives,
    defects_of_facets,
    defects_of_messages,
    defects_of_report,
    defects_of_sweep,
)
from tests.convergence.planting import DEFECTS as DEFECTS
from tests.convergence.planting import healthy as healthy

HOMES = (
    defects_of_archives,
    defects_of_facets,
    defects_of_messages,
    defects_of_report,
    defects_of_sweep,
)
