"""Business flows in business words."""
