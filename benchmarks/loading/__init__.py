"""How long an engine takes to start with a large publication, and to find a row in it."""
