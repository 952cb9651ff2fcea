"""`make poc-demo`: the whole proof of concept on Apache Kafka's brokers of this machine, within five minutes.

A source and a target cluster, clients that write and read, MirrorMaker 2 there and back, a cutover, a killed broker:
all by the commands of ``byoc poc`` that a user types. What is seen here is Apache Kafka's, never AutoMQ's.
"""
