"""Where maps look, against lesions that people marked."""
