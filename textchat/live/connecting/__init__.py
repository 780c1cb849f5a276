"""Ways to a model that nothing is configured for yet: servers of this machine, and what the user connects."""
