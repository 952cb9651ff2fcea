"""Who can do what: the evaluator (documents in, decisions out) and, in who_can.py, its questions over the graph.

policy, glob, variables, context, conditions/   what a document says of a request
expression, simplify                            what remains when not everything is known
principals                                      whom a principal element means
identity, boundary, session, scp, rcp,          one file per policy layer: what it votes
resource, kms, s3, trust, endpoint
evaluate, decision                              the votes joined in AWS's own order
privileges                                      read, write, destroy, administer as data
simulate, who_can                               the doors: JSON Lines, the graph
"""
