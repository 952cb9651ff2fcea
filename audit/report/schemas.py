"""JSON Schemas of what the audit writes and no pydantic model states: graph, answers, findings and records."""

from __future__ import annotations

from typing import Any

from audit.access.decision import Effect
from audit.access.explain import Says
from audit.difference.access import Kind
from audit.difference.properties import Kind as NodeChange
from audit.difference.reach import Kind as PathKind
from audit.model.contract import Privilege
from audit.model.graph import FORMAT as GRAPH_FORMAT
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Result, Severity, Verdict
from audit.model.waiver import Acceptance
from audit.reach.path import Reach
from audit.reach.sides import Side
from audit.report.access import ACCESS_FORMAT, Standing
from audit.report.difference import DIFFERENCE_FORMAT
from audit.report.explanation import EXPLANATION_FORMAT
from audit.report.json_files import ANSWERS_FORMAT, FINDINGS_FORMAT
from audit.report.reach import REACH_FORMAT

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_RECORD: Schema = {"type": "string", "description": "sha256 of a snapshot's line; empty when no call was made"}
_RECORDS: Schema = {"type": "array", "items": _RECORD}
_VERDICT: Schema = {"enum": [verdict.value for verdict in Verdict]}
_CITATION = {"record": _RECORD, "document": _TEXT, "pointer": {"type": "string", "description": "a JSON pointer"}}


