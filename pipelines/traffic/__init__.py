"""Recorded agent traffic: transcripts in, the events that an engine would have reported out."""
