"""Where the worlds of messages stand that these tests share with the engine's."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "compressors"))
