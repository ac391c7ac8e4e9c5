//go:build !linux

package ports

func holder(_, _ string) string { return unknownHolder }
