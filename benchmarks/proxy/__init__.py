"""What a proxy costs: latency and requests a second, beside the same upstream without it."""
