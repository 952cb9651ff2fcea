//go:build engine

// Package engine names what is built, so that go.mod and go.sum hold its exact dependencies.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
