"""Figures of ingest, rollup, choice and of writing events."""
