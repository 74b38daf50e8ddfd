"""Tests of Moussem; the folder says the kind of test."""
