"""A coach for sales calls: notes in, a verdict with quotes and checked advice out. Start reading at `coach.review`."""
