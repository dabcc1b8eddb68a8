"""What each view says: a module a view, ledger in, blocks out. Nothing here draws."""
