// Package analysis counts many traces in one pass: the figures of one set or two, how response times spread and went over time,
// the values of attributes, users, exceptions, and which values set the two sets apart. It gives what `POST
// /rayscope/v1/analyze` answers.
//
// Memory is bounded whatever comes: percentiles are read from counts in logarithmic buckets, tables drop their rarest values and
// say how much a row may lack for it, users beyond a number are estimated. Analyses of disjoint traces merge.
package analysis
