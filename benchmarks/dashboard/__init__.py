"""How quickly the dashboard shows a large snapshot: 100,000 slices and a year of days."""
