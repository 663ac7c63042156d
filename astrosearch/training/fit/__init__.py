"""Training an encoder on pairs."""
