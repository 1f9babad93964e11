"""Ways out: a snapshot in the words of other products."""
