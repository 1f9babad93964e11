"""The control plane: what is live where, since when, by whom and why, and the actions that change it."""
