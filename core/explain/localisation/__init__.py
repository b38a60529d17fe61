"""Where maps look, against lesions that people marked and against the body's outline."""
