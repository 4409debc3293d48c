"""Tests; they mirror coach/."""
