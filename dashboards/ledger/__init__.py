"""The one ledger: every figure of every view and of the report, over one snapshot.

Frames in, figures out: nothing here draws, reads a clock or changes anything.
"""

from dashboards.ledger.ledger import Ledger
from dashboards.ledger.scope import ALL, NONE, Options, Scope, default_scope, options
from dashboards.ledger.totals import Totals

__all__ = ["ALL", "NONE", "Ledger", "Options", "Scope", "Totals", "default_scope", "options"]
