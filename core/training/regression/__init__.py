"""A head fitted at once, with figures of a repeated grouped cross-validation."""
