"""Findings go in, text for people or tools comes out: one function for each format."""
