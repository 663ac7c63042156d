"""Coverage-guided fuzzing of all that reads what somebody else wrote: see README.md."""
