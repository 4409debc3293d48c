"""Answerers for `coach.ask.Ask`: a language model (`asker` over a `Chat`), recorded or scripted replies (`offline`), and the `analyst`."""
