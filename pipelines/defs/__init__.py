"""Dagster's view of the platform: thin shells over plain functions, one module a domain."""
