"""Which model has which number, which one answers, and who decided that."""
