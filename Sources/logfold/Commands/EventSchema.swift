/// The JSON Schema of the events: `Config/schema/event.schema.json`, byte for byte; a test compares the two.
enum EventSchema {
    static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:logfold:schema:event",
          "title": "logfold event",
          "description": "One event of logfold's default output (shape ecs): ECS 9 names, openstack.* and logfold.* for what ECS lacks. Absent rather than null or empty. Docs/schema.md says what each field means.",
          "type": "object",
          "additionalProperties": false,
          "required": ["@timestamp", "message"],
          "properties": {
            "@timestamp": {"$ref": "#/$defs/time"},
            "message": {"type": "string"},
            "log": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {
                "level": {"type": "string", "minLength": 1, "pattern": "^[^A-Z]*$"},
                "logger": {"$ref": "#/$defs/text"},
                "offset": {"$ref": "#/$defs/count"},
                "origin": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {
                    "function": {"$ref": "#/$defs/text"},
                    "file": {
                      "type": "object",
                      "additionalProperties": false,
                      "minProperties": 1,
                      "properties": {"name": {"$ref": "#/$defs/text"}, "line": {"$ref": "#/$defs/count"}}
                    }
                  }
                },
                "file": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {"path": {"$ref": "#/$defs/text"}}
                }
              }
            },
            "event": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {
                "dataset": {"type": "string", "pattern": "^[a-z0-9_.-]+$"},
                "severity": {"$ref": "#/$defs/count"},
                "timezone": {"$ref": "#/$defs/text"},
                "duration": {"$ref": "#/$defs/count"},
                "id": {"$ref": "#/$defs/text"},
                "created": {"$ref": "#/$defs/time"},
                "original": {"$ref": "#/$defs/text"}
              }
            },
            "process": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {
                "pid": {"$ref": "#/$defs/count"},
                "name": {"$ref": "#/$defs/text"},
                "thread": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {"id": {"$ref": "#/$defs/count"}, "name": {"$ref": "#/$defs/text"}}
                }
              }
            },
            "service": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {"name": {"$ref": "#/$defs/text"}, "type": {"const": "openstack"}}
            },
            "http": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {
                "request": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {"id": {"$ref": "#/$defs/text"}, "method": {"$ref": "#/$defs/text"}}
                },
                "response": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {
                    "status_code": {"type": "integer", "minimum": 0, "maximum": 999},
                    "body": {
                      "type": "object",
                      "additionalProperties": false,
                      "minProperties": 1,
                      "properties": {"bytes": {"$ref": "#/$defs/count"}}
                    }
                  }
                },
                "version": {"$ref": "#/$defs/text"}
              }
            },
            "url": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {"original": {"$ref": "#/$defs/text"}}
            },
            "client": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {"address": {"$ref": "#/$defs/text"}, "ip": {"type": "string", "pattern": "^[0-9A-Fa-f.:]+$"}}
            },
            "user": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {"id": {"$ref": "#/$defs/text"}, "name": {"$ref": "#/$defs/text"}}
            },
            "trace": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {"id": {"type": "string", "pattern": "^[0-9a-f]{32}$"}}
            },
            "error": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {
                "type": {"$ref": "#/$defs/text"},
                "message": {"$ref": "#/$defs/text"},
                "stack_trace": {"$ref": "#/$defs/text"}
              }
            },
            "openstack": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {
                "global_request_id": {"$ref": "#/$defs/text"},
                "project": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {"id": {"$ref": "#/$defs/text"}, "name": {"$ref": "#/$defs/text"}}
                },
                "domain": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {"id": {"$ref": "#/$defs/text"}}
                },
                "system_scope": {"$ref": "#/$defs/text"},
                "user_domain": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {"id": {"$ref": "#/$defs/text"}}
                },
                "project_domain": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {"id": {"$ref": "#/$defs/text"}}
                },
                "instance": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {"id": {"$ref": "#/$defs/text"}}
                },
                "exception": {
                  "type": "object",
                  "additionalProperties": false,
                  "minProperties": 1,
                  "properties": {
                    "root_cause": {"$ref": "#/$defs/text"},
                    "fingerprint": {"$ref": "#/$defs/text"},
                    "chain": {
                      "type": "array",
                      "minItems": 1,
                      "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "properties": {
                          "type": {"$ref": "#/$defs/text"},
                          "message": {"$ref": "#/$defs/text"},
                          "relation": {"enum": ["cause", "context", "group"]},
                          "frames": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                              "type": "object",
                              "additionalProperties": false,
                              "minProperties": 1,
                              "properties": {
                                "file": {"$ref": "#/$defs/text"},
                                "line": {"$ref": "#/$defs/count"},
                                "function": {"$ref": "#/$defs/text"}
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                },
                "error_summary": {"$ref": "#/$defs/text"},
                "stack_info": {"$ref": "#/$defs/text"},
                "extra": {"$ref": "#/$defs/scalars"}
              }
            },
            "host": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {"name": {"$ref": "#/$defs/text"}}
            },
            "labels": {"$ref": "#/$defs/scalars"},
            "tags": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"$ref": "#/$defs/text"}},
            "ecs": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {"version": {"$ref": "#/$defs/text"}}
            },
            "agent": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {"type": {"$ref": "#/$defs/text"}, "version": {"$ref": "#/$defs/text"}}
            },
            "logfold": {
              "type": "object",
              "additionalProperties": false,
              "minProperties": 1,
              "properties": {
                "format": {"$ref": "#/$defs/text"},
                "lines": {"type": "integer", "minimum": 2},
                "flags": {
                  "type": "array",
                  "minItems": 1,
                  "uniqueItems": true,
                  "items": {
                    "enum": [
                      "truncated",
                      "continued",
                      "late",
                      "continuation_assumed",
                      "invalid_utf8",
                      "unparsed",
                      "lost_at_source",
                      "time_ambiguous",
                      "time_assumed",
                      "year_assumed",
                      "config_dump"
                    ]
                  }
                }
              }
            }
          },
          "$defs": {
            "text": {"description": "Text that is not empty.", "type": "string", "minLength": 1},
            "count": {
              "description": "A number of something, a code or an id: an integer from 0 on.",
              "type": "integer",
              "minimum": 0
            },
            "time": {
              "description": "RFC 3339 in UTC with at least milliseconds.",
              "type": "string",
              "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3,9}Z$"
            },
            "scalars": {
              "description": "Any keys with scalar values.",
              "type": "object",
              "minProperties": 1,
              "additionalProperties": {"type": ["string", "number", "boolean"]}
            }
          }
        }

        """#
}
