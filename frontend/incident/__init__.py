"""The page for 3 a.m.: what is live, and what takes it back. Plain HTML without a script, less than 30 KB with its
stylesheet, whatever there is to show: each list has a bound."""
