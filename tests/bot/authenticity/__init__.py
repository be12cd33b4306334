"""Tests of what the DNS and signatures say of a sender."""