def _object(properties: Schema, *optional: str) -> Schema:
    # Unknown fields of newer minor versions are allowed: readers keep them.
    return {"type": "object", "properties": properties, "required": [n for n in properties if n not in optional]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_HOP = _object({"node": _TEXT, "says": _TEXT, "because": _list(_object(_CITATION))})
_CLAIM = _object(
    {
        "verdict": _VERDICT,
        "reason": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "subject": _TEXT,
        "text": _TEXT,
        "path": _list(_HOP),
        "evidence": _RECORDS,
        "missing": {**_TEXTS, "description": "IAM permissions that would settle an unknown"},
    }
)
_PRIVILEGE: Schema = {"enum": [privilege.value for privilege in Privilege]}
_DECISION: Schema = {"enum": [effect.value for effect in Effect]}
_SPANS: Schema = {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}
_NAMED = _object({"id": _TEXT, "name": _TEXT, "role": {"type": ["string", "null"]}})
_SETTLES = _object({"layer": _TEXT, "permission": _TEXT})
_CONDITION: Schema = {
    "type": ["object", "null"],
    "description": "and, or, not, or {operator, key, values} over free context keys; null for always",
}
_PATH: Schema = {
    **_list(_object({"source": _TEXT, "primitive": _TEXT, "target": _TEXT})),
    "description": "hops through others, each citing its statements; empty for direct access",
}
_ROW = _object(
    {
        "principal": _NAMED,
        "resource": _NAMED,
        "privilege": _PRIVILEGE,
        "standing": {"enum": [standing.value for standing in Standing]},
        "says": {**_TEXTS, "description": "the same as phrases"},
        "decision": _DECISION,
        "only_if": _CONDITION,
        "unless": _list(_SETTLES),
        "missing": _TEXTS,
        "through": _list(_PATH),
        "actions": _TEXTS,
        "resources": {**_TEXTS, "description": "the parts that it is limited to, empty for the whole"},
        "because": _list(_object(_CITATION)),
        "records": _RECORDS,
    }
)
_UNKNOWN = _object({"code": _TEXT, "permission": _TEXT, "record": _RECORD})
_PROPERTIES: Schema = {
    "type": "object",
    "description": "facts: JSON, null for absent, {$unknown: {code, permission, record}} for what was not read",
}


def answers() -> Schema:
    """The schema of answers.json."""
    answer = _object({"question": _TEXT, "title": _TEXT, "verdict": _VERDICT, "claims": _list(_CLAIM)})
    return _file(ANSWERS_FORMAT, "Answers", {"verdict": _VERDICT, "answers": _list(answer)})


def findings() -> Schema:
    """The schema of findings.json."""
    waiver = dict.fromkeys(Acceptance.model_fields, _TEXT)
    waiver["until"] = {"type": ["string", "null"], "description": "null for a skip that stands beside the code"}
    finding = _object(
        {
            "fingerprint": {**_TEXT, "description": "the same between runs while policy and subject are"},
            "policy": _TEXT,
            "title": _TEXT,
            "severity": {"enum": [severity.value for severity in Severity]},
            "verdict": _VERDICT,
            "claim": _CLAIM,
            "remedy": _TEXT,
            "source": _TEXT,
            "controls": {
                "type": "object",
                "description": "what it is evidence for: a catalogue's title, and numbers of it",
                "additionalProperties": _TEXTS,
            },
            "waiver": {"anyOf": [_object(waiver), {"type": "null"}]},
        },
        "fingerprint",
        "controls",
        "waiver",
    )
    results = {
        "type": "object",
        "description": "what each policy came to; nothing_to_judge is neither that it holds nor that it does not",
        "additionalProperties": {"enum": [result.value for result in Result]},
    }
    body = {"verdict": _VERDICT, "findings": _list(finding), "policies": results}
    return _file(FINDINGS_FORMAT, "Findings", body)


def access() -> Schema:
    """The schema of what ``byoc access who-can`` and ``can`` print."""
    asked = {"privilege": _PRIVILEGE, "on": _NAMED, "principal": _NAMED}
    body = {
        "command": {"enum": ["who-can", "can"]},
        "asked": _object(asked, *asked),
        "as_of": _TEXT,
        "rows": _list(_ROW),
    }
    taken = {**_list(_NAMED), "description": "from whom the guardrails take it; only where some were asked about"}
    schema = _file(ACCESS_FORMAT, "Who can do what", body)
    return {**schema, "properties": {**schema["properties"], "taken_away": taken}}


def explanation() -> Schema:
    """The schema of what ``byoc access explain`` prints."""
    statement = {"effect": _TEXT, **_CITATION, "when": _CONDITION}
    statement |= {"text": {"type": "array", "description": "the statement; several where documents share a name"}}
    vote = {"layer": _TEXT, "says": {"enum": [str(says) for says in Says]}, "when": _CONDITION}
    vote |= {"missing": _list(_SETTLES), "statements": _list(_object(statement))}
    context: Schema = {"type": "object", "additionalProperties": _TEXTS}
    asked = {"principal": _NAMED, "action": _TEXT, "resource": _TEXT, "resource_account": _TEXT, "as_of": _TEXT}
    decided = {"decision": _DECISION, "only_if": _CONDITION, "unless": _list(_SETTLES), "missing": _list(_SETTLES)}
    decided |= {"blocked_by": _TEXTS, "because": _list(_object({"policy": _TEXT, "pointer": _TEXT}))}
    body = {**asked, "given": context, "known": context, **decided, "votes": _list(_object(vote))}
    return _file(EXPLANATION_FORMAT, "One request explained", body)


def reach() -> Schema:
    """The schema of what ``byoc reach to``, ``from`` and ``path`` print."""
    verdict: Schema = {"enum": [str(one) for one in Reach]}
    maybe: Schema = {"type": ["string", "null"]}
    doubts = _list(_object({"reason": _TEXT, "node": _TEXT, "permission": maybe}))
    row = {"side": {"enum": [str(side) for side in Side]}, "verdict": verdict, "reason": _TEXT}
    row |= {
        "origin": _NAMED,
        "target": _NAMED,
        "via": maybe,
        "protocol": maybe,
        "ports": _SPANS,
        "client_ports": _SPANS,
    }
    row |= dict.fromkeys(("sources", "destinations", "groups", "interfaces", "receivers", "path", "missing"), _TEXTS)
    row |= {"records": _RECORDS, "doubts": doubts, "hops": _list(_HOP)}
    blocker = _object({"resource": _TEXT, "reason": _TEXT, "remedy": _TEXT})
    answer = {"from": _TEXT, "to": _TEXT, "verdict": verdict, "reason": _TEXT, "path": _TEXTS}
    answer |= {"blocked_by": _list(blocker), "sources": _TEXTS, "missing": _TEXTS}
    answer |= {"doubts": doubts, "hops": _list(_HOP)}
    body = {"command": {"enum": ["to", "from", "path"]}, "asked": {"type": "object"}}
    body |= {"rows": _list(_object(row)), "answers": _list(_object(answer))}
    return _file(REACH_FORMAT, "Which packets arrive", body)


def difference() -> Schema:
    """The schema of what ``byoc diff`` prints."""
    did = {"how": {"enum": ["added", "removed", "turned", "changed"]}, "what": _TEXT, "layer": _TEXT, "pointer": _TEXT}
    did |= {"effect": _TEXT, "statement": {"description": "the statement, null for what has none"}, "record": _RECORD}
    row: Schema = {"anyOf": [_ROW, {"type": "null"}]}
    change = {"kind": {"enum": [str(kind) for kind in Kind]}, "principal": _TEXT, "store": _TEXT}
    change |= {"privilege": _PRIVILEGE, "before": row, "after": row, "did": _list(_object(did))}
    path = {"kind": {"enum": [str(kind) for kind in PathKind]}, "source": _TEXT, "target": _TEXT, "protocol": _TEXT}
    path |= {"ports": _SPANS, "sources": _TEXTS, "destinations": _TEXTS}
    path |= {"before": _TEXTS, "after": _TEXTS, "did": _list(_object(did))}
    changes = {"anyOf": [_object(change), _object(path, "sources", "destinations")]}
    body = {"only": {"enum": ["access", "reach"]}, "changes": _list(changes), "uncompared": _TEXTS, "doubts": _TEXTS}
    part = {"anyOf": [_object({"format": {"const": DIFFERENCE_FORMAT}, **body}), _properties_difference()]}
    parts = dict.fromkeys(("properties", "access", "reach"), part)
    whole = _object({"format": {"const": DIFFERENCE_FORMAT}, **parts})
    title = "What is otherwise: nodes and their properties, who can do what, which packets arrive"
    return {"$schema": _DIALECT, "title": title, "anyOf": [whole, part]}


def _properties_difference() -> Schema:
    ids = _object({"before": {"type": ["string", "null"]}, "after": {"type": ["string", "null"]}})
    one = {"kind": {"enum": [str(kind) for kind in NodeChange]}, "node": _TEXT, "what": _TEXT, "ids": ids}
    one |= {"path": {**_TEXT, "description": "a JSON pointer into the properties, empty for the node as a whole"}}
    one |= {"before": {}, "after": {}, "why": _TEXT, "records": _RECORDS}
    follows = "JSON pointers to the changes of access and reach that follow from it, in the whole difference alone"
    one |= {"explains": {**_TEXTS, "description": follows}}
    made = {"id": _TEXT, "kind": _TEXT, "name": _TEXT, "against": _TEXTS, "unknown": _TEXTS, "records": _RECORDS}
    body = {"format": {"const": DIFFERENCE_FORMAT}, "only": {"const": "properties"}, "differences": _list(_object(one))}
    body |= {"made_at_run_time": _list(_object(made)), "unread_on_both_sides": _TEXTS}
    body |= {"not_shown_by_the_emulator": _TEXTS}
    return _object({**body, "not_compared": {"type": "object", "additionalProperties": _TEXT}})


def graph() -> Schema:
    """The schema of graph.json."""
    node = {"id": _TEXT, "kind": {"enum": [str(kind) for kind in NodeKind]}, "name": _TEXT, "account": _TEXT}
    node |= {"region": _TEXT, "properties": _PROPERTIES, "records": _RECORDS}
    edge = {"source": _TEXT, "target": _TEXT, "kind": {"enum": [str(kind) for kind in EdgeKind]}}
    edge |= {"properties": _PROPERTIES, "records": _RECORDS, "because": _list(_object(_CITATION))}
    gap = {"kinds": _TEXTS, "account": _TEXT, "region": _TEXT, "operation": _TEXT, "$unknown": _UNKNOWN}
    lists = {"nodes": _list(_object(node)), "edges": _list(_object(edge)), "gaps": _list(_object(gap))}
    flags: Schema = {"directed": {"const": True}, "multigraph": {"const": True}}
    return _file(GRAPH_FORMAT, "Boundary graph", {**flags, **lists, "emulated": {"type": "object"}})


def record() -> Schema:
    """The schema of one line of a snapshot's file."""
    body = {
        "operation": {**_TEXT, "description": "botocore's name of the operation"},
        "params": {"type": "object"},
        "response": {"type": "object", "description": "botocore's parsed answer, pages merged, times ISO-8601 UTC"},
        "absent": {**_TEXT, "description": "the error code that means: there is none"},
        "unreadable": _object({"code": _TEXT, "permission": _TEXT}),
    }
    one = [{"required": [name]} for name in ("response", "absent", "unreadable")]
    schema = _object(body, "response", "absent", "unreadable")
    return {"$schema": _DIALECT, "title": "Snapshot record", **schema, "oneOf": one}


def preflight() -> Schema:
    """The schema of ``byoc preflight --format json``."""
    claim = {
        **{key: value for key, value in _CLAIM["properties"].items() if key != "path"},
        "way_out": {**_TEXT, "description": "what to do; empty where it holds"},
        "details": {**_list(_TEXT), "description": "what the sentence is about in full"},
    }
    check = {"check": _TEXT, "title": _TEXT, "verdict": _VERDICT, "claims": _list(_object(claim))}
    return _file(
        "byoc-preflight/1",
        "What a preflight found",
        {
            "stack": _TEXT,
            "environment_id": _TEXT,
            "account": _TEXT,
            "region": _TEXT,
            "caller": {**_TEXT, "description": "the ARN of who asked"},
            "deployer": {**_TEXT, "description": "the ARN of who is to deploy"},
            "as_of": _TEXT,
            "resources": {"type": "integer", "description": "how many the stack makes"},
            "verdict": _VERDICT,
            "checks": _list(_object(check)),
        },
    )


def _file(name: str, title: str, properties: Schema) -> Schema:
    return {"$schema": _DIALECT, "title": title, **_object({"format": {"const": name}, **properties})}
