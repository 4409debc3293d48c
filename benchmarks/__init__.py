"""Numbers about speed, printed by `./run bench`. Nothing here passes or fails."""
