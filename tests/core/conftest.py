"""Hypothesis for all core tests: the same examples on every run, so that a red test stays red until somebody mends it."""

from hypothesis import HealthCheck, settings

settings.register_profile("core", deadline=None, max_examples=200, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("core")
