"""Others that do what astrosearch does, each as a script of the same commands."""
