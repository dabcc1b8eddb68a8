"""What a replay costs beside the engine's own work."""
