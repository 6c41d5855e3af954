"""Benchmarks: made-up workloads, peers that grade them too, and a runner. Not part of the package."""
