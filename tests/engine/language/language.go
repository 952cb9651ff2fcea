//go:build engine

// Package language names what is built, so that go.mod and go.sum hold its exact dependencies.
package language

import _ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
