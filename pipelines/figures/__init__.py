"""Parts of the snapshot that are more than a query: prices, harmed items, heads, activity."""
