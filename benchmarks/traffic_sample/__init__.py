"""The invented shops, listings and conversations that the traffic sample is made of."""
