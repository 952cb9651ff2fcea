"""WHAT the decision needs: the artifacts of a proof of concept, made from what brokers, files and AWS answered.

``case`` reads poc.yaml, which all artifacts share. What ran against which broker is said with its product's name.
"""
