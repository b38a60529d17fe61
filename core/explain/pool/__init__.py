"""The process that explains: one at a time, started when first needed, replaced when it dies."""
