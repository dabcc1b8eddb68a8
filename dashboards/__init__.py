"""The dashboard: reads published snapshots, changes nothing."""
