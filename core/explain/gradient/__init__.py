"""Methods that need gradients, and so TensorFlow: nothing that a web process loads comes here."""
