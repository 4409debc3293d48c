"""How good are the verdicts? Cases with gold answers in, figures out. Nothing from `coach.review` down imports this."""
