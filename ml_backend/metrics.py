"""The metrics for the operator, in the format of Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """Counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "clime_request_seconds", "Time to answer a request, by route.", ["route"], registry=self.registry
        )
        self.events = Counter("clime_events_total", "Webhook events stored.", ["action"], registry=self.registry)
        self.predictions = Counter("clime_predictions_total", "Tasks predicted.", registry=self.registry)
        self.rounds = Counter(
            "clime_rounds_total", "Rounds ended, by outcome.", ["campaign", "outcome"], registry=self.registry
        )
        self.steps = Histogram(
            "clime_round_step_seconds", "Time of a round's steps.", ["step"], registry=self.registry,
            buckets=(0.1, 0.3, 1, 3, 10, 30, 100, 300),
        )  # fmt: skip
        self.live = Gauge(
            "clime_live_version", "Number of the live model version.", ["campaign"], registry=self.registry
        )

    def exposition(self) -> bytes:
        """The text format that Prometheus reads."""
        return generate_latest(self.registry)
