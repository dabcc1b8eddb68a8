"""Exact o200k_base tokens, under a Python that has tiktoken: ``python count.py FILE...``.

Each FILE has one JSON object a line; their ``text`` is counted. Prints one list a FILE. The
vocabulary is the one that the peer's own dependency carries, so that nothing is fetched.
"""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path


def main():
    """Count every text of every file."""
    carrier = find_spec("litellm")
    if carrier is not None and carrier.origin:
        tokenizers = Path(carrier.origin).parent / "litellm_core_utils" / "tokenizers"
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(tokenizers))
    import tiktoken

    encoding = tiktoken.get_encoding("o200k_base")
    for name in sys.argv[1:]:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line)["text"].encode("utf-8", "replace").decode() for line in lines]
        print(json.dumps([len(encoding.encode_ordinary(text)) for text in texts]))


if __name__ == "__main__":
    main()
