package trace

import (
	"slices"
	"strings"
)

// own copies every string out of the digests, which the next trace overwrites.
func (s *Summary) own() {
	for _, p := range []*string{&s.HTTP.Method, &s.HTTP.URL, &s.HTTP.UserAgent, &s.HTTP.ClientIP} {
		*p = strings.Clone(*p)
	}
	for _, list := range [][]string{s.Users, s.Resources, s.Instances, s.Zones} {
		for i := range list {
			list[i] = strings.Clone(list[i])
		}
	}
	for i := range s.Services {
		s.Services[i] = s.Services[i].Clone()
	}
	if s.EntryPoint != nil {
		*s.EntryPoint = s.EntryPoint.Clone()
	}
	for i := range s.Annotations {
		a := &s.Annotations[i]
		a.Key = strings.Clone(a.Key)
		for j := range a.Values {
			a.Values[j].Key = a.Key
			a.Values[j].String = strings.Clone(a.Values[j].String)
		}
	}
	for _, list := range [][]Cause{s.FaultCauses, s.ErrorCauses, s.ResponseTimeCauses} {
		for _, c := range list {
			c.own()
		}
	}
}

func (c Cause) own() {
	for i := range c.Services {
		s := &c.Services[i]
		s.Service = s.Service.Clone()
		for j := range s.Path {
			e := &s.Path[j]
			e.Name = strings.Clone(e.Name)
			e.Exceptions = slices.Clone(e.Exceptions)
			for k := range e.Exceptions {
				x := &e.Exceptions[k]
				x.Type, x.Message = strings.Clone(x.Type), strings.Clone(x.Message)
			}
		}
	}
}

// Clone is a copy that owns its strings.
func (s Service) Clone() Service {
	return Service{strings.Clone(s.Name), strings.Clone(s.Type), strings.Clone(s.Account), strings.Clone(s.Region)}
}
