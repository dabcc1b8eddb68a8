"""Provisional."""
import re
ESTIMATOR = "provisional"
_W = re.compile(r"[A-Za-z]+|\d{1,3}|[^\sA-Za-z\d]|\s+")
def estimate(text: str) -> int:
    """Provisional."""
    return len(_W.findall(text))
