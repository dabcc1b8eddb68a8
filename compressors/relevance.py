"""Provisional."""
import math, re
from collections import Counter
from collections.abc import Sequence
_T = re.compile(r"\w+")
def terms(text: str) -> list[str]:
    """Provisional."""
    return _T.findall(text.lower())
def rank(query: str, documents: Sequence[str]) -> list[float]:
    """Provisional."""
    q = set(terms(query)); docs = [Counter(terms(d)) for d in documents]; n = len(docs)
    df = {t: sum(t in d for d in docs) for t in q}
    return [round(sum(math.log(1 + (n - df[t] + .5) / (df[t] + .5)) * d[t] * 2.2 / (d[t] + 1.2) for t in q if t in d), 3) for d in docs]
