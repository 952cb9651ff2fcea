"""The probes as data: every row has its words, and what is known of a product names a probe that there is."""

from __future__ import annotations

import re

import aiokafka.errors as aio_errors
import pytest
from confluent_kafka import KafkaError, KafkaException
from kafka import errors

from poc.compat.failures import outcome
from poc.compat.known import known_of, product_name, products
from poc.compat.probe import Area, State, probes
from poc.compat.probes.configs import _EFFECTS, topic_configs


def test_there_are_enough_probes_in_every_area() -> None:
    areas = [one.area for one in probes()]
    assert len([area for area in areas if area is not Area.API_KEYS]) >= 72
    assert set(areas) == set(Area)


def test_every_probe_says_what_is_asked() -> None:
    for one in probes():
        assert re.fullmatch(r"[a-z0-9_]+", one.id), one.id
        assert one.title
        assert not one.title.endswith(".")
        assert one.request
        assert not one.kip or re.fullmatch(r"KIP-\d+(, KIP-\d+)*", one.kip), one.id


def test_what_is_known_names_probes_that_there_are() -> None:
    ids = {one.id for one in probes()}
    assert {one.probe for product in products() for one in product.differences} <= ids
    assert set(_EFFECTS) <= {config.name for config in topic_configs()}
    known = known_of("AutoMQ")
    assert known is not None
    assert known.commit == "f1ce98ec89"
    state = {one.probe: one.state for one in known.differences}
    assert state["create_replication_factor"] is state["create_min_insync_replicas"] is State.OVERRIDDEN


@pytest.mark.parametrize(
    ("keys", "features", "cluster", "name"),
    [
        ({0, 1, 18}, {"metadata.version": 21}, "abc", "Apache Kafka"),
        ({0, 92}, {}, "abc", "Apache Kafka"),
        ({0, 18}, {"automq.version": 7}, "abc", "AutoMQ"),
        ({0, 18, 502}, {}, "abc", "AutoMQ"),
        ({0, 18}, {}, "lkc-abc", "Confluent Cloud"),
        ({0, 18, 10_000}, {}, "abc", "a Kafka with API keys of its own (10000)"),
    ],
)
def test_a_product_is_known_by_what_its_brokers_show(
    keys: set[int], features: dict[str, int], cluster: str, name: str
) -> None:
    assert product_name(keys, features, cluster) == name


@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)), State.NOT_TESTED, "the ACLs of who asks"),
        (KafkaException(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED)), State.NOT_TESTED, "the ACLs of who asks"),
        (errors.ClusterAuthorizationFailedError(), State.NOT_TESTED, "the ACLs of who asks"),
        (KafkaException(KafkaError(KafkaError._ALL_BROKERS_DOWN)), State.NOT_TESTED, "no answer to judge by"),
        (KafkaException(KafkaError(KafkaError._TIMED_OUT)), State.NOT_TESTED, "no answer to judge by"),
        (KafkaException(KafkaError(KafkaError.COORDINATOR_NOT_AVAILABLE)), State.NOT_TESTED, "no answer to judge by"),
        (errors.KafkaConnectionError("gone"), State.NOT_TESTED, "no answer to judge by"),
        (aio_errors.ConcurrentTransactions(), State.NOT_TESTED, "CONCURRENT_TRANSACTIONS"),
        (aio_errors.InvalidTopicError(), State.REFUSED, "INVALID_TOPIC"),
        (TimeoutError("nothing came"), State.NOT_TESTED, "nothing came"),
        (KafkaException(KafkaError(KafkaError.INVALID_CONFIG)), State.REFUSED, "INVALID_CONFIG"),
        (KafkaException(KafkaError(KafkaError._UNSUPPORTED_FEATURE)), State.REFUSED, "_UNSUPPORTED_FEATURE"),
        (errors.UnsupportedVersionError(), State.REFUSED, "UNSUPPORTED_VERSION"),
        (errors.IncompatibleBrokerVersion("no DescribeQuorum"), State.REFUSED, "no DescribeQuorum"),
    ],
)
def test_an_error_is_a_no_or_says_nothing(error: Exception, state: State, says: str) -> None:
    found = outcome(error)
    assert found.state is state
    assert says in found.answer
