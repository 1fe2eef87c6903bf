//go:build tools

// The programs that the interop tests run, so that go.mod and go.sum lock them.
package interop

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
