"""The engine beside a peer, on the same inputs in the same run."""
