package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/rayscope/rayscope/internal/store"
)

var (
	diskOpts = prometheus.GaugeOpts{
		Name: "rayscope_store_disk_bytes",
		Help: "Bytes that the store takes on disk, its log included.",
	}
	freeOpts = prometheus.GaugeOpts{
		Name: "rayscope_store_free_bytes",
		Help: "Bytes left on the volume of the store; 0 if unknown.",
	}
)

func storeMetrics(s store.Store) []prometheus.Collector {
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(diskOpts, func() float64 { return float64(s.Stats().DiskBytes) }),
		prometheus.NewGaugeFunc(freeOpts, func() float64 { return float64(s.Stats().FreeBytes) }),
	}
}
