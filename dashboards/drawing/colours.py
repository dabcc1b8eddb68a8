"""The palette of Okabe and Ito (2008), which colour-blind readers can tell apart.

Colour is never the only sign: shapes, places or words say the same.
"""

BLUE = "#0072B2"
SKY = "#56B4E9"
ORANGE = "#E69F00"
GREEN = "#009E73"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#8C8C8C"

TREATMENTS = (BLUE, VERMILION, GREY, GREEN, PURPLE)
"""Profile, random deletion, truncation, then other engines."""
