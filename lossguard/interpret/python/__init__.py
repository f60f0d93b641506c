"""Python itself: statements, expressions, calls, objects, containers, tests."""
