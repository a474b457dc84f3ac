"""Helpers of the SDK's tests: a server in a thread, and writers of the set formats made from the vectors of formats.md."""
