"""Stands here so that tests of every folder can import what this folder holds. No test fails for being slow."""

from hypothesis import HealthCheck, settings

settings.register_profile("doorlight", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("doorlight")
