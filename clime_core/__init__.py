"""The method, without a server: arrays and frozen dataclasses in, the same out.

Nothing here imports a web framework, opens a connection or reads the environment. Storeys, each importing
only those below it: laboratory, round, policy, model, data, errors.
"""
