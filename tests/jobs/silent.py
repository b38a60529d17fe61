"""A program that ends at once and says nothing to anybody."""
