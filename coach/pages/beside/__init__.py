"""Two set-ups side by side: the choice of both, and what each made of a note. In: values. Out: widgets and escaped markup. Layout only."""
