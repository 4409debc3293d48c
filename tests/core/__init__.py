"""Tests of everything between the text and the advice, and of the command line."""
