"""Data sets run again as an agent's tasks, with the tool's answer compressed."""
