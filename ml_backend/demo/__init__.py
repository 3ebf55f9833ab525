"""The demo: a small English-Spanish campaign on this machine, and a simulated annotator who works through it."""

from ml_backend.demo.corpus import write_corpus

__all__ = ["write_corpus"]
