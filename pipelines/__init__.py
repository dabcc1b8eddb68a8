"""The platform: learns from what engines report, offline."""
