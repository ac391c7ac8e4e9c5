package api

import (
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/trace"
)

// rootCause is FaultRootCause or ErrorRootCause with E = failureEntity, ResponseTimeRootCause with E = timeEntity.
type rootCause[E any] struct {
	Services        []rootCauseService[E]
	ClientImpacting bool
}

type rootCauseService[E any] struct {
	serviceID
	EntityPath []E
	Inferred   bool
}

type failureEntity struct {
	Name       string
	Exceptions []rootCauseException
	Remote     bool
}

type rootCauseException struct{ Name, Message *string }

type timeEntity struct {
	Name     string
	Coverage float64
	Remote   bool
}

// toRootCauses writes causes with their entities in the given shape.
func toRootCauses[E any](causes []trace.Cause, entity func(trace.CauseEntity) E) []rootCause[E] {
	return convert(causes, func(c trace.Cause) rootCause[E] {
		return rootCause[E]{ClientImpacting: c.ClientImpacting, Services: convert(c.Services, func(s trace.CauseService) rootCauseService[E] {
			return rootCauseService[E]{serviceID: toServiceID(s.Service), EntityPath: convert(s.Path, entity), Inferred: s.Inferred}
		})}
	})
}

func toFailureEntity(e trace.CauseEntity) failureEntity {
	return failureEntity{Name: e.Name, Remote: e.Remote, Exceptions: convert(e.Exceptions, func(x segment.Exception) rootCauseException {
		return rootCauseException{optional(x.Type), optional(x.Message)}
	})}
}

func toTimeEntity(e trace.CauseEntity) timeEntity {
	return timeEntity{Name: e.Name, Coverage: e.Coverage, Remote: e.Remote}
}
